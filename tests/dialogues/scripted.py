"""Conversations written as YAML: how such a file reads, and how a conversation is played.

A file is a list of conversations; whoever can write a mail can write one:

    - conversation: Une acheteuse n'a pas reçu son mail
      portal: resah
      accounts:                        # facultatif : des comptes à elle seule
        - {email: a.b@chu-exemple.example, status: active, region: bretagne}
      turns:
        - user: jai pas recu le mail   # ce que la personne écrit
          says: ["adresse"]            # chacun doit être dit (majuscules et accents comme écrits)
          any: [["spam", "indésirables"]]  # un au moins de chaque liste
          not: ["48 heures"]           # aucun ne doit être dit
          buttons: ["Toujours rien"]   # proposés maintenant
        - click: "Toujours rien"       # un bouton des dernières réponses
      ends: handed_over                # comment cela finit
      echoes: ["numéro client"]        # mots de l'autre portail que la personne a dits elle-même
      known_problem: "..."             # ce qui ne va pas encore, et qui reste à corriger
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml
from tests.support.service import Chat, Said, Service

FOLDER = Path(__file__).parent
ENDS = (
    "solved", "handed_over", "contact_given", "informed", "reset_sent", "given_up", "refused",
)  # fmt: skip
COLUMNS = (
    "email", "login", "name", "structure", "region", "customer_number", "role", "status",
    "activated_at",
)  # fmt: skip
# What belongs to one help text and is wrong on the other portal, whoever asks.
NEVER = {
    "resah": (
        "04 h", "4 h du matin", "noreply@woundwo.com", "WOUNDWO", "B2B", "numéro client",
        "estionnaire régional", "champ vert", "champ rouge", "cadre vert", "devient vert",
        "Firefox", "revendeur", "Downloads", "Demander un compte »", "trafic",
        "Un champ ou bouton bloqué", "Mon compte semble bloqué", "Qui peut avoir accès",
    ),
    "woundwo": (
        "48 h", "no-reply@resah.fr", "Resah", "resah.example", "administrateur", "dministrateur",
        "MailInBlack", "ancienne plateforme", "Espace Acheteur", "Mes Marchés", "webinaire",
        "famille d’achat", "Générer un nouveau mot de passe", "DSI", "la centrale",
        "légitime", "Un marché n’apparaît pas", "Un document manque", "Formations et prise en main",
    ),
}  # fmt: skip

# A person who hears one of these was not understood; a turn that allows it names the words.
LOST = (
    "pas sûr d’avoir bien compris", "toujours pas sûr de comprendre", "Je vous suis mal",
    "Cela m’échappe", "Je ne trouve pas de quoi il s’agit", "je ne suis pas sûr.",
    "Je n’ai pas compris", "Je ne comprends toujours pas",
    "ne fait pas partie de ce que je connais", "Cela, je ne le sais pas",
    "Je n’ai pas de meilleure réponse ici", "Je ne suis pas sûr de vous suivre",
    "Je n’ai pas bien compris",
    "une erreur de notre côté",
)  # fmt: skip

_CONVERSATION_KEYS = {
    "conversation", "portal", "accounts", "turns", "ends", "echoes", "known_problem",
}  # fmt: skip
_TURN_KEYS = {"user", "click", "says", "any", "not", "buttons"}
_UNFILLED = re.compile(r"\{\{|\{%|\bNone\b")


@dataclass(frozen=True)
class Turn:
    """What the person writes or clicks, and what is expected of the answer."""

    user: str = ""
    click: str = ""
    says: tuple[str, ...] = ()
    any: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """A conversation as it is written."""

    title: str
    portal: str
    theme: str
    turns: tuple[Turn, ...]
    accounts: tuple[Mapping[str, str], ...] = field(default=(), compare=False)
    ends: str | None = None
    echoes: tuple[str, ...] = ()
    known_problem: str = ""

    @property
    def name(self) -> str:
        """How the test is called."""
        return f"{self.theme}/{self.portal}: {self.title}"


@dataclass
class Played:
    """A conversation as it was held, with what went otherwise than written.

    Attributes:
        lines: The whole conversation, to be printed.
        replies: What was answered at each turn, with the buttons under it.
        mistakes: What went otherwise.
    """

    lines: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(["", *self.lines])


@cache
def conversations() -> tuple[Conversation, ...]:
    """Read all conversations of this folder.

    Raises:
        ValueError: If a file does not follow the format; says where and what.
    """
    found = []
    for path in sorted(FOLDER.glob("*.yml")):
        for entry in read_yaml(path) or ():
            found.append(_conversation(entry, path.stem))
    names = [conversation.name for conversation in found]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two conversations of one name: {sorted(doubled)}")
    return tuple(found)


def _conversation(entry: Mapping[str, Any], theme: str) -> Conversation:
    where = f"{theme}.yml, « {entry.get('conversation')} »"
    _refuse_unknown(where, entry, _CONVERSATION_KEYS)
    if entry["portal"] not in NEVER or entry.get("ends") not in (None, *ENDS):
        raise ValueError(f"{where}: unknown portal or end")
    turns = []
    for turn in entry["turns"]:
        _refuse_unknown(where, turn, _TURN_KEYS)
        if ("user" in turn) == ("click" in turn):
            raise ValueError(f"{where}: a turn has either « user » or « click »")
        turns.append(
            Turn(
                user=str(turn.get("user", "")),
                click=str(turn.get("click", "")),
                says=_strings(where, turn.get("says", ())),
                any=tuple(_strings(where, words) for words in turn.get("any", ())),
                never=_strings(where, turn.get("not", ())),
                buttons=_strings(where, turn.get("buttons", ())),
            )
        )
    return Conversation(
        title=entry["conversation"],
        portal=entry["portal"],
        theme=theme,
        turns=tuple(turns),
        accounts=tuple(entry.get("accounts", ())),
        ends=entry.get("ends"),
        echoes=_strings(where, entry.get("echoes", ())),
        known_problem=entry.get("known_problem", ""),
    )


def _refuse_unknown(where: str, entry: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(entry) - known:
        raise ValueError(f"{where}: unknown key {sorted(unknown)}")


def _strings(where: str, values: Any) -> tuple[str, ...]:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{where}: a list of texts is expected, not {values!r}")
    return tuple(plain(value) for value in values)


def plain(text: str) -> str:
    """Return a text without typesetting: plain spaces and apostrophes, no bold."""
    return re.sub("[\u00a0\u202f]", " ", text).replace("\u2019", "'").replace("**", "")


def write_accounts(folder: Path, portal: str) -> Path:
    """Write the demo accounts of a portal and those of all its conversations as one CSV."""
    demo = ROOT / "faq" / portal / "demo_accounts.csv"
    with demo.open(encoding="utf-8", newline="") as file:
        rows: list[Mapping[str, str]] = list(csv.DictReader(file))
    rows += [
        {"activated_at": "2024-03-01" if account["status"] == "active" else "", **account}
        for conversation in conversations()
        if conversation.portal == portal
        for account in conversation.accounts
    ]
    path = folder / f"{portal}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def play(service: Service, conversation: Conversation) -> Played:
    """Hold a conversation to its end, noting what goes otherwise than written."""
    played = Played()
    sender = Chat(service, conversation.portal).sender
    offered: dict[str, str] = {}
    for turn in conversation.turns:
        played.lines.append(f"  > {turn.user or f'[{turn.click}]'}")
        if turn.click and plain(turn.click) not in offered:
            _note(played, f"« {turn.click} » is not offered; offered: {sorted(offered)}")
            # What was meant can still be typed, so that the rest shows.
        message = offered.get(plain(turn.click), turn.click) if turn.click else turn.user
        replies = service.send(sender, message, conversation.portal)
        offered = {plain(t): payload for reply in replies for t, payload in reply.buttons.items()}
        said = plain("\n".join(reply.text for reply in replies))
        played.replies.append("\n".join((said, *offered)))
        played.lines += _show(replies)
        for mistake in _mistakes(turn, said, offered, conversation):
            _note(played, mistake)
    memory = service.tracker(sender)["slots"]["memory"] or {}
    outcome = memory.get("outcome")
    played.lines.append(f"  = {outcome}")
    if conversation.ends and outcome != conversation.ends:
        _note(played, f"ends as {outcome}, not as {conversation.ends}")
    return played


def _mistakes(
    turn: Turn, said: str, offered: Mapping[str, str], conversation: Conversation
) -> list[str]:
    everything = "\n".join((said, *offered))
    never = {plain(words) for words in NEVER[conversation.portal]} - set(conversation.echoes)
    return [
        *(["nothing is said"] if not said.strip() else []),
        *(["a template is not filled in"] if _UNFILLED.search(said) else []),
        *(f"not said: {words}" for words in turn.says if words not in said),
        *(f"none said: {words}" for words in turn.any if not any(w in said for w in words)),
        *(f"must not be said: {words}" for words in turn.never if words in said),
        *(f"not understood: {words}" for words in _lost(turn, said)),
        *(f"of the other portal: {words}" for words in sorted(never) if words in everything),
        *(f"not offered: {title}" for title in turn.buttons if title not in offered),
    ]


def _lost(turn: Turn, said: str) -> list[str]:
    allowed = " ".join((*turn.says, *(words for choice in turn.any for words in choice)))
    return [words for words in map(plain, LOST) if words in said and words not in allowed]


def _note(played: Played, mistake: str) -> None:
    played.mistakes.append(mistake)
    played.lines.append(f"  ✗ {mistake}")


def _show(replies: list[Said]) -> list[str]:
    lines = []
    for reply in replies:
        lines += [f"  < {line}" for line in plain(reply.text).splitlines() if line.strip()]
        if reply.buttons:
            lines.append("    " + " ".join(f"[{plain(title)}]" for title in reply.buttons))
    return lines
