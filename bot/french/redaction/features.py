"""What a message tells of each of its pieces, as names of features that weights are fitted to.

Each name of a feature says where it is from: what a piece is (`own_features`), what stands beside
it (`near_features`), and both together with the name of a secret near by (`Scene.joint_features`).
"""

from __future__ import annotations

from itertools import pairwise

from bot.french.redaction.kinds import MOST_READ, pattern_of
from bot.french.redaction.lexicon import CUES
from bot.french.redaction.scene import Scene

OFFSETS = (-3, -2, -1, 1, 2, 3)
"""The places beside a piece that are looked at."""

_DIGITS = "0123456789"


def own_features(word: str, key: str, kind: str) -> list[str]:
    """Return what a piece tells by itself.

    Args:
        word: The piece as typed.
        key: The piece folded.
        kind: Its kind.
    """
    if kind[0] == "p":
        return ["k=" + kind]
    word, key = word[:MOST_READ], key[:MOST_READ]
    found = ["k=" + kind, "s=" + pattern_of(word), f"l={min(len(word), 13)}", "w=" + key]
    found += ["c=" + cue for cue in CUES.get(key, ())]
    digits = sum(map(str.isdigit, word))
    if 0 < digits < len(word):
        stem = key.rstrip(_DIGITS)
        found.append(f"d={min(digits, 5)}")
        if stem.isalpha():
            found += ["st=" + stem, f"stl={min(len(stem), 8)}"]
            found += ["stc=" + cue for cue in CUES.get(stem, ())]
    if word.isalpha():
        found += ["e1=" + word[-1].lower(), "e2=" + key[-2:], "e3=" + key[-3:], "e4=" + key[-4:]]
    changes = sum(_class(one) != _class(two) for one, two in pairwise(word))
    found.append(f"alt={min(changes, 6)}")
    return found


def _class(sign: str) -> int:
    return 0 if sign.isdigit() else 1 if sign.islower() else 2 if sign.isupper() else 3


def near_features(word: str, key: str, kind: str) -> list[str]:
    """Return what a piece tells of those beside it.

    Args:
        word: The piece as typed.
        key: The piece folded.
        kind: Its kind.
    """
    found = ["k=" + kind]
    if kind[0] not in "pn":
        if word.isalpha() or "'" in key:
            found.append("w=" + key[:MOST_READ])
        found += ["c=" + cue for cue in CUES.get(key, ())]
    return found


def cue_features(place: str, cues: tuple[str, ...], short: str) -> list[str]:
    """Return what the cues of a piece near by tell of pieces of a kind."""
    return [f"{place}={cue}|{short}" for cue in cues]


def beside(scene: Scene, i: int, offset: int) -> list[str]:
    """Return what the piece some places away tells of a piece."""
    place = i + offset
    if not 0 <= place < len(scene.tokens):
        return [f"{offset}#"]
    label = scene.labels[place]
    if label is not None:
        return [f"{offset}w=<{label.kind}>"]
    token = scene.tokens[place]
    return [f"{offset}{name}" for name in near_features(token.word, token.key, scene.kinds[place])]
