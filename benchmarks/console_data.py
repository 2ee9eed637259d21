"""Conversations by the hundred thousand, for measuring the console: the same ones each time.

Ten messages a conversation: five of the user, five answers. What is typed, what goes wrong and what
staff have done with it is spread about as on a busy portal.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from bot.french.stems import stems
from bot.record.search_index import portal_token
from bot.record.summaries import count_turn, new_summary

TURNS = 5
RARE = "zanzibar"
RARE_HITS = 20
COMMON = "mail"

_PORTALS = ("resah", "resah", "resah", "resah", "woundwo")
_TOPICS = (
    ("mail_not_received", 30), ("login_problem", 25), ("password_reset", 15), ("mailinblack", 8),
    ("document_access", 6), ("account_check", 6), ("market_not_visible", 4), ("training", 3),
    ("data_privacy", 2), ("customer_number", 1),
)  # fmt: skip
_REGIONS = ("bretagne", "ile-de-france", "occitanie", "normandie", "corse", "grand-est", "")
_OUTCOMES = ("solved", "reset_sent", "informed", "handed_over", "given_up", "refused", "")
_OPENINGS = (
    "bonjour je n'ai pas reçu le mail de réinitialisation", "jarrive pas a me connecter",
    "mot de passe oublié depuis hier", "mailinblack bloque les mails de la plateforme",
    "le document du marché n'apparaît pas", "mon compte est-il bien créé",
    "qui contacter dans ma région", "le lien du mail ne marche plus",
)  # fmt: skip
_LATER = (
    "oui", "non toujours rien reçu", "j'ai regardé dans les indésirables", "c'est bon merci",
    "je préfère parler à quelqu'un", "mon adresse est personne{n}@exemple.example",
    "le mail est arrivé ce matin", "toujours le même message d'erreur", "bretagne", "d'accord",
)  # fmt: skip
_SYLLABLES = "ba cro di fu gla ma no pu ri sta to vu za lin bor".split()
_TAIL = 3000
"""Words of the long tail that every language has; few of them are frequent."""

_ANSWER = (
    "Je vérifie tout de suite. Regardez aussi dans les **courriers indésirables** : le message"
    " vient de notre adresse automatique et peut y être classé par votre messagerie."
)

TABLES = {
    "conversations": "id portal created_at last_at turns last_seq offered",
    "turns": "conversation_id number message_id last_seq at replies state",
    "events": "conversation_id seq turn type timestamp version data",
    "conversation_summaries": (
        "conversation_id portal started_at began_hour last_at opening topic region outcome messages"
        " lost unsure repeated liked disliked trouble notes assigned_to reviewed_at reviewed_by"
    ),
    "search_texts": "id conversation_id portal chunk text stems",
    "tickets": (
        "reference portal conversation_id region topic contact state created_at updated_at"
        " answered_at first_due_at"
    ),
    "ratings": "portal about conversation_id helpful comment at",
}

Batch = dict[str, list[tuple[Any, ...]]]


def batches(count: int, end: datetime, size: int = 1000) -> Iterator[Batch]:
    """Yield the rows of conversations, in batches.

    Args:
        count: How many conversations.
        end: When the last of them ended; they go back a year.
        size: How many conversations a batch holds.
    """
    dice = random.Random(2024)
    rare = {count * k // RARE_HITS for k in range(RARE_HITS)}
    step = timedelta(days=365) / count
    batch: Batch = {name: [] for name in TABLES}
    for number in range(count):
        moment = end - step * (count - number)
        _conversation(batch, number, moment, dice, rare=number in rare)
        if (number + 1) % size == 0 or number + 1 == count:
            yield batch
            batch = {name: [] for name in TABLES}


def _conversation(
    batch: Batch, number: int, moment: datetime, dice: random.Random, *, rare: bool
) -> None:
    key, portal = f"bench{number:07}", dice.choice(_PORTALS)
    topic = dice.choices([t for t, _ in _TOPICS], [w for _, w in _TOPICS])[0]
    memory = {
        "topic": topic, "region": dice.choice(_REGIONS), "outcome": dice.choice(_OUTCOMES),
        "repeated": 2 if dice.random() < 0.03 else 0,
    }  # fmt: skip
    summary = new_summary(key, portal, moment)
    typed: list[str] = []
    for turn in range(1, TURNS + 1):
        text = dice.choice(_OPENINGS) if turn == 1 else dice.choice(_LATER).format(n=number)
        if turn == 1:
            text += f" {_tail_word(int(_TAIL * dice.random() ** 3))}"
        if rare and turn == 1:
            text += f" {RARE}"
        roll = dice.random()
        band = "lost" if roll < 0.02 else "unsure" if roll < 0.05 else "sure"
        at = moment + timedelta(seconds=20 * turn)
        events = _events(text, topic, band, memory, at.timestamp())
        said, _ = count_turn(summary, events, at)
        typed += said
        for place, event in enumerate(events):
            seq = 4 * turn - 3 + place
            row = (key, seq, turn, event["event"], event["timestamp"], 1, json.dumps(event))
            batch["events"].append(row)
        replies = json.dumps([{"text": _ANSWER}])
        batch["turns"].append((key, turn, f"m{turn}", 4 * turn, at, replies, None))
    summary.disliked = 1 if dice.random() < 0.02 else 0
    summary.notes = 1 if dice.random() < 0.01 else 0
    summary.assigned_to = 1 if dice.random() < 0.03 else None
    if dice.random() < 0.3:
        summary.reviewed_at, summary.reviewed_by = at, 1
    summary.weigh()
    batch["conversations"].append((key, portal, moment, at, TURNS, 4 * TURNS, "[]"))
    columns = TABLES["conversation_summaries"].split()
    batch["conversation_summaries"].append(tuple(getattr(summary, name) for name in columns))
    if number % 5 == 0:
        batch["tickets"].append(_ticket(key, number, portal, moment, dice))
    if number % 10 == 0:
        helpful = summary.disliked == 0
        comment = "" if number % 50 else "Deux jours sans réponse"
        batch["ratings"].append((portal, "m2", key, helpful, comment, at))
    words = dict.fromkeys((portal_token(portal), *(s for said in typed for s in _stems(said))))
    text = "\n".join(said.replace("@", " ") for said in typed)
    batch["search_texts"].append((number + 1, key, portal, 0, text, " ".join(words)))


def _ticket(
    key: str, number: int, portal: str, moment: datetime, dice: random.Random
) -> tuple[Any, ...]:
    answered = moment + timedelta(hours=72 * dice.random()) if dice.random() < 0.9 else None
    return (
        f"B-{number}", portal, key, dice.choice(_REGIONS), "Mail non reçu",
        f"personne{number}@exemple.example", "answered" if answered else "open", moment,
        answered or moment, answered, moment + timedelta(hours=48),
    )  # fmt: skip


def _events(
    text: str, topic: str, band: str, memory: dict[str, Any], moment: float
) -> list[dict[str, Any]]:
    confidence = {"sure": 0.97, "unsure": 0.55, "lost": 0.2}[band]
    parse_data = {
        "intent": {"name": topic, "confidence": confidence},
        "entities": [],
        "text": text,
        "intent_ranking": [
            {"name": name, "confidence": confidence / (place + 1)}
            for place, name in enumerate((topic, "solved", "out_of_scope", "mail_in_spam"))
        ],
        "band": band,
    }
    return [
        {"event": "user", "timestamp": moment, "text": text, "parse_data": parse_data},
        {"event": "action", "timestamp": moment, "name": "walk_form", "policy": "RulePolicy"},
        {"event": "bot", "timestamp": moment + 0.01, "text": _ANSWER, "data": {}, "metadata": {}},
        {"event": "slot", "timestamp": moment, "name": "memory", "value": memory},
    ]


def _tail_word(number: int) -> str:
    base = len(_SYLLABLES)
    return "".join(_SYLLABLES[number // base**place % base] for place in range(3)) + "k"


@lru_cache(maxsize=65536)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(stems(text))


def fill_sqlite(path: str, count: int, end: datetime) -> None:
    """Write the conversations into an SQLite database that has its tables."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    for batch in batches(count, end):
        for name, rows in batch.items():
            columns = TABLES[name].split()
            marks = ", ".join("?" * len(columns))
            connection.executemany(
                f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})",
                [tuple(_for_sqlite(value) for value in row) for row in rows],
            )
        connection.commit()
    connection.execute("INSERT INTO search_fts (search_fts) VALUES ('rebuild')")
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def fill_postgresql(url: str, count: int, end: datetime) -> None:
    """Write the conversations into a PostgreSQL database that has its tables."""
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for batch in batches(count, end):
            for name, rows in batch.items():
                columns = ", ".join(TABLES[name].split())
                statement = f"COPY {name} ({columns}) FROM STDIN"
                with cursor.copy(statement) as copy:  # type: ignore[arg-type, unused-ignore]
                    for row in rows:
                        copy.write_row(row)
        cursor.execute("SELECT setval(pg_get_serial_sequence('search_texts', 'id'), %s)", (count,))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S.%f}"
    return value
