"""Tells presses that say by themselves what they mean from those that only answer a question."""

from __future__ import annotations

_ANSWERS = frozenset({"/affirm", "/deny", "/dont_know", "/solved", "/not_solved", "/out_of_scope"})


def opens_topic(payload: str) -> bool:
    """Tell whether a button's payload means the same whatever was asked meanwhile.

    Args:
        payload: What the button sends: a yes or no, a text in the person's name, or a topic.
    """
    return payload.startswith("/") and payload.strip() not in _ANSWERS
