"""Links: every target is one that a browser, a mail program or a telephone can follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.content.files import Marked, Reading
from bot.ground.addresses import is_address

_LINK = re.compile(r"\]\(((?:\{\{[^{}]*\}\}|[^()])*)\)|<((?:https?|mailto|tel):[^>\n]*)>")
_UNCLOSED = re.compile(r"\]\((?:\{\{[^{}]*\}\}|[^()])*$")
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_PHONE = re.compile(r"\+?[0-9](?:[ .-]?[0-9]){2,17}")
_HOST = re.compile(
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+\.?", re.I
)
_COMMENT = re.compile(r"\s*#")


def fault_of(target: str) -> tuple[str, str] | None:
    """Return what is wrong with a link's target and how to mend it, or None.

    Args:
        target: As it stands between the brackets, with templates.
    """
    bare = _TEMPLATE.sub("x", target)
    given = bare == target
    if not target.strip():
        return "le lien ne mène nulle part", "écrivez son adresse entre les parenthèses"
    if re.fullmatch(_TEMPLATE, target):
        return None
    if re.search(r"\s", bare):
        return f"l’adresse « {target} » contient une espace", "retirez-la, ou écrivez %20"
    scheme, _, rest = bare.partition(":")
    if scheme in {"http", "https"}:
        return _fault_of_url(bare) if given else None
    if scheme == "mailto":
        if given and not is_address(rest.partition("?")[0]):
            return f"« {rest} » n’est pas une adresse e-mail", "écrivez « mailto:nom@domaine »"
        return None
    if scheme == "tel":
        if given and not is_phone(rest):
            return f"« {rest} » n’est pas un numéro de téléphone", "écrivez « tel:+33123456789 »"
        return None
    return (
        f"le lien « {target} » ne mène nulle part dans la conversation",
        "écrivez https://…, mailto:…, tel:… ou {{ links.… }}",
    )


def is_phone(text: str) -> bool:
    """Tell whether a text has the form of a telephone number."""
    return bool(_PHONE.fullmatch(text.strip()))


def _fault_of_url(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    # A name without a dot is a machine of one's own.
    if host != "localhost" and not _HOST.fullmatch(host):
        return f"l’adresse « {url} » est mal formée", "écrivez https://, un domaine et un chemin"
    return None


def check(reading: Reading) -> None:
    """Name dead links in all texts, and malformed ones in portal.yml."""
    files: dict[object, tuple[Marked, int]] = {}
    for sentences in (reading.sentences, *(one.sentences for one in reading.portals.values())):
        files |= {sentence.file.path: (sentence.file, 1) for sentence in sentences.values()}
    for articles in (reading.articles, *(one.articles for one in reading.portals.values())):
        files |= {article.front.path: (article.front, 1) for article in articles.values()}
    for file, first in files.values():
        for line, target in _targets(file, first):
            if fault := fault_of(target):
                reading.mistakes.remark(file.path, line, *fault)
        for line, text in enumerate(file.source, start=1):
            if _UNCLOSED.search(text) and not _COMMENT.match(text):
                reading.mistakes.remark(
                    file.path, line, "une parenthèse de lien n’est pas fermée", "ajoutez « ) »"
                )
    for one in reading.portals.values():
        for key, url in one.portal.links.items():
            fault = None if url.startswith("{{") else fault_of(url)
            if url and fault:
                reading.mistakes.remark(one.facts.path, one.facts.line("links", key), *fault)


def _targets(file: Marked, first: int) -> Iterator[tuple[int, str]]:
    for line, text in enumerate(file.source[first - 1 :], start=first):
        if not _COMMENT.match(text) or file.path.suffix == ".md":
            for match in _LINK.finditer(text):
                yield line, match[1] if match[1] is not None else match[2]
