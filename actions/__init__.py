"""What the assistant can do: content, accounts, resets, mail and the walks.

Nothing in this package imports `bot`; only `rasa_actions` and `walks` know Rasa's vocabulary.
"""
