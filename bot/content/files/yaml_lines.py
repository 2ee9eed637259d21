"""YAML with lines: each key and each item of a file remembers where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.content.files.mistakes import Mistakes
from bot.ground.yaml_text import LOADER

_BOOL = "tag:yaml.org,2002:bool"

At = tuple[str | int, ...]
"""Where a value stands: the keys and positions that lead to it from the top of its file."""

_MOST_DEPTH = 30


@dataclass
class Marked:
    """A file's values with their lines.

    Attributes:
        source: The file's lines.
        value: What the YAML says; None where it could not be read.
        first_line: The line at which the YAML begins, from 1.
    """

    path: Path
    source: list[str]
    value: Any = None
    first_line: int = 1
    _spans: dict[At, tuple[int, int]] = field(default_factory=dict)

    def line(self, *at: str | int) -> int:
        """Return the line of a key or an item, or of what is nearest above it."""
        return self.span(*at)[0]

    def span(self, *at: str | int) -> tuple[int, int]:
        """Return the first and the last line of a key with its value."""
        while at and at not in self._spans:
            at = at[:-1]
        return self._spans.get(at, (self.first_line, len(self.source)))

    def find(self, needle: str, *at: str | int) -> int:
        """Return the line of a text within a key's value; the key's own line if it is not there."""
        first, last = self.span(*at)
        for number in range(first, min(last, len(self.source)) + 1):
            if needle in self.source[number - 1]:
                return number
        return first


def read_source(path: Path, mistakes: Mistakes) -> str | None:
    """Return a file's text, or None where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        mistakes.blocks(
            path,
            1,
            f"le fichier ne peut pas être lu ({error.strerror})",
            "créez-le, ou rendez-le lisible",
        )
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        mistakes.blocks(
            path,
            line,
            "le fichier n’est pas en UTF-8",
            "enregistrez-le en UTF-8 dans votre éditeur",
        )
    return None


def read_yaml(path: Path, mistakes: Mistakes) -> Marked:
    """Read a file of keys and values; what could not be read has an empty value."""
    text = read_source(path, mistakes)
    return parse_yaml(path, text, mistakes) if text is not None else Marked(path, [], {})


def parse_yaml(
    path: Path,
    text: str,
    mistakes: Mistakes,
    *,
    source: list[str] | None = None,
    first_line: int = 1,
    what: str = "",
) -> Marked:
    """Read YAML that must hold keys and values.

    Args:
        path: The file.
        text: The YAML.
        mistakes: Where mistakes go.
        source: The lines of the whole file, where the YAML is only a part of it.
        first_line: The line at which the YAML begins, from 1.
        what: How a mistake begins, such as "en-tête fautif : ".
    """
    lines = text.splitlines() if source is None else source
    marked = Marked(path, lines, {}, first_line)
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
        value = None if node is None else _build(loader, node, (), marked, mistakes)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = first_line + (mark.line if mark is not None else 0)
        problem, mend = _told(error)
        if opened := _open_quote(text.splitlines()[: line - first_line]):
            line = first_line + opened - 1
            problem, mend = "un guillemet n’est pas fermé", "fermez le guillemet à la fin du texte"
        text = f"{what}ce n’est pas du YAML valable : {problem}"
        mistakes.blocks(path, min(line, max(len(lines), 1)), text, mend)
        return marked
    finally:
        loader.dispose()
    if isinstance(value, dict):
        marked.value = value
    else:
        mistakes.blocks(
            path,
            first_line,
            f"{what}il faut des clés et des valeurs",
            "écrivez des lignes « clé: valeur »",
        )
    return marked


def _build(loader: Any, node: yaml.Node, at: At, marked: Marked, mistakes: Mistakes) -> Any:
    """Turn a node into plain values, and note where each one stands."""
    if len(at) > _MOST_DEPTH:
        raise yaml.constructor.ConstructorError(None, None, "nested too deeply", node.start_mark)
    if at not in marked._spans:
        marked._spans[at] = _span(node, node, marked)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(loader, child, (*at, number), marked, mistakes)
            for number, child in enumerate(node.value)
        ]
    if not isinstance(node, yaml.MappingNode):
        if node.tag == _BOOL and node.value.casefold() not in {"true", "false"}:
            # As in YAML 1.2, "yes", "no", "on" and "off" are words.
            return node.value
        try:
            return loader.construct_object(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, f"unreadable value: {error}", node.start_mark
            ) from error
    loader.flatten_mapping(node)
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(
                None, None, "found unhashable key", key_node.start_mark
            )
        key = str(key_node.value)
        here = (*at, key)
        span = _span(key_node, value_node, marked)
        if key in values:
            mistakes.remark(
                marked.path,
                span[0],
                f"la clé « {key} » est déjà à la ligne {marked.line(*here)}, perdue pour celle-ci",
                "gardez l’une des deux",
            )
        marked._spans[here] = span
        values[key] = _build(loader, value_node, here, marked, mistakes)
    return values


def _span(first: yaml.Node, last: yaml.Node, marked: Marked) -> tuple[int, int]:
    begin = first.start_mark.line + marked.first_line
    end = last.end_mark.line + marked.first_line
    # The end of a block is where the next key begins.
    return begin, max(begin, end - 1 if last.end_mark.column == 0 else end)


_OPEN_QUOTE = re.compile(r"""\s*(?:- )*(?:[\w-]+: +)?(?:"[^"]*|'[^']*)$""")


def _open_quote(lines: list[str]) -> int | None:
    """Return the first line, from 1, whose quotation mark is not closed on it.

    Such a quote runs on to the next one, so that YAML finds fault far below.
    """
    found = (number for number, line in enumerate(lines, 1) if _OPEN_QUOTE.match(line))
    return next(found, None)


_INDENT = "le retrait ne convient pas, ou un guillemet est fermé trop tôt"
_ALIGN = "alignez la ligne sur ses voisines et vérifiez les guillemets"
_BRACKET = "un crochet ou une accolade n’est pas fermé"
_CLOSE = "fermez-le, ou mettez le texte entre guillemets"
_TABS = "remplacez les tabulations par des espaces"
_QUOTE = "mettez le texte entre guillemets"
_PROBLEMS = (
    ("a tab character", "une tabulation sert de retrait", _TABS),
    (
        "mapping values are not allowed",
        "un « : » est de trop, ou le retrait ne convient pas",
        f"{_QUOTE}, ou alignez la ligne sur ses voisines",
    ),
    ("could not find expected ':'", "il manque un « : » après la clé", "écrivez « clé: valeur »"),
    (
        "cannot start any token",
        "un signe ne peut pas commencer ici (tabulation, @, %, ` …)",
        f"{_TABS}, ou {_QUOTE}",
    ),
    ("did not find expected <document start>", _INDENT, _ALIGN),
    ("expected <block end>", _INDENT, _ALIGN),
    ("did not find expected key", _INDENT, _ALIGN),
    (
        "did not find expected '-' indicator",
        "une ligne de la liste ne commence pas par « - »",
        "alignez la ligne sur ses voisines",
    ),
    (
        "unexpected end of stream",
        "un guillemet n’est pas fermé",
        "fermez le guillemet à la fin du texte",
    ),
    ("expected the node content", _BRACKET, _CLOSE),
    ("did not find expected node content", _BRACKET, _CLOSE),
    ("expected ',' or", _BRACKET, _CLOSE),
    ("undefined alias", "une étoile « * » en tête de texte est lue comme un renvoi", _QUOTE),
    (
        "unreadable value",
        "une date ou un nombre est impossible",
        "corrigez-le, ou mettez-le entre guillemets",
    ),
)


def _told(error: yaml.YAMLError) -> tuple[str, str]:
    """Return a YAML error in French, with its mend."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    context = getattr(error, "context", None) or ""
    for sign, text, mend in _PROBLEMS:
        if sign in problem or sign in context:
            return text, mend
    return str(problem), "corrigez la ligne, au besoin avec un texte entre guillemets"
