"""Reads the words by which people agree, name an address, or announce what they want told.

They stand in consent.yml, addresses.yml and requests.yml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.content.files.fields import Fields
from bot.content.files.mistakes import Mistakes
from bot.content.files.yaml_lines import read_yaml
from bot.french.wording import PLACES, Phrases, Tokens, Wording, merged, split_words

_ACTS = ("reset", "ticket", "address", "solved", "withdrawal")
_TO_BE_DONE = frozenset({"reset", "ticket"})
"""Acts to which "c'est exact" is no yes: it says that what was read back is right."""

_LISTS = (
    "yes", "no", "confirms", "praise", "reply", "beside", "exclaims", "please", "done",
    "turns_to", "doubt", "elsewhere", "still", "objection", "harmless", "never_agreed",
)  # fmt: skip
_OF_REQUESTS = (
    "tells", "around", "links", "subject", "urgent", "phone", "line_contract",
    "line_customer_number", "line_detail", "line_document", "line_phone", "line_tried",
)  # fmt: skip
_OF_ADDRESSES = (
    "old", "not_this", "denied_by", "fails_after", "old_after", "own_after", "self_before",
    "self_after", "corrects", "lacks", "dead", "answer_to", "for_answer", "for_answer_after", "new",
    "new_after", "other", "own", "beside",
)  # fmt: skip


def read_wording(common: Path, mistakes: Mistakes) -> Wording:
    """Read the three files; what is wrong in them is named and left out.

    Args:
        common: The folder that holds them.
        mistakes: Where what is wrong is added.
    """
    file = read_yaml(common / "consent.yml", mistakes)
    fields = Fields(file, mistakes, file.value)
    # A file that could not be read at all has been named; its keys are not missing besides.
    required = bool(file.value)
    fields.only(*_LISTS, "acts", "recall", "places")
    lists = {name: _phrases(fields, name, required) for name in _LISTS}
    _contradictions(fields, lists)
    acts = fields.below("acts", required=required)
    acts.only(*_ACTS)
    by_act = {act: acts.below(act, required=required) for act in _ACTS}
    for act in by_act.values():
        act.only("asks", "with")
    recall = fields.below("recall", required=required)
    recall.only("verbs", "things")
    places = fields.below("places", required=required)
    places.only("beside", *PLACES)
    spoken = ("yes", "no", "confirms", "praise", "reply", "beside", "exclaims")
    vocabulary = frozenset(
        word for name in spoken for said in lists[name] for word in split_words(said)
    )

    def split(phrases: Iterable[str], *kinds: str) -> Phrases:
        told = frozenset(kinds)
        return {words: told for said in phrases if (words := split_words(said, vocabulary))}

    base = merged(
        *(split(lists[name], name) for name in ("yes", "no", "praise", "reply", "beside")),
        split(lists["exclaims"], "beside", "exclaims"),
    )
    confirms = split(lists["confirms"], "yes")
    harmless = split(lists["harmless"], "harmless")
    return Wording(
        vocabulary=vocabulary,
        plain=merged(base, split((*lists["confirms"], *lists["done"]), "yes")),
        acts={
            act: merged(
                # "Annulez" is a no, but for whoever is asked whether to cancel.
                _without(base, split(_phrases(given, "asks", required), "yes")),
                {} if act in _TO_BE_DONE else confirms,
                split(_phrases(given, "asks", required), "yes"),
                split(_phrases(given, "with", required), "beside"),
            )
            for act, given in by_act.items()
        },
        turns_to=split(lists["turns_to"], "yes"),
        please=split(lists["please"], "found"),
        doubt=merged(split(lists["doubt"], "found"), harmless),
        elsewhere=split(lists["elsewhere"], "found"),
        objection=merged(split(lists["objection"], "found"), harmless),
        still=split(lists["still"], "found"),
        recall_verbs=split(_phrases(recall, "verbs", required), "found"),
        recall_things=split(_phrases(recall, "things", required), "found"),
        never_agreed=split(lists["never_agreed"], "found"),
        beside_place=frozenset(
            word
            for said in _phrases(places, "beside", required)
            for word in split_words(said, vocabulary)
        ),
        places={
            "".join(split_words(said)): place
            for name, place in PLACES.items()
            for said in _phrases(places, name, required)
        },
        addresses=_by_kind(common / "addresses.yml", mistakes, vocabulary, _OF_ADDRESSES),
        requests=_by_kind(common / "requests.yml", mistakes, vocabulary, _OF_REQUESTS),
    )


def _without(phrases: Phrases, others: Phrases) -> Phrases:
    return {words: kinds for words, kinds in phrases.items() if words not in others}


def _by_kind(
    path: Path, mistakes: Mistakes, vocabulary: frozenset[str], kinds: tuple[str, ...]
) -> dict[str, frozenset[Tokens]]:
    """Return the phrases of a file of lists, by the name of the list."""
    file = read_yaml(path, mistakes)
    fields = Fields(file, mistakes, file.value)
    fields.only(*kinds)
    told = {
        kind: frozenset(
            split_words(said, vocabulary) for said in _phrases(fields, kind, bool(file.value))
        )
        for kind in kinds
    }
    if "beside" in told:
        # Words here, wherever they stand.
        told["beside"] = frozenset((word,) for words in told["beside"] for word in words)
    return told


def _phrases(fields: Fields, key: str, required: bool) -> tuple[str, ...]:
    """Return the phrases under a key; one without a word in it is named."""
    phrases = fields.texts(key, required=required)
    for number, said in enumerate(phrases):
        if not split_words(said):
            fields.mistakes.blocks(
                fields.file.path,
                fields.file.line(*fields.at, key, number),
                f"« {said} », sous « {key} », ne contient aucun mot",
                "écrivez un mot ou une image (emoji), ou retirez la ligne",
            )
    return phrases


def _contradictions(fields: Fields, lists: Mapping[str, tuple[str, ...]]) -> None:
    """Name what stands both as a yes and as a no: nobody could tell what it answers."""
    refusals = {split_words(said) for said in lists["no"]}
    for key in ("yes", "confirms", "praise", "reply", "done"):
        for number, said in enumerate(lists[key]):
            if split_words(said) in refusals:
                fields.mistakes.blocks(
                    fields.file.path,
                    fields.file.line(key, number),
                    f"« {said} » est à la fois sous « {key} » et sous « no »",
                    "retirez-le d’un des deux",
                )
