"""Replies that people gave to a question of the assistant, with what each does about it.

They stand in `data/replies/`, a file an article or a walk of ours, and are what the model of
replies learns from. `bot.content.files.replies` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.content.portals import Portal
from bot.content.trees import Tree

MOVES = (
    "address", "ask", "cancel", "complain", "correct", "dont_know", "fails", "how", "later", "none",
    "number", "person", "problem", "region", "repeat", "restart", "smalltalk", "solved", "wait",
    "why",
)  # fmt: skip
"""What a person may do with any question, beside choosing an option; see docs/understanding.md."""

FACTS: Mapping[str, tuple[str, ...]] = {
    "activated": ("today", "yesterday"),
    "admin_mail_received": ("no", "yes"),
    "administrator": ("gone", "me", "none", "silent"),
    "administrator_known": ("no", "yes"),
    "administrator_listed": ("admin_duties", "no", "yes"),
    "already_asked": ("yes",),
    "awaited_mail": ("account_pending", "password_reset"),
    "browsers_tried": ("yes",),
    "firefox": ("no", "yes"),
    "for_other": ("yes",),
    "form_sent": ("no", "not_solved", "yes"),
    "has_account": ("no", "yes"),
    "has_ordered": ("no", "yes"),
    "junk_checked": ("mail_in_spam", "no", "yes"),
    "link_fails": ("yes",),
    "mailbox_dead": ("yes",),
    "mailinblack": ("no", "yes"),
    "market_searched": ("no", "yes"),
    "market_visible": ("no", "yes"),
    "number_in_hand": ("yes",),
    "password_refused": ("yes",),
    "trade_partner": ("no", "yes"),
    "urgent": ("yes",),
}
"""What a reply may tell, by its option or in passing, with the values; see docs/understanding.md.
Names that `faq/common/facts.yml` has too have its values."""

WALKS = "flow"
"""The folder of the replies to questions that walks of ours ask, in place of a portal's name."""


@dataclass(frozen=True)
class Option:
    """An answer that a question knows.

    Attributes:
        name: What names it: the label in an article, a short word in a walk.
        label: How it is written on its button, or what it means.
        means: What else it means, as in a tree.
        acts: Whether choosing it sends something or closes the problem: that needs a surer reading.
        tells: The fact that choosing it tells, of those in `FACTS`, or None.
        examples: Sentences with which people choose it, as an article gives them.
    """

    name: str
    label: str
    means: tuple[str, ...] = ()
    acts: bool = False
    tells: tuple[str, str] | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question with its options.

    Attributes:
        id: Portal, article and step, such as "resah/mail_not_received/junk".
    """

    id: str
    options: tuple[Option, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the options."""
        return tuple(option.name for option in self.options)


@dataclass(frozen=True)
class Reply:
    """What a person typed in answer to a question.

    Attributes:
        question: The question's id.
        text: As typed.
        option: The name of the option it chooses, or None.
        moves: What else it does, from `MOVES`.
        facts: What it tells in passing, names and values of `FACTS`.
        hand: Who wrote it; the replies of one hand are held out together.
    """

    question: str
    text: str
    option: str | None
    moves: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    hand: str = ""


def tree_questions(owner: str, tree: Tree) -> Iterator[Question]:
    """Yield the questions of a tree.

    Args:
        owner: Portal and article, with which the ids begin.
        tree: The tree.
    """
    ends = {name: step.end for name, step in tree.steps.items()}
    for step in tree.steps.values():
        if step.answers:
            options = (
                Option(answer.label, answer.label, answer.means, ends.get(answer.go) == "solved",
                       _tells(step.fact, answer.means), answer.examples)
                for answer in step.answers
            )  # fmt: skip
            yield Question(f"{owner}/{step.name}", tuple(options))


def _tells(fact: str, means: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the fact that an answer tells: yes or no where it means that, else what it means."""
    value = next((value for value in ("yes", "no") if value in means), next(iter(means), ""))
    return (fact, value) if value in FACTS.get(fact, ()) else None


def told(reply: Reply, question: Question) -> frozenset[tuple[str, str]]:
    """Return the facts that a reply tells, by its option or in passing.

    Args:
        reply: A reply.
        question: The question that it answers.
    """
    chosen = (each.tells for each in question.options if each.name == reply.option)
    return frozenset((*reply.facts, *(fact for fact in chosen if fact is not None)))


def portal_questions(portals: Mapping[str, Portal]) -> Iterator[Question]:
    """Yield every question that the trees of some portals ask."""
    for portal in portals.values():
        for intent, article in portal.articles.items():
            if article.tree is not None:
                yield from tree_questions(f"{portal.id}/{intent}", article.tree)


def answering(replies: Iterable[Reply], questions: Mapping[str, Question]) -> list[Reply]:
    """Return the replies whose question and option still exist."""
    return [
        reply
        for reply in replies
        if (question := questions.get(reply.question)) is not None
        and (reply.option is None or reply.option in question.names)
    ]
