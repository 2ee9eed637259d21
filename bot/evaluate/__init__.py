"""Measures how well messages are understood: `guichet evaluate`."""
