"""The region walk: finds out where the user is, and gives the contact that answers for it."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from bot.content.live import Portal
from bot.dialogue.flow import Button, Directive, End, Go, Pass, Said, Step, Talk, Wait, Walk
from bot.dialogue.phone_asked import asks_phone, has_phones
from bot.dialogue.place_said import (
    MOST_CORRECTING,
    MOST_SHORT,
    forget_wrong_region,
    number_in,
    place_in,
    regions_of,
)
from bot.french.fold import fold
from bot.french.places import Place
from bot.ground.clock import paris_time_from
from bot.ground.errors import LimitReached

_MOST_BUTTONS = 6
_MUTTERED = 6


_FOR_EVERYBODY = "public_downloads"
"""What a portal for trade partners has for private persons, who have no manager there."""


def _told_dealers(talk: Talk) -> bool:
    """Tell a private person once where dealers are found, in place of a contact for the trade."""
    article = talk.portal.articles.get(_FOR_EVERYBODY)
    told = talk.memory.setdefault("asides", [])
    private = talk.facts.get("trade_partner") == "no" and article is not None
    if article is None or not private or _FOR_EVERYBODY in told:
        return False
    told.append(_FOR_EVERYBODY)
    talk.said.append(Said(talk.portal.answer(article)))
    return True


async def _start(talk: Talk) -> Directive:
    heard = talk.heard
    somewhere = number_in(heard.text) or place_in(talk.portal, heard.text, expected=False).places
    if not (talk.frame.data.get("silent") or somewhere) and _told_dealers(talk):
        return End("informed")
    forget_wrong_region(talk)
    chosen = heard.entities.get("region")
    if chosen and talk.portal.region(chosen):
        talk.memory["region"] = chosen
    # Opened by a message that names a place, not by another walk.
    named = heard.intent in {"inform_region", "regional_contact"} or not heard.sure
    if not chosen and named and len(talk.stack) == 1:
        return await _take(talk, otherwise=Go("ask"))
    if talk.region is None and (number := heard.entities.get("customer_number")):
        with suppress(LimitReached):
            # Without the number, the region is simply asked for.
            talk.memory["region"] = await talk.region_of_customer(number)
    return Go("contact") if talk.region else Go("ask")


async def _ask(talk: Talk) -> Directive:
    if talk.region:
        # Told meanwhile, in a walk that was opened above this one.
        return Go("contact")
    if asks_phone(talk) and not talk.resuming:
        # What was asked is answered before what is asked in return.
        talk.say("region.phone", numbers=has_phones(talk))
        return Wait()
    talk.say("region.ask")
    return Wait()


async def _answer(talk: Talk) -> Directive:
    heard = talk.heard
    chosen = heard.entities.get("region")
    if chosen and talk.portal.region(chosen):
        talk.memory["region"] = chosen
        return Go("contact")
    if heard.intent == "dont_know" and heard.sure:
        return Go("list")
    refuses = (heard.intent == "deny" and heard.sure) or heard.yes_no == "no"
    refuses = refuses or bool(_PUTS_OFF.search(fold(heard.text)))
    if refuses and talk.frame.data.pop("not_covered", False):
        # There is nowhere else: the nearest region is better than none.
        return Go("list")
    if refuses and not _names_another(talk):
        talk.say("region.refused")
        return End("refused")
    if heard.pressed:
        return Pass()
    if asks_phone(talk) and not _names_another(talk):
        talk.say("region.phone", numbers=has_phones(talk))
        return Wait()
    if _wants_person(talk):
        talk.say("region.person")
        return Wait()
    if meant := _named_of_several(talk):
        talk.memory["region"] = meant
        return Go("contact")
    return await _take(talk, otherwise=Pass())


def _wants_person(talk: Talk) -> bool:
    """Tell whether the message only says once more that a person is wanted."""
    heard = talk.heard
    likeliest = heard.intent if heard.sure else next(iter(heard.ranking), "")
    wanted = likeliest == "human_handoff" or (heard.does("person") and not heard.sure)
    return wanted and not _names_another(talk)


_PUTS_OFF = re.compile(
    r"^\W*(?:(?:ok|bon|alors|d'accord)\W+)*(?:je|on) (?:vais|va) (?:d'abord )?"
    r"(?:verifier|regarder|voir|essayer|demander|chercher)\b"
)


def _names_another(talk: Talk) -> bool:
    """Tell whether a no goes on with a place: "pardon non, 56", "non je suis à Lille"."""
    if number_in(talk.heard.text):
        return True
    answer = place_in(talk.portal, talk.heard.text, expected=False)
    return bool(regions_of(talk.portal, answer.places))


def _named_of_several(talk: Talk) -> str | None:
    """Return the region of the one place, of those just offered, that the message tells apart."""
    folded = fold(talk.heard.text)
    fitting = [
        region
        for label, region in talk.frame.data.get("several", ())
        if any(len(part) > 1 and part in folded for part in _parts(label))
    ]
    return fitting[0] if len(set(fitting)) == 1 else None


def _parts(label: str) -> list[str]:
    """Return what tells a place from others of its name: what stands in brackets after it."""
    _, _, inside = fold(label).partition("(")
    name = inside.rstrip(")")
    return [name, re.sub(r"^(?:la|le|les|l') ?", "", name)]


_CUSTOMER_NUMBER = re.compile(r"(?<![\w-])(?=\w*?\d{4})\w+(?![\w-])")


async def _take(talk: Talk, *, otherwise: Directive) -> Directive:
    """Take the place that the message names, ask which one is meant, or do otherwise."""
    text = talk.heard.text
    if talk.portal.feature("customer_numbers"):
        reached, region = await _of_customer(talk)
        if region:
            talk.memory["region"] = region
            return Go("contact")
        if "client" in text.casefold() and _ANY_NUMBER.search(text):
            if reached is None:
                talk.say("region.customer_unknown")
            else:
                until = paris_time_from(reached.until)
                talk.say(f"limits.numbers.{reached.scope}", until=until)
            return Wait()
    expected = talk.heard.intent not in _QUESTIONS or not talk.heard.sure
    answer = place_in(talk.portal, text, expected=expected)
    if not answer.places and expected and (number := number_in(text)):
        answer = place_in(talk.portal, number, expected=True)
    if answer.outcome == "country_needed" and not answer.places and _is_code(text):
        talk.say("region.country_needed")
        return Wait()
    regions = regions_of(talk.portal, answer.places)
    if len(regions) == 1:
        talk.memory["region"] = regions[0].id
        return Go("contact")
    if regions:
        buttons = (_region_button(place, talk.portal) for place in answer.places)
        talk.frame.data["several"] = [
            [place.label, covering.id]
            for place in answer.places
            if (covering := talk.portal.region_for(place))
        ]
        talk.say("region.several", *[button for button in buttons if button][:_MOST_BUTTONS])
        return Wait()
    if answer.places:
        talk.frame.data["not_covered"] = True
        talk.say("region.not_covered", place=answer.places[0].label)
        return Wait()
    meant = talk.heard.intent in _NAMES_SOMETHING
    short = len(text.split()) <= MOST_CORRECTING and "?" not in text
    if talk.heard.intent == "regional_contact" and (talk.heard.sure or talk.frame.step == "start"):
        return otherwise
    muttered = not talk.heard.sure and len(text.split()) <= _MUTTERED and "?" not in text
    if muttered or (meant and (talk.heard.sure or short)):
        return Go("not_found")
    return otherwise


def _is_code(text: str) -> bool:
    """Tell whether four digits of a text are meant as a postcode, and not as a year."""
    return len(text.split()) <= MOST_SHORT or "postal" in text.casefold()


async def _of_customer(talk: Talk) -> tuple[LimitReached | None, str | None]:
    """Return why no more numbers are looked up, and the region of the first that is known."""
    numbers = dict.fromkeys(_CUSTOMER_NUMBER.findall(talk.heard.text))
    for number in list(numbers)[:_MOST_NUMBERS]:
        try:
            if region := await talk.region_of_customer(number):
                return None, region
        except LimitReached as reached:
            # A postal code may still tell the place.
            return reached, None
    return None, None


_MOST_NUMBERS = 3
"""Numbers of one message that are looked up."""

_NAMES_SOMETHING = frozenset(
    {"inform_region", "regional_contact", "inform_reference", "out_of_scope"}
)
_ANY_NUMBER = re.compile(r"\d{3,}")


_QUESTIONS = {
    "login_problem", "password_reset", "account_check", "email_not_recognised",
    "mail_not_received", "document_access", "document_missing", "market_not_visible",
}  # fmt: skip


def _region_button(place: Place, portal: Portal) -> Button | None:
    region = portal.region_for(place)
    if region is None:
        return None
    payload = json.dumps({"region": region.id}, ensure_ascii=False)
    return Button(place.label, f"/inform_region{payload}")


async def _not_found(talk: Talk) -> Directive:
    misses = talk.frame.data.get("misses", 0)
    talk.frame.data["misses"] = misses + 1
    if misses:
        return Go("list")
    talk.say("region.not_found")
    return Wait()


async def _list(talk: Talk) -> Directive:
    buttons = (
        Button(region.name, "/inform_region" + json.dumps({"region": region.id}))
        for region in talk.portal.regions
    )
    talk.say("region.list", *buttons)
    return Wait()


async def _contact(talk: Talk) -> Directive:
    if talk.region is None:
        return Go("ask")
    if talk.frame.data.get("silent") and asks_phone(talk):
        # "Lyon. Vous avez un numéro ?": a number is wanted, and no request.
        talk.say_contact(talk.region, talk.button("hand_over", "/human_handoff"))
        return End("contact_given")
    if talk.frame.data.get("silent"):
        # Another walk only wanted to know the region.
        return End("")
    if talk.region:
        talk.say_contact(talk.region, talk.button("hand_over", "/human_handoff"))
    return End("contact_given")


REGION = Walk(
    "region",
    "start",
    {
        "start": Step(_start, _answer),
        "ask": Step(_ask, _answer),
        "not_found": Step(_not_found, _answer),
        "list": Step(_list, _answer),
        "contact": Step(_contact),
    },
)
