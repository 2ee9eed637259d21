"""A message cut into pieces, and what each stands near to: names of secrets, cues, figures."""

from __future__ import annotations

import re
from bisect import bisect_right

from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.kinds import MOST_READ, kind_of
from bot.french.redaction.labels import Label, find_labels
from bot.french.redaction.lexicon import CUES, SAYS
from bot.french.redaction.tokens import Token, tokens_of

_REACH = 14
_REACH_BEHIND = 9
_CUES_BEFORE = 5
_CUES_BEHIND = 4
_SEEN = max(_CUES_BEFORE, _CUES_BEHIND)
"""Pieces before and behind one that it is judged by."""

_TELLING = frozenset({"tries", "logs_in", "refused"})
_ENDS = frozenset(".!?…\n")
_QUOTES = frozenset("\"«»“”„`'‘’*_()[]{},~")
_SIGNS = frozenset(":=→-")
_LINKS = frozenset("comme en est as de pour dans ou c' du".split())
_CLOSING = frozenset({"$", "p.", "p!", "p?", "p\\n", "p,", "p;", "p»", 'p"', "p)"})
_NOT_DIGITS = re.compile(r"\D+")
_OF_GROUPS = frozenset({"year", "date"})
_MOST_GROUPS = 7


class Scene:
    """A message cut into pieces, with what each piece is near to.

    Attributes:
        tokens: The pieces.
        labels: For each piece the name of a secret that it is part of, or None.
        kinds: The kind of each piece.
    """

    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        kinds: dict[str, str] = {}
        self.kinds = [
            kinds.get(token.word) or kinds.setdefault(token.word, kind_of(token.word, token.key))
            for token in self.tokens
        ]
        self.labels = _spread(self.tokens, find_labels(fold_in_place(text)))
        self._names = [
            _name(token, label, kind)
            for token, label, kind in zip(self.tokens, self.labels, self.kinds, strict=True)
        ]
        self._cues = [
            () if label else CUES.get(token.key, ())
            for token, label in zip(self.tokens, self.labels, strict=True)
        ]
        self._about = _about({label.kind for label in self.labels if label})
        self._told = sorted({cue for cues in self._cues for cue in cues})
        words = sum(kind[0] != "p" for kind in self.kinds)
        self._size = str(words) if words < 4 else "few" if words < 9 else "many"
        self._groups = self._number_groups()
        self._leads = self._names_before()
        self._follows = self._names_behind()

    @property
    def named(self) -> bool:
        """Whether a secret is named."""
        return self._about != "none"

    @property
    def tells(self) -> bool:
        """Whether anything tells of a secret: a name, words of logging in, figures or capitals."""
        return (
            self.named
            or not _TELLING.isdisjoint(self._told)
            or any(kind[-1:] in "ucm" or kind[0] not in "pwvxy1sjh" for kind in self.kinds)
        )

    def _number_groups(self) -> list[str]:
        """Return for each number the sizes of the groups that it is written in: "2.2.2"."""
        found = [""] * len(self.tokens)
        row: list[int] = []
        for place in range(len(self.tokens) + 1):
            figures = place < len(self.tokens) and (
                self.kinds[place][0] == "n" or self.kinds[place] in _OF_GROUPS
            )
            apart = row and figures and self.tokens[place].start > self.tokens[place - 1].end + 1
            if row and (not figures or apart):
                sizes = [
                    str(len(part))
                    for at in row[:_MOST_GROUPS]
                    for part in _NOT_DIGITS.split(self.tokens[at].word[:MOST_READ])
                    if part
                ]
                written = ".".join(sizes[:_MOST_GROUPS])
                for at in row:
                    found[at] = written
                row = []
            if figures:
                row.append(place)
        return found

    def _names_before(self) -> list[tuple[str, str, str]]:
        """Return for each piece the name before it, what links the two, how far it is."""
        found: list[tuple[str, str, str]] = []
        kind, link, crossed, far = "none", "", "", 99
        for token, label in zip(self.tokens, self.labels, strict=True):
            near = far < _REACH
            found.append((kind, link + crossed, _far(far)) if near else ("none", "", "+"))
            if label is not None:
                kind, link, crossed, far = label.kind, "direct", "", 0
                continue
            key = token.key
            if key in _ENDS:
                crossed = "."
                far += 1
            elif key[:1] in _SIGNS and not any(map(str.isalnum, key)):
                link = "sign"
            elif key in SAYS or key == "c'":
                link = "is" if link in {"direct", "is", "beside"} else link
            elif key not in _QUOTES:
                link = {"direct": "beside", "sign": "sign+", "is": "is+"}.get(link, link)
                far += 1
        return found

    def _names_behind(self) -> list[tuple[str, str]]:
        """Return for each piece the name of a secret behind it and what stands between."""
        found = [("none", "")] * len(self.tokens)
        kind, link, far = "none", "", 99
        for place in range(len(self.tokens) - 1, -1, -1):
            token, label = self.tokens[place], self.labels[place]
            if label is not None:
                kind, link, far = label.kind, "", 0
                continue
            if far < _REACH_BEHIND:
                found[place] = (kind, _far(far) + link)
            if token.key in _ENDS:
                far = 99
            elif token.key in _LINKS:
                link = token.key
                far += 1
            elif self.kinds[place][0] != "p":
                far += 1
        return found

    def surroundings(self) -> list[tuple[int, tuple[int, ...]]]:
        """Return for each piece all that it is judged by: pieces with the same stand alike."""
        numbers: dict[object, int] = {}
        alike = [
            numbers.setdefault(told, len(numbers))
            for told in zip(
                (token.word for token in self.tokens),
                (token.glued for token in self.tokens),
                self.labels,
                self._leads,
                self._follows,
                self._groups,
                strict=True,
            )
        ]
        return [
            (min(i, _SEEN), tuple(alike[max(0, i - _SEEN) : i + _SEEN + 1]))
            for i in range(len(alike))
        ]

    def joint_features(self, i: int) -> list[str]:
        """Return what a piece tells together with those around it."""
        label = self.labels[i]
        if label is not None:
            return ["inlabel=" + label.kind]
        names, kinds, last = self._names, self.kinds, len(self._names) - 1
        kind = kinds[i]
        short = kind[:2]
        before = names[i - 1] if i else "^"
        second = names[i - 2] if i > 1 else "^"
        behind = names[i + 1] if i < last else "$"
        after = names[i + 2] if i < last - 1 else "$"
        kind_before = kinds[i - 1][:2] if i else "^"
        kind_behind = kinds[i + 1][:2] if i < last else "$"
        lead, link, far = self._leads[i]
        next_name, between = self._follows[i]
        content = self._content_before(i)
        glued = "g" if self.tokens[i].glued else "-"
        glued += "g" if i < last and self.tokens[i + 1].glued else "-"
        ends = "$" if behind in _CLOSING else "-"
        found = [
            f"L={lead}|{link}",
            f"L={lead}|{link}|{far}",
            f"L={lead}|{link}|{far}|{short}",
            f"L={lead}|{link}|{kind}",
            f"L={lead}|{link}|{short}|{ends}",
            f"F={next_name}|{between}",
            f"F={next_name}|{between}|{short}",
            f"pk={before}|{short}",
            f"nk={behind}|{short}",
            f"pp={second}|{before}",
            f"nn={behind}|{after}",
            f"pn={before}|{behind}",
            f"ppk={second}|{before}|{short}",
            f"ck={content}|{short}",
            f"A={self._about}|{kind}",
            f"A={self._about}|{self._size}|{short}",
            f"gl={glued}|{kind_before}|{short}",
            f"kk={kind_before}|{short}|{kind_behind}",
        ]
        if group := self._groups[i]:
            first = self.tokens[i].word[0]
            found += [f"G={group}", f"G={group}|{lead}|{link}", f"G={group}|{content}"]
            found.append("G0" if first == "0" else "G+" if first == "+" else "G1")
        return found

    def _content_before(self, i: int) -> str:
        """Return the name of the word before a piece, whatever signs stand between."""
        back = i - 1
        while back >= 0 and i - back < 4 and self.kinds[back][0] == "p":
            if self.tokens[back].key == "\n":
                break
            back -= 1
        return self._names[back] if back >= 0 else "^"

    def message_features(self, short: str) -> list[str]:
        """Return what the whole message tells of pieces of a kind."""
        brief = short[0] if short[0] in "wv" else short
        return [f"M={cue}|{brief}" for cue in self._told]

    def cues_around(self, i: int) -> list[tuple[str, tuple[str, ...]]]:
        """Return the cues shortly before and behind a piece, each with its place."""
        found: list[tuple[str, tuple[str, ...]]] = []
        if not self._told or self.labels[i] is not None:
            return found
        for back in range(1, min(i, _CUES_BEFORE) + 1):
            if cues := self._cues[i - back]:
                found.append((f"P{back}" if back < 3 else "P+", cues))
        for cues in self._cues[i + 1 : i + 1 + _CUES_BEHIND]:
            if cues:
                found.append(("N", cues))
        return found


def _about(kinds: set[str]) -> str:
    return next((kind for kind in ("secret", "pair", "weak") if kind in kinds), "none")


def _name(token: Token, label: Label | None, kind: str) -> str:
    if label is not None:
        return f"<{label.kind}>"
    if token.word.isalpha() or token.key[-1:] == "'":
        return token.key[:12]
    return kind


def _far(far: int) -> str:
    return str(far) if far < 3 else "4" if far < 5 else "8" if far < 9 else "+"


def _spread(tokens: list[Token], labels: list[Label]) -> list[Label | None]:
    """Return for each piece the name that it is part of."""
    if not labels:
        return [None] * len(tokens)
    starts = [label.start for label in labels]
    found: list[Label | None] = []
    for token in tokens:
        place = bisect_right(starts, token.end - 1) - 1
        label = labels[place] if place >= 0 else None
        found.append(label if label and token.start < label.end else None)
    return found
