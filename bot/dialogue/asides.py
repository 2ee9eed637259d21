"""Questions beside the point: each gets its sentence, and what is open comes again after it.

Nothing is done upon a question: no mail is sent and no request, whatever it asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.content.live import Article
from bot.dialogue.agreement import sends
from bot.dialogue.flow import TO_A_PERSON, Directive, Go, Said, Talk
from bot.dialogue.global_commands import PREVIEWS
from bot.dialogue.heard import Heard
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.openers import opener, takes_offer_up
from bot.dialogue.small_talk import contact_offer
from bot.dialogue.tree import PREFIX
from bot.reading.asides.finding import Asked, find_asked
from bot.reading.asides.passages import likeliest_passage

PLACES = frozenset(
    {
        "login", "region", "handover", "ticket", "sent", "handed_over", "login/after_reset",
        "login/alone", "login/ask_address", "login/ask_login", "login/nothing_came",
        "login/offer_reset", "login/refused_spaces", "login/unknown", "handover/ask_contact",
        "handover/preview",
    }
)  # fmt: skip
"""Where a question may come beside the trees of articles: at a walk, at a step of one, after a
request was sent or a contact given."""

_ASKING = ("ask", "how", "why")
_LIKELY = 0.3
_OVER = ("cancel", "restart", "solved", "correct", "wait", "later")
"""Moves that count for more than a question beside them."""


def aside_in(talk: Talk) -> Asked | None:
    """Return the question beside the point that a message surely asks, or None."""
    heard = talk.heard
    if not _may_ask(heard) or heard.does(*_OVER):
        return None
    asked = find_asked(talk.portal.asides, heard.text, tuple(_places(talk)))
    return asked if asked and asked.sure else None


def tell_aside(talk: Talk) -> bool:
    """Answer the question beside the point that a message asks, where it has an answer.

    Returns:
        Whether it was answered.
    """
    asked = aside_in(talk)
    if asked is None or _leads_to_contact(talk) or _says_the_problem(talk, asked):
        return False
    return _say(talk, asked)


def tell_questions_beside(talk: Talk) -> None:
    """Answer what clauses of a message ask as topics of their own, beside what it answers.

    "Lille. Et je fais quoi si le mail n'arrive pas ?" names a place, which leads on, and asks.
    """
    heard = talk.heard
    if heard.pressed or not (heard.option or talk.learned or "email" in heard.entities):
        return
    told: list[str] = talk.memory.setdefault("asides", [])
    own = {frame.walk.removeprefix(PREFIX) for frame in talk.stack}
    for part in heard.parts:
        article = talk.portal.articles.get(part.intent)
        asks = "?" in part.text or part.does(*_ASKING)
        if article is None or not asks or part.confidence < _CLEAR:
            continue
        if part.intent in {*own, *told} or part.intent in WAYS_TO_A_PERSON or sends(part.text):
            continue
        told.append(part.intent)
        talk.told_aside = True
        talk.said.append(Said(likeliest_passage(talk.portal.answer(article), part.text, "")))


_CLEAR = 0.8
"""Confidence from which a clause is about a topic."""


def tell_likely(talk: Talk) -> bool:
    """Say once what is most likely asked of the tree that is open, as "mais pourquoi ?" is.

    Returns:
        Whether anything was said.
    """
    places = tuple(_places(talk))
    asked = find_asked(talk.portal.asides, talk.heard.text, places)
    told: list[str] = talk.memory.setdefault("explained", [])
    of_this = asked is not None and bool({*places[:2]} & {*asked.aside.about})
    if asked is None or not of_this or asked.aside.name in told:
        return False
    told.append(asked.aside.name)
    return _say(talk, asked)


def _say(talk: Talk, asked: Asked) -> bool:
    """Say what answers a question; tell whether there is anything to say in this conversation."""
    own = talk.memory.get("last_ticket") or {}
    answer = talk.portal.render(
        asked.aside.answer, region=talk.region, reference=own.get("reference")
    ).strip()
    if not answer:
        return False
    talk.told_aside = True
    talk.said.append(Said(answer))
    return True


def tell_briefly(talk: Talk, article: Article) -> None:
    """Say what an article has on the question that a message asks, and not all of it."""
    asked = find_asked(talk.portal.asides, talk.heard.text, tuple(_places(talk)))
    if asked and asked.sure and not talk.heard.pressed and _say(talk, asked):
        return
    body = talk.portal.answer(article)
    talk.told_aside = True
    passage = likeliest_passage(body, talk.heard.text, _open_question(talk))
    talk.said.append(Said(passage))


def tell_no_answer(talk: Talk, *, beside: bool = False) -> None:
    """Say that there is no answer to a question here, and who has one.

    Args:
        talk: The turn.
        beside: Whether the message answers what was asked as well.
    """
    talk.told_aside = True
    nth = talk.frame.asked
    if talk.frame.step in _OFFERING and sends(talk.heard.text):
        # "Vous pouvez l'envoyer ?" is answered by the offer, which comes again.
        return
    if beside:
        talk.say("in_walk.beside", nth=nth, any_number=True, region=talk.region)
    else:
        talk.say("in_walk.no_answer", nth=nth, any_number=True, region=talk.region)


_OFFERING = frozenset({"offer_reset", "offer_new_link", "declined", "preview", "ask_again"})
"""Steps that offer to send something."""


def _open_question(talk: Talk) -> str:
    """Return what the current step of a tree says, or nothing where no tree is open."""
    article = talk.portal.articles.get(talk.frame.walk.removeprefix(PREFIX)) if talk.stack else None
    step = article.tree.steps.get(talk.frame.step) if article and article.tree else None
    return talk.portal.render(step.say[0]) if step and step.say else ""


def answered_aside(talk: Talk) -> Directive | None:
    """Answer a question beside the point and ask the one that is open again; None without one."""
    here = talk.frame.walk, talk.frame.step
    if here in _FREE or not tell_aside(talk):
        return None
    return Go("ask_again" if here in PREVIEWS else talk.frame.step)


_FREE = frozenset({("handover", "ask_line")})
"""Steps that take whatever is typed."""


def _may_ask(heard: Heard) -> bool:
    if heard.pressed or heard.text.startswith("/") or "language" in heard.entities:
        return False
    likely = any(
        move.name in _ASKING and not move.option and move.confidence >= _LIKELY
        for move in heard.moves
    )
    return likely or "?" in heard.text


def _leads_to_contact(talk: Talk) -> bool:
    """Tell whether a contact is wanted for which the place must be asked first."""
    walks = {frame.walk for frame in talk.stack}
    wanted = talk.heard.surely in WAYS_TO_A_PERSON
    return wanted and talk.region is None and not walks & {"region", "handover"}


def _says_the_problem(talk: Talk, asked: Asked) -> bool:
    """Tell whether a message says again what the open walk is about, rather than asks beside."""
    if not talk.stack:
        return False
    own = talk.frame.walk.removeprefix(PREFIX)
    said = talk.heard.surely in {own, *_OF_LOGIN} if own == "login" else talk.heard.surely == own
    return said and asked.confidence < _PLAIN


_OF_LOGIN = frozenset({"login_problem", "password_reset"})


def _places(talk: Talk) -> Iterator[str]:
    """Yield where the conversation stands, exactly first, by the names that asides.yml knows."""
    memory = talk.memory
    if talk.stack:
        frame = talk.frame
        walk = frame.walk.removeprefix(PREFIX)
        step = "preview" if (frame.walk, frame.step) in PREVIEWS else frame.step
        yield f"{walk}/{step}"
        yield walk
        yield from (below.walk.removeprefix(PREFIX) for below in talk.stack[:-1])
        return
    # At no step.
    yield ""
    if memory.get("last_sent") == "ticket":
        yield "sent"
    if memory.get("outcome") in TO_A_PERSON:
        yield "handed_over"
    if topic := memory.get("topic"):
        yield str(topic)


def told_outside(talk: Talk) -> bool:
    """Answer a question beside the point where nothing is open.

    What opens a conversation is a topic, which has its article or its walk; later, after an answer
    or a request that was sent, a question is about that.

    Returns:
        Whether it was answered.
    """
    heard = talk.heard
    if talk.stack or talk.resuming or "email" in heard.entities or takes_offer_up(heard):
        return False
    begun = any(talk.memory.get(name) for name in ("topic", "last_sent", "outcome"))
    if heard.sure and not begun:
        return False
    asked = aside_in(talk)
    leads_elsewhere = heard.sure and opener(talk) is not None
    if asked is None or (leads_elsewhere and not _plainly(heard, asked)):
        return False
    if not tell_aside(talk):
        return False
    # Where the answer does not do, a person may.
    way = contact_offer(talk) or (talk.button("hand_over", "/human_handoff"),)
    talk.said[-1] = replace(talk.said[-1], buttons=way)
    return True


_PLAIN = 0.85


def _plainly(heard: Heard, asked: Asked) -> bool:
    """Tell whether a message surely asks, and asks surely that."""
    return heard.does(*_ASKING) and not heard.does("problem") and asked.confidence >= _PLAIN
