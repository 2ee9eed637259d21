"""Texts: every name in a template exists on every portal that says it, and has a value there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError, meta, nodes

from bot.check.sentences_in_code import spoken
from bot.content.files import Marked, PortalFiles, Reading
from bot.content.files.mistakes import closest
from bot.content.files.yaml_lines import At
from bot.content.portals import Portal, Region, templates

_ALWAYS = {"portal", "links", "retention_days", "for_other"}
_OF_ASIDES = {"region", "reference"}
_REGION = {one.name for one in fields(Region)}


@dataclass(frozen=True)
class Text:
    """One text that is filled in when it is said.

    Attributes:
        values: What it is given beside the portal; None where that may be anything.
        name: How it is named in a mistake.
        first_line: The line at which it begins, where it is not in the file's YAML.
    """

    template: str
    values: set[str] | None
    file: Marked
    at: At
    name: str
    first_line: int = 0

    def line(self, needle: str, line: int) -> int:
        """Return the file's line of something that stands in a line of the text."""
        return self.first_line + line - 1 if self.first_line else self.file.find(needle, *self.at)


def texts_of(reading: Reading, files: PortalFiles) -> Iterator[Text]:
    """Yield all texts that a portal says."""
    code = spoken()
    for key, sentence in {**reading.sentences, **files.sentences}.items():
        values = code.values.get(key)
        for number, variant in enumerate(sentence.variants):
            at = (*sentence.at, number)
            yield Text(variant, values, sentence.file, at, f"« {key} » : ")
    for asides in (reading.asides, files.asides):
        for name, aside in asides.asides.items():
            if asides.file is not None:
                at = (name, "answer")
                yield Text(aside.answer, _OF_ASIDES, asides.file, at, f"« {name} » : ")
    for article in {**reading.articles, **files.articles}.values():
        body, front = article.article.body, article.front
        yield Text(body, set(), front, (), "", article.body_line)
        steps = article.article.tree.steps.values() if article.article.tree else ()
        for step in steps:
            for wording in step.say:
                at = ("tree", "steps", step.name, "say")
                yield Text(wording, set(), front, at, f"étape « {step.name} » : ")


def check(reading: Reading) -> None:
    """Name what does not exist in texts, and templates where none are filled in."""
    for files in reading.portals.values():
        if not files.facts.value:
            continue
        for text in texts_of(reading, files):
            for needle, line, problem, mend in _problems(text, files.portal):
                reading.mistakes.breaks(
                    text.file.path, text.line(needle, line), f"{text.name}{problem}", mend
                )
    _plain(reading)


def _plain(reading: Reading) -> None:
    """Name templates in what is shown as it stands."""
    groups = (reading.articles, *(files.articles for files in reading.portals.values()))
    for article in (one for group in groups for one in group.values()):
        front = article.front
        shown: list[tuple[At, str]] = [
            (("title",), article.article.title),
            (("topic",), article.article.topic),
        ]
        for step in article.article.tree.steps.values() if article.article.tree else ():
            at = ("tree", "steps", step.name)
            shown.append(((*at, "tried"), step.tried))
            shown += [
                ((*at, "answers", number, "label"), answer.label)
                for number, answer in enumerate(step.answers)
            ]
        for place, text in shown:
            if "{{" in text or "{%" in text:
                reading.mistakes.remark(
                    front.path,
                    front.line(*place),
                    "les {{ … }} ne sont pas remplis ici, ils s’afficheraient tels quels",
                    "écrivez le texte en entier",
                )


def _problems(text: Text, portal: Portal) -> Iterator[tuple[str, int, str, str]]:
    """Yield what a text names in vain: the name, its line in the text, the problem, the mend."""
    roots, names = _analysed(text.template)
    if text.values is not None:
        given = _ALWAYS | text.values
        for root, line in roots:
            if root not in given:
                mend = closest(root, given) or _one_of(given)
                yield root, line, f"le nom « {root} » n’existe pas ici", mend
    for name in names:
        if name.path[0] not in {"portal", "links", "region"}:
            continue
        dotted = ".".join(name.path)
        found, mend = _look_up(name.path, portal)
        if mend:
            yield dotted, name.line, f"« {dotted} » n’existe pas pour « {portal.id} »", mend
        elif found is None and name.printed and not name.asked:
            yield (
                dotted,
                name.line,
                f"« {dotted} » n’a pas de valeur pour « {portal.id} » : « None » s’afficherait",
                "donnez-la dans portal.yml, ou entourez le passage de"
                f" {{% if {dotted} %}} … {{% endif %}}",
            )


@lru_cache(maxsize=4096)
def _analysed(template: str) -> tuple[list[tuple[str, int]], list[_Name]]:
    """Return the names that a template must be given, with their lines, and its dotted names."""
    if "{{" not in template and "{%" not in template:
        return [], []
    try:
        tree = templates.parse(template)
        roots = sorted(meta.find_undeclared_variables(tree) - set(templates.globals))
    except TemplateError:
        return [], []
    return [(root, _line_of(tree, root)) for root in roots], list(_names(tree))


@dataclass(frozen=True)
class _Name:
    """A dotted name in a template.

    Attributes:
        printed: Whether its value is printed as it is.
        asked: Whether it stands where its value has been asked for.
    """

    path: tuple[str, ...]
    line: int
    printed: bool
    asked: bool


def _names(
    node: nodes.Node, asked: frozenset[tuple[str, ...]] = frozenset(), printed: bool = False
) -> Iterator[_Name]:
    if isinstance(node, nodes.Getattr):
        path = _path(node)
        if path is not None:
            yield _Name(path, node.lineno, printed, path in asked)
        else:
            yield from _names(node.node, asked)
        return
    if isinstance(node, nodes.If):
        yield from _names(node.test, asked)
        tests = (node.test, *node.test.find_all(nodes.Getattr))
        tested = {path for test in tests if (path := _path(test))}
        for child in node.body:
            yield from _names(child, asked | tested)
        for child in (*node.elif_, *node.else_):
            yield from _names(child, asked)
        return
    for child in node.iter_child_nodes():
        yield from _names(child, asked, isinstance(node, nodes.Output))


def _path(node: nodes.Node) -> tuple[str, ...] | None:
    """Return the names of `a.b.c`, or None for what is none."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        before = _path(node.node)
        return None if before is None else (*before, node.attr)
    return None


def _look_up(path: tuple[str, ...], portal: Portal) -> tuple[Any, str]:
    """Return the value that a name has, or how to mend one that does not exist."""
    if path[0] == "region":
        known = path[1] in _REGION
        return "", "" if known else closest(path[1], _REGION) or _one_of(_REGION)
    value: Any = portal.links if path[0] == "links" else portal
    for name in path[1:]:
        if isinstance(value, Mapping):
            if name not in value:
                return None, _mend_of_key(name, value, portal)
            value = value[name]
        elif name.startswith("_") or not hasattr(value, name):
            public = [one for one in dir(value) if not one.startswith("_")]
            return None, closest(name, public) or _one_of(public)
        else:
            value = getattr(value, name)
    return value, ""


def _mend_of_key(name: str, value: Mapping[str, Any], portal: Portal) -> str:
    mend = closest(name, value)
    if value is not portal.links:
        return mend or _one_of(value)
    return f"{mend + ', ou ' if mend else ''}ajoutez-le sous « links: » dans portal.yml"


def _one_of(names: Iterable[str]) -> str:
    return f"prenez l’un de ceux-ci : {', '.join(sorted(names))}"


def _line_of(tree: nodes.Template, name: str) -> int:
    return next((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), 1)
