"""How well messages in other languages are told from short French ones."""

from __future__ import annotations

from collections.abc import Iterator

from bot.evaluate.data import TESTS
from bot.evaluate.metrics import Share
from bot.evaluate.report import shown
from bot.ground.yaml_text import read_yaml
from bot.rasa.components.language import foreign_language

_FRENCH = "fr"
_WRONG_SHOWN = 5


def lines() -> Iterator[str]:
    """Yield the report, nothing where there are no such messages."""
    path = TESTS / "languages.yml"
    if not path.exists():
        return
    messages: dict[str, list[str]] = read_yaml(path)
    told = {
        language: [text for text in texts if (foreign_language(text) or _FRENCH) == language]
        for language, texts in messages.items()
    }
    foreign = [language for language in messages if language != _FRENCH]
    yield "== other languages told apart"
    yield f"  all                          {_share(told, messages, list(messages))}"
    yield f"  in another language          {_share(told, messages, foreign)}"
    yield f"  short and French             {_share(told, messages, [_FRENCH])}"
    wrong = [text for name in messages for text in messages[name] if text not in told[name]]
    if wrong:
        yield "  wrong: " + " | ".join(wrong[:_WRONG_SHOWN])


def _share(told: dict[str, list[str]], of: dict[str, list[str]], names: list[str]) -> str:
    hits = sum(len(told[name]) for name in names)
    return shown(Share(hits, sum(len(of[name]) for name in names)))
