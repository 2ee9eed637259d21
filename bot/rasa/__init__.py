"""Rasa in our process: agent, components, policies, tracker store, lock, action endpoint."""
