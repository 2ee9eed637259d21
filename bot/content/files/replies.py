"""Reads `data/replies/`: what people replied to questions, and what each reply does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.files.fields import Fields
from bot.content.files.mistakes import Mistakes, closest
from bot.content.files.yaml_lines import At, Marked, read_yaml
from bot.content.replies import FACTS, MOVES, WALKS, Option, Question, Reply

_GROUP = ("option", "moves", "facts", "hand", "texts")


@dataclass(frozen=True)
class ReplyFile:
    """The replies to the questions of one article or walk.

    Attributes:
        owner: Portal and article, such as "resah/mail_not_received", or "flow" and the walk.
        file: Where everything stands.
        questions: The questions of a walk, by step; empty for an article, which holds them itself.
        options: Every option named, with its step and where it stands.
        steps: The steps named.
    """

    owner: str
    file: Marked
    replies: list[Reply] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    options: list[tuple[str, str, At]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


def read_replies(folder: Path, mistakes: Mistakes) -> list[ReplyFile]:
    """Read all replies; what is wrong is named and left out.

    Args:
        folder: The folder that holds a folder a portal, and one of the walks.
        mistakes: Where what is wrong is added.
    """
    return [_read_file(path, mistakes) for path in sorted(folder.glob("*/*.yml"))]


def _read_file(path: Path, mistakes: Mistakes) -> ReplyFile:
    file = read_yaml(path, mistakes)
    result = ReplyFile(f"{path.parent.name}/{path.stem}", file)
    top = Fields(file, mistakes, file.value)
    top.only("replies")
    steps = top.below("replies", required=bool(file.value))
    for step in steps.values:
        _read_step(result, step, steps.below(step))
    return result


def _read_step(result: ReplyFile, step: str, fields: Fields) -> None:
    walk = result.owner.startswith(f"{WALKS}/")
    fields = Fields(fields.file, fields.mistakes, fields.values, fields.at, f"étape « {step} » : ")
    fields.only(*(("says", "options") if walk else ()), "given")
    result.steps.append(step)
    name = f"{result.owner}/{step}"
    if walk:
        fields.text("says")
        options = fields.below("options")
        result.questions[step] = Question(name, tuple(_options(options)))
    for number, group in enumerate(_listed(fields)):
        at = (*fields.at, "given", number)
        what = f"{fields.what}réponses n° {number + 1} : "
        if isinstance(group, dict):
            given = Fields(fields.file, fields.mistakes, group, at, what)
            result.replies.extend(_group(result, step, given))
        else:
            fields.mistakes.blocks(
                fields.file.path, fields.file.line(*at), f"{what}il faut des clés et des valeurs",
                f"écrivez {', '.join(_GROUP)} en retrait",
            )  # fmt: skip


def _options(fields: Fields) -> Iterator[Option]:
    for name in fields.values:
        option = fields.below(name)
        option.only("label", "means", "acts")
        yield Option(name, option.text("label"), option.texts("means"), option.flag("acts"))


def _listed(fields: Fields) -> list[object]:
    given = fields.values.get("given")
    if isinstance(given, list) and given:
        return given
    fields.mistakes.blocks(
        fields.file.path, fields.file.line(*fields.at, "given"),
        f"{fields.what}« given » doit être une liste de réponses",
        "commencez chaque groupe par « - option: … » ou « - moves: … »",
    )  # fmt: skip
    return []


def _group(result: ReplyFile, step: str, fields: Fields) -> Iterator[Reply]:
    fields.only(*_GROUP)
    option = fields.text("option", required=False) or None
    moves = fields.texts("moves")
    for number, move in enumerate(moves):
        if move not in MOVES:
            fields.mistakes.blocks(
                fields.file.path, fields.file.line(*fields.at, "moves", number),
                f"{fields.what}le geste « {move} » n’existe pas",
                closest(move, MOVES) or f"prenez {', '.join(MOVES)}",
            )  # fmt: skip
    if option is not None:
        result.options.append((step, option, (*fields.at, "option")))
    elif not moves:
        fields.mistakes.blocks(
            fields.file.path, fields.file.line(*fields.at),
            f"{fields.what}rien ne dit ce que font ces réponses",
            "ajoutez « option: » avec le libellé d’une réponse, ou « moves: »",
        )  # fmt: skip
        return
    known = tuple(move for move in moves if move in MOVES)
    facts, hand = tuple(_facts(fields)), fields.text("hand", required=False)
    for text in fields.texts("texts", required=True):
        yield Reply(f"{result.owner}/{step}", text, option, known, facts, hand)


def _facts(fields: Fields) -> Iterator[tuple[str, str]]:
    told = fields.below("facts")
    for name in told.values:
        value = told.text(name)
        if value in FACTS.get(name, ()):
            yield name, value
        elif value:
            known = FACTS.get(name)
            fields.mistakes.blocks(
                fields.file.path, fields.file.line(*fields.at, "facts", name),
                f"{fields.what}le fait « {name} » n’a pas la valeur « {value} »" if known
                else f"{fields.what}le fait « {name} » n’existe pas",
                closest(value, known) or f"prenez {', '.join(known)}" if known
                else closest(name, FACTS) or f"prenez {', '.join(FACTS)}",
            )  # fmt: skip
