"""Finds what answers a question asked beside the point, by the meaning of whole sentences."""
