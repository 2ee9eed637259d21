"""The conversations with steps, and the conductor that walks all of them."""
