"""The custom actions that Rasa calls; what they do stands in `bot`.

`rasa run actions` loads this package: `rasa_actions` holds the actions, `talks` turns a tracker
into what the dialogue works with, and back into events.
"""
