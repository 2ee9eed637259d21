"""What a widget shows of a portal: its names, colours, contacts, topics, and all its sentences."""

from __future__ import annotations

from typing import Any

from bot.content.live import Portal
from bot.dialogue.small_talk import GREETING_TOPICS
from bot.web.theme import palette

TEXTS = (
    "launch", "subtitle", "close", "options", "restart", "download", "erase", "erase_sure",
    "erase_yes", "erase_no", "erase_failed", "erased", "help_page", "person", "person_title",
    "person_lead", "person_send", "person_message", "back", "notice", "earlier", "log", "you",
    "assistant", "choices_one", "choices_many", "chosen", "typing", "retrying", "unavailable",
    "renewed", "stuck",
    "paced", "retry", "refused", "unread", "label", "placeholder", "send", "hint", "left", "cut",
    "password", "rate", "rate_yes", "rate_no", "rated", "rate_failed", "rate_word", "rate_send",
    "earlier_failed", "solved", "solved_yes", "solved_no", "article", "new_window", "file_title",
)  # fmt: skip
"""The sentences of the widget, under `widget:` in messages.yml."""


def what_a_widget_shows(portal: Portal, most: int) -> dict[str, Any]:
    """Return what the widget needs to know of a portal.

    Args:
        portal: The portal.
        most: Characters that a message may have.
    """
    return {
        "name": portal.name,
        "opening": portal.say("small_talk.greet"),
        "topics": [
            {"title": article.topic, "article": name}
            for name in GREETING_TOPICS
            if (article := portal.articles.get(name))
        ],
        "contacts": [
            {"name": region.name, "mailbox": region.mailbox, "phone": region.phone}
            for region in portal.regions
        ],
        "colours": palette(portal.colours),
        "most": most,
        "texts": {name: portal.say(f"widget.{name}") for name in TEXTS},
    }
