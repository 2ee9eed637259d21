"""Puts the mark in place of each secret of a text."""

from __future__ import annotations

from bot.french.address_scanner import find_addresses
from bot.french.redaction.classifier import Classifier, current_classifier
from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.kinds import HOLE, bare, stands_out
from bot.french.redaction.scene import Scene
from bot.french.redaction.structured import structured_secrets

MARK = "[mot de passe masqué]"

MASKED = "masked"
"""Says in a message's metadata that an edge of ours masked it; our channels take no such key in."""

_MOST_BEFORE = 100
_MOST_PASSES = 4
_FEW = 3
_LONG = 2_000
"""Signs from which on a text is read once only."""


def redact_passwords(text: str, before: str = "") -> str:
    """Return a text with every password that is typed in it replaced by `MARK`.

    Args:
        text: A message as typed.
        before: What the same person wrote just before: "mon mot de passe est", then the password.
    """
    return redact_by(current_classifier(), text, before)


def redact_by(classifier: Classifier, text: str, before: str = "") -> str:
    """Return a text with every password that a classifier finds in it replaced by `MARK`.

    Args:
        classifier: What tells which pieces are secrets.
        text: A message as typed.
        before: What the same person wrote just before.
    """
    return _masked(classifier, text, before)[0]


def secrets_of(text: str, before: str = "") -> list[str]:
    """Return what `redact_passwords` takes out of a text, each once.

    Args:
        text: A message as typed.
        before: What the same person wrote just before.
    """
    return _masked(current_classifier(), text, before)[1]


def _masked(classifier: Classifier, text: str, before: str) -> tuple[str, list[str]]:
    """Return a text with the mark for each secret, and the secrets in order, each once."""
    text = text.replace(MARK, HOLE)
    head = before.replace(MARK, HOLE)[-_MOST_BEFORE:].strip()
    if len(text.split()) > _FEW:
        # A whole sentence tells by itself; only a few words may finish what was begun before.
        head = ""
    found: dict[str, None] = {}
    # What is masked is part of what the rest is read by, so that it is read once more.
    for _ in range(_MOST_PASSES if len(text) < _LONG else 1):
        spans = sorted(_secrets(classifier, text, f"{head}\n" if head else ""))
        if not spans:
            break
        typed = [bare(text[start:end].replace(HOLE, " ")) for start, end in spans]
        found |= dict.fromkeys(secret for secret in typed if secret)
        text = _without(text, spans)
        # The same password may be typed once more, where nothing announces it.
        for secret in typed:
            if stands_out(secret):
                text = text.replace(secret, HOLE)
    return text.replace(HOLE, MARK), list(found)


def _secrets(classifier: Classifier, text: str, head: str) -> list[tuple[int, int]]:
    """Return where secrets stand in a text that comes behind another."""
    scene = Scene(head + text)
    found = list(structured_secrets(text))
    row: list[int] = []
    if not scene.tells:
        return found
    for place, secret in enumerate([*classifier.secrets(scene), False]):
        if secret and scene.tokens[place].start >= len(head):
            row.append(place)
            continue
        if span := _span(scene, row):
            found.append((span[0] - len(head), span[1] - len(head)))
        row = []
    if not found:
        return found
    said = [
        (one.start, one.end)
        for one in find_addresses(text)
        if one.whole
        and ("@" not in text[one.start : one.end] or text[: one.start].endswith("mailto:"))
    ]
    return [
        span
        for span in found
        # A link's address, or one said in words, "alex point petit arobase…", is no secret.
        if not any(span[0] < end and start < span[1] for start, end in said)
        and not _is_reference(head, text, span)
    ]


def _is_reference(head: str, text: str, span: tuple[int, int]) -> bool:
    """Tell whether a span is a number of the customer, a contract or the like: "client 104522"."""
    start, end = span
    if not text[start:end].replace(" ", "").isdecimal():
        return False
    if text.strip().isdecimal() and _OF_SECRETS.isdisjoint(_words(head)):
        return True
    before = _words(f"{head} {text[max(0, start - _MOST_BESIDE) : start]}"[-_MOST_BESIDE:])
    behind = _words(text[end : end + _MOST_BESIDE])[:_BEHIND]
    if not _OF_BUSINESS.isdisjoint(before[-_NEAR:]):
        return True
    near = {*before[-_FAR:], *behind}
    return not _OF_BUSINESS.isdisjoint(near) and _OF_SECRETS.isdisjoint({*before[-_NEAR:], *behind})


def _words(text: str) -> list[str]:
    return fold_in_place(text).replace("'", " ").replace("’", " ").split()


_NEAR, _FAR, _BEHIND = 4, 16, 6
"""Words before and behind a number that tell what it is."""

_MOST_BESIDE = 160
_OF_BUSINESS = frozenset(
    "client clients contrat marche commande facture reference siret dossier convention".split()
)
_OF_SECRETS = frozenset("mdp passe passe: password code pin".split())


def _span(scene: Scene, row: list[int]) -> tuple[int, int] | None:
    """Return where pieces in a row stand, without the signs around them that stand apart."""
    while row and scene.kinds[row[-1]][0] == "p" and not scene.tokens[row[-1]].glued:
        row = row[:-1]
    while len(row) > 1 and scene.kinds[row[0]][0] == "p" and not scene.tokens[row[1]].glued:
        row = row[1:]
    if all(scene.kinds[place][0] == "p" for place in row):
        return None
    return scene.tokens[row[0]].start, scene.tokens[row[-1]].end


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return a text with a hole in place of each span; spans that overlap make one hole."""
    pieces, at = [], 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            pieces.append(text[at:start] + HOLE)
        at = max(at, end)
    return "".join(pieces) + text[at:]
