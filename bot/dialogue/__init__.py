"""The conversations with steps, and the conductor that leads all of them."""
