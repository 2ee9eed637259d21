"""A message on its way in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Incoming:
    """A message as it arrives at an edge.

    Attributes:
        conversation_id: Which conversation, as the edge names it.
        portal: Which portal; a conversation belongs to the one that it began on.
        message_id: Made by the client; the same id is answered once.
        network: Opaque name of the client's network, for limits; empty where unknown.
        offered_by: For a press, the `message_id` whose answer showed the button; empty where
            unknown, and for what was typed.
    """

    conversation_id: str
    portal: str
    text: str
    message_id: str
    network: str = ""
    channel: str = "rest"
    offered_by: str = ""
