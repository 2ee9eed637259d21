"""What the tests do on a page: talk by mouse or keyboard, and hear what the browser says."""

from __future__ import annotations

import re
import time
from typing import Any

PATIENCE = 40_000
"""Milliseconds that a condition may take on a busy machine; nothing waits for them to pass."""

MOST_TABS = 40

AIMING = 650
"""Milliseconds in which a mouse cannot have aimed at what has just appeared: no press counts."""


class Watch:
    """Collects what pages complain about: console, uncaught errors, dialogs."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def see(self, page: Any) -> None:
        """Listen to a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"uncaught: {error}"))
        page.on("dialog", self._dialog)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def faults(self, complaints: re.Pattern[str]) -> list[str]:
        """Return what was heard besides the complaints that had to come."""
        return [line for line in self.heard if not complaints.search(line)]


def plain(text: str) -> str:
    """Return a text without what is only typesetting."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


class ChatPage:
    """A page with the assistant, opened where it is not a part of the page."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.log = page.locator("#scroll")
        self.input = page.locator("#message")
        self.composer = page.locator("#composer")
        self.status = page.locator("#status")
        self.alert = page.locator("#alert")
        self.said = page.locator(".you .bubble")
        self.replies = page.locator(".line.assistant")
        self.buttons = page.locator(".choices button")
        self.launch = page.locator(".launch")

    def open(self) -> ChatPage:
        """Open the assistant if need be, once it is there."""
        self.replies.first.wait_for(state="attached")
        if self.launch.is_visible():
            self.launch.click()
        self.input.wait_for()
        return self

    def option(self, name: str) -> None:
        """Choose one of the options."""
        self.page.get_by_role("button", name="Options").click()
        self.page.get_by_role("button", name=name, exact=True).click()

    def write(self, text: str) -> None:
        """Send a message without waiting for its answer."""
        self.input.fill(text)
        self.input.press("Enter")

    def say(self, text: str) -> str:
        """Send a message and return all that answers it."""
        before = self.replies.count()
        self.write(text)
        return self.answer(before)

    def click(self, title: str) -> str:
        """Click a button that is still open and return all that answers it."""
        before = self.replies.count()
        self.page.wait_for_timeout(AIMING)
        self.buttons.and_(self.page.get_by_role("button", name=title, exact=True)).click()
        return self.answer(before)

    def answer(self, before: int) -> str:
        """Return the replies after the first so many, once nothing is on its way any more."""
        self.settle()
        self.replies.nth(before).wait_for()
        return plain("\n".join(self.replies.all_inner_texts()[before:]))

    def settle(self) -> None:
        """Wait until every message is answered."""
        wait_until(
            self.page,
            "Object.values(sessionStorage).every(kept => !JSON.parse(kept).queue?.length)",
        )

    def read_earlier(self, turns: int) -> None:
        """Read a long conversation from its beginning; only its latest turns are shown at first."""
        more = self.page.get_by_role("button", name="Messages précédents")
        deadline = time.monotonic() + PATIENCE / 1000
        while self.said.count() < turns:
            assert time.monotonic() < deadline, "the earlier messages never came"
            # The button goes once there are no more: nothing is waited for here.
            more.evaluate_all("nodes => nodes.forEach(node => node.click())")
            self.page.wait_for_timeout(50)

    def texts(self) -> list[str]:
        """Return what the person said, as it is shown."""
        return [
            plain(text).removeprefix("Vous :").lstrip() for text in self.said.all_text_contents()
        ]

    def state(self) -> list[str]:
        """Return all that the log shows, with the buttons that may still be clicked."""
        shown = self.log.inner_text().splitlines()
        return [*shown, "buttons:", *self.buttons.all_inner_texts()]


def wait_until(page: Any, expression: str) -> None:
    """Wait until an expression is true; Playwright's own way needs `eval`, which pages forbid."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"it never came true: {expression}"
        page.wait_for_timeout(20)


def tab_to(target: Any, *, back: bool = False) -> None:
    """Move the keyboard's focus to an element, which must then show that it has it."""
    page = target.page
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if target.evaluate("node => node === node.getRootNode().activeElement"):
            outline = target.evaluate("node => getComputedStyle(node).outlineStyle")
            assert outline != "none", "the focus cannot be seen"
            return
    raise AssertionError("the keyboard does not reach it")


def scrolls_sideways(page: Any) -> list[str]:
    """Return what is wider than its place: the page itself, or a part that would scroll."""
    wide: list[str] = page.evaluate(
        """() => {
            const all = root => [...root.querySelectorAll("*")].flatMap(
                node => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
            return [document.scrollingElement, ...all(document.body)]
            .filter(node => node === document.scrollingElement ||
                    /auto|scroll/.test(getComputedStyle(node).overflowX))
            .filter(node => node.scrollWidth > node.clientWidth)
            .map(node => `${node.tagName}#${node.id} ${node.scrollWidth}/${node.clientWidth}`);
        }"""
    )
    return wide
