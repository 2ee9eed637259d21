"""Graph components of Rasa that read a message."""
