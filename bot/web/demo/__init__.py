"""The demo portal: plays the business portal, so that the story can be lived on one machine.

It stands for a system that is not ours: it keeps passwords of its own, and redeems reset tokens
over HTTP as a real portal's back end would.
"""
