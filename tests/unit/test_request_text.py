"""A request's lines, by what a conversation knows."""

from __future__ import annotations

from typing import Any

from bot.content.live import current_content
from bot.desk.accounts import current_accounts
from bot.dialogue.flow import Talk
from bot.dialogue.heard import Heard
from bot.dialogue.request import request_text, subject_id
from bot.ground.db import current_database


def _talk(portal: str = "resah", **memory: Any) -> Talk:
    return Talk(
        conversation_id="c",
        message_id="m",
        network="",
        portal=current_content().portal(portal),
        heard=Heard("", ""),
        database=current_database(),
        accounts=current_accounts(),
        memory={"region": "bretagne" if portal == "resah" else "belgique", **memory},
        stack=[],
    )


def _shown(talk: Talk) -> str:
    """Return a request with plain spaces in place of those that do not break."""
    return request_text(talk).replace("\u00a0", " ")


def test_somebody_elses_problem_does_not_announce_the_writers_account() -> None:
    own = {"topic": "market_not_visible", "address": "a.b@x.example", "account_state": "active"}
    assert "**Compte** : actif" in _shown(_talk(**own))
    text = _shown(_talk(**own, facts={"for_other": "yes"}))
    assert "**Compte**" not in text and "**Pour** : une autre personne" in text


def test_what_was_tried_goes_with_the_fact_that_it_rests_on() -> None:
    text = "Marché cherché dans « Mes Marchés », sans le trouver"
    memory: dict[str, Any] = {"tried": [text], "tried_by": {text: ["market_searched", "yes"]}}
    facts = {"market_searched": "yes"}
    assert text in _shown(_talk(**memory, facts=facts))
    assert text not in _shown(_talk(**memory, facts=facts | {"market_visible": "yes"}))


def test_the_last_and_the_whole_decide_on_the_subject() -> None:
    seen = {"market_visible": "yes"}
    assert subject_id(_talk(topic="market_not_visible", facts=seen)) == "document_missing"
    lost = {"topic": "email_not_recognised", "old_address": "a@x.example"}
    assert subject_id(_talk(**lost)) == "address_change"
    corrected = ["mailinblack", "mail_not_received"]
    assert subject_id(_talk(topic="mail_not_received", subject=corrected)) == "mailinblack"
    # Another problem has a subject of its own.
    assert subject_id(_talk(topic="document_access", subject=corrected)) == "document_access"


def test_what_only_one_portal_has_stands_there_alone() -> None:
    memory = {"customer_number": "104522", "facts": {"administrator_answers": "no"}}
    resah, woundwo = _shown(_talk(**memory)), _shown(_talk("woundwo", **memory))
    assert "**Administrateur** : ne répond pas" in resah and "104522" not in resah
    assert "**Numéro client** : 104522" in woundwo and "ne répond pas" not in woundwo
