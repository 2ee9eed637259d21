"""Rasa in our process: agent, understanding, tracker store, lock and action endpoint."""
