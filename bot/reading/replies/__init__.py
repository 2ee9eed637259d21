"""What a reply to a question does with it, learned from (message, question).

The intents are trained without this room, which is why it is a folder of its own: a change here
or in `data/replies/` trains no intent anew.
"""
