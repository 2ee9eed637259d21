"""Measurements of speed: always a ratio to a baseline of the same run."""
