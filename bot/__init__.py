"""The running service: Rasa in our process, the chat API, the demo portal and the command line."""
