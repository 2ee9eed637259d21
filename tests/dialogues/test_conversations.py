"""Every conversation written in this folder's YAML files, held over HTTP on the real service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.dialogues.scripted import Conversation, Played, conversations


def _cases() -> list[object]:
    return [
        pytest.param(
            conversation,
            id=conversation.name,
            marks=(
                [pytest.mark.xfail(reason=conversation.known_problem, strict=False)]
                if conversation.known_problem
                else []
            ),
        )
        for conversation in conversations()
    ]


@pytest.mark.parametrize("conversation", _cases())
def test_the_conversation_goes_as_written(
    played: Callable[[Conversation], Played], conversation: Conversation
) -> None:
    held = played(conversation)
    if held.mistakes:
        pytest.fail(str(held), pytrace=False)
