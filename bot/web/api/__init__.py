"""The chat's own API and the integrators' API."""
