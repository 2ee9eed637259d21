"""asides.yml: where a question comes exists, and no two answers stand to the same question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.content.asides import NOTHING
from bot.content.files import PortalFiles, Reading
from bot.content.files.asides import AsidesFile
from bot.content.files.mistakes import closest
from bot.dialogue.asides import PLACES
from bot.french.fold import fold


def check(reading: Reading) -> None:
    """Name what is wrong with the asides of all portals."""
    known = set(_known(reading))
    for asides in (reading.asides, *(files.asides for files in reading.portals.values())):
        _check_places(reading, asides, known)
    for files in reading.portals.values():
        _check_doubles(reading, files)


def _known(reading: Reading) -> Iterator[str]:
    """Yield all that `about` may name: intents, walks, and the steps of both."""
    yield from PLACES
    yield from reading.topics.value
    articles = {**reading.articles}
    for files in reading.portals.values():
        for intent, file in (*articles.items(), *files.articles.items()):
            yield intent
            tree = file.article.tree
            yield from (f"{intent}/{step}" for step in (tree.steps if tree else ()))


def _check_places(reading: Reading, asides: AsidesFile, known: set[str]) -> None:
    for name, aside in asides.asides.items():
        for number, place in enumerate(aside.about):
            if place not in known and asides.file is not None:
                reading.mistakes.remark(
                    asides.file.path,
                    asides.file.line(name, "about", number),
                    f"« {name} » : « {place} » n’est ni un intent, ni une étape",
                    closest(place, known) or "écrivez un intent, ou « intent/étape »",
                )


def _check_doubles(reading: Reading, files: PortalFiles) -> None:
    """Name a question that stands under two names, where its place does not tell which is meant."""
    standing: dict[str, set[str]] = defaultdict(set)
    places = {aside.name: aside.about for aside in files.portal.asides}
    for aside in files.portal.asides:
        for question in aside.questions:
            standing[" ".join(fold(question).strip(" .?!").split())].add(aside.name)
    for asides in (reading.asides, files.asides):
        for name, aside in asides.asides.items():
            for number, question in enumerate(aside.questions):
                others = standing[" ".join(fold(question).strip(" .?!").split())] - {name}
                # Elsewhere than at its place, a bare question may mean nothing.
                names = {name, *others} - {NOTHING}
                placed = bool(names) and all(places[each] for each in names)
                if others and not placed and asides.file is not None:
                    reading.mistakes.remark(
                        asides.file.path,
                        asides.file.line(name, "questions", number),
                        f"« {question} » est aussi sous « {min(others)} »",
                        "retirez-la de l’un des deux, ou donnez « about: » à chacun",
                    )
