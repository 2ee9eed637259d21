"""Long conversations, and those that are open twice: in view without delay, and not mixed up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, wait_until
from tests.browser.test_story import ADDRESS, OPENING
from tests.support.service import Service

TURNS = 400
PAGE = 50
LONGEST = 100
"""Milliseconds that a page may be held up."""

ROOT = "document.querySelector('guichet-assistant').shadowRoot"

WATCH_TASKS = """window.tasks = [0];
new PerformanceObserver(list => list.getEntries().forEach(entry => tasks.push(entry.duration)))
    .observe({type: "longtask", buffered: true});"""


def lengthen(service: Service, turns: int) -> None:
    """Have the latest conversation go on in the database as if all had been said again."""
    with closing(sqlite3.connect(service.folder / "var" / "guichet.db")) as database:
        (name,) = database.execute(
            "SELECT id FROM conversations ORDER BY created_at DESC LIMIT 1"
        ).fetchone()
        said = database.execute(
            "SELECT last_seq, at, replies FROM turns WHERE conversation_id = ? ORDER BY number",
            (name,),
        ).fetchall()
        events = database.execute(
            "SELECT data FROM events WHERE conversation_id = ? AND type = 'user' ORDER BY seq",
            (name,),
        ).fetchall()
        seq = said[-1][0]
        for number in range(len(said) + 1, turns + 1):
            _, at, replies = said[number % len(said)]
            data = json.loads(events[number % len(said)][0]) | {"text": f"message {number}"}
            seq += 1
            database.execute(
                "INSERT INTO turns (conversation_id, number, message_id, last_seq, at, replies)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (name, number, f"long{number}", seq, at, replies),
            )
            database.execute(
                "INSERT INTO events (conversation_id, seq, turn, type, timestamp, version, data)"
                " VALUES (?, ?, ?, 'user', ?, 1, ?)",
                (name, seq, number, data["timestamp"], json.dumps(data)),
            )
        database.execute(
            "UPDATE conversations SET turns = ?, last_seq = ? WHERE id = ?", (turns, seq, name)
        )
        database.commit()


@pytest.fixture
def long_chat(open_chat: Callable[..., ChatPage], service: Service) -> Callable[..., ChatPage]:
    """Opens a conversation of many turns."""

    def long_chat(**options: Any) -> ChatPage:
        chat = open_chat("resah", **options)
        chat.say("que sont les mails automatiques ?")
        chat.say("y a-t-il des formations ?")
        chat.say(OPENING)
        lengthen(service, TURNS)
        chat.page.reload()
        chat.open()
        expect(chat.said).to_have_count(PAGE)
        return chat

    return long_chat


def _read_earlier(chat: ChatPage, shown: int) -> None:
    # Not by Playwright's own locators: finding roles and names is work of the page's too.
    chat.page.evaluate(f"{ROOT}.querySelector('.earlier button').click()")
    wait_until(chat.page, f"{ROOT}.querySelectorAll('.line.you').length === {shown}")
    # Two frames on, all that showing them takes is done.
    chat.page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def test_a_long_conversation_does_not_hold_the_page_up(
    long_chat: Callable[..., ChatPage],
) -> None:
    chat = long_chat()
    chat.page.add_init_script(WATCH_TASKS)
    tools = chat.page.context.new_cdp_session(chat.page)
    # By the page's own time: other programs' work does not count.
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = tools.send("Performance.getMetrics")["metrics"]
        value: float = next(one["value"] for one in metrics if one["name"] == "TaskDuration")
        return value

    longest: dict[int, list[int]] = {}
    work: dict[int, list[float]] = {}
    # The machine may be busy with other things: each step's best of three counts.
    for _ in range(3):
        chat.page.reload()
        chat.open()
        expect(chat.said).to_have_count(PAGE)
        for shown in range(PAGE, TURNS + 1, PAGE):
            before = worked()
            if shown > PAGE:
                _read_earlier(chat, shown)
            work.setdefault(shown, []).append(worked() - before)
            longest.setdefault(shown, []).append(
                chat.page.evaluate("Math.max(0, ...tasks.splice(0))")
            )
    assert max(map(min, longest.values())) <= LONGEST, longest
    # The last of them cost no multiple of the first: what is shown already is not shown anew.
    assert min(work[TURNS]) < 3 * min(work[2 * PAGE]), work
    assert chat.texts()[0] == "que sont les mails automatiques ?"
    assert chat.texts()[3:] == [f"message {number}" for number in range(4, TURNS + 1)]


def test_a_long_conversation_is_heard_and_reached_whole(
    long_chat: Callable[..., ChatPage],
) -> None:
    chat = long_chat()
    for shown in range(2 * PAGE, TURNS + 1, PAGE):
        _read_earlier(chat, shown)
    tools = chat.page.context.new_cdp_session(chat.page)
    nodes = tools.send("Accessibility.getFullAXTree")["nodes"]
    names = [node["name"]["value"] for node in nodes if "name" in node and not node["ignored"]]
    heard = list(dict.fromkeys(name for name in names if name.startswith("message ")))
    assert heard == [f"message {number}" for number in range(4, TURNS + 1)]
    # None of it is announced: it was not said just now.
    assert chat.page.locator("#log .line").count() == 0
    chat.log.focus()
    chat.page.keyboard.press("End")
    expect(chat.said.last).to_be_in_viewport()
    chat.page.keyboard.press("Home")
    expect(chat.page.locator("#notice")).to_be_in_viewport()
    # What is said now is announced, and stands in view.
    chat.say("bonjour")
    assert chat.page.locator("#log .line").count() > 1
    expect(chat.replies.last).to_be_in_viewport()


def test_earlier_messages_come_by_a_button_and_leave_the_view_where_it_is(
    long_chat: Callable[..., ChatPage],
) -> None:
    chat = long_chat()
    assert chat.texts()[0] == f"message {TURNS - PAGE + 1}"
    # It opens at its end.
    assert chat.log.evaluate("node => node.scrollHeight - node.clientHeight - node.scrollTop") < 4
    more = chat.page.get_by_role("button", name="Messages précédents")
    more.scroll_into_view_if_needed()
    where = "node => node.getBoundingClientRect().top"
    anchor = chat.said.filter(has_text=f"message {TURNS - PAGE + 1}").first
    before = anchor.evaluate(where)
    more.press("Enter")
    expect(chat.said).to_have_count(2 * PAGE)
    assert abs(anchor.evaluate(where) - before) < 2
    expect(more).to_be_focused()
    # What was chosen then can be read but not pressed: only the latest choices are open.
    assert chat.log.locator("#past .line .choices button").count() == 0 or (
        chat.log.locator(".line").last.locator(".choices button").count() > 0
    )


def test_a_long_conversation_is_downloaded_whole(long_chat: Callable[..., ChatPage]) -> None:
    chat = long_chat()
    with chat.page.expect_download() as download:
        chat.option("Télécharger la conversation")
    with open(download.value.path(), encoding="utf-8-sig") as file:
        text = file.read()
    assert text.count("Vous\u00a0: ") == TURNS
    assert text.index("message 4\n") < text.index("message 5\n") < text.index("message 400\n")


def test_a_second_press_on_what_appears_below_is_none(
    open_chat: Callable[..., ChatPage],
) -> None:
    chat = open_chat("resah")
    chat.say(OPENING)
    chat.say(ADDRESS["resah"])
    yes = chat.page.get_by_role("button", name="Oui, envoyez-le")
    chat.page.wait_for_timeout(650)
    box = yes.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = chat.replies.count()
    chat.page.mouse.move(x, y)
    chat.page.mouse.down(click_count=1)
    chat.page.mouse.up(click_count=1)
    chat.answer(before)
    for button in chat.buttons.all():
        # The second click of two, and a single one too soon to be meant.
        button.dispatch_event("click", {"detail": 2})
        button.dispatch_event("click", {"detail": 1})
    assert chat.texts()[-1] == "Oui, envoyez-le"
    chat.settle()
    assert chat.said.count() == 3
    # A keyboard needs no time to aim.
    before = chat.replies.count()
    chat.buttons.first.press("Enter")
    chat.answer(before)
    assert chat.said.count() == 4


def test_a_key_is_not_delayed(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    chat.say(OPENING)
    chat.say(ADDRESS["resah"])
    before = chat.replies.count()
    chat.page.get_by_role("button", name="Non merci").press("Enter")
    assert "je n’envoie rien" in chat.answer(before)


def _copy(one: ChatPage) -> ChatPage:
    with one.page.expect_popup() as copied:
        one.page.evaluate("void window.open(location.href)")
    return ChatPage(copied.value).open()


def test_an_old_button_of_a_copied_tab_answers_no_newer_question(
    open_chat: Callable[..., ChatPage],
) -> None:
    one = open_chat("resah")
    one.say(OPENING)
    copy = _copy(one)
    assert "reconnue" in copy.say(ADDRESS["resah"])
    one.page.wait_for_timeout(650)
    one.buttons.and_(one.page.get_by_role("button", name="Je préfère ne pas la donner")).click()
    # Neither taken for an answer, nor kept from the one who pressed: all stands there now.
    expect(one.said).to_have_count(3)
    one.settle()
    expect(one.log).to_contain_text("question plus ancienne")
    assert one.texts() == [OPENING, ADDRESS["resah"], "Je préfère ne pas la donner"]
    assert "C’est fait" in one.click("Oui, envoyez-le")


def test_a_copied_tab_shows_what_was_said_in_the_other_once_it_is_looked_at(
    open_chat: Callable[..., ChatPage],
) -> None:
    one = open_chat("resah")
    one.say(OPENING)
    copy = _copy(one)
    copy.say(ADDRESS["resah"])
    one.input.fill("brouillon")
    one.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(one.said).to_have_count(2)
    expect(one.input).to_have_value("brouillon")
    assert "C’est fait" in one.click("Oui, envoyez-le")
    copy.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(copy.said).to_have_count(3)
