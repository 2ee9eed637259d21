"""The product, by rooms, on floors: a room imports those below it and none above."""

__version__ = "0.2.0"
