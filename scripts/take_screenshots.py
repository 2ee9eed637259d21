"""Take the pictures of docs/images from a running service, in eight states and two widths.

GUICHET_DEMO_PORT=8081 make run
.venv/bin/python scripts/take_screenshots.py http://127.0.0.1:8080 http://127.0.0.1:8081

With the address and the password of a user of the console, its pictures are taken too; there must
be conversations to review and requests that were handed over.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
SCREENS: dict[str, Any] = {
    "1280": {"width": 1280, "height": 800},
    "360": {"width": 360, "height": 640},
}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _open(page: Any) -> None:
    page.locator(".line.assistant").first.wait_for(state="attached")
    if page.locator(".launch").is_visible():
        page.locator(".launch").click()
    page.locator("#message").wait_for()


def _say(page: Any, text: str) -> None:
    count = page.locator(".line.assistant").count()
    page.locator("#message").fill(text)
    page.locator("#message").press("Enter")
    page.locator(".line.assistant").nth(count).wait_for()


def _search(page: Any, text: str) -> None:
    page.locator("#q").fill(text)
    page.locator("#found").filter(has_text=text).wait_for()


def _talk(page: Any) -> None:
    _open(page)
    _say(page, "bonjour jarrive pas a me connecter")
    _say(page, "camille.martin@chu-exemple.example")


def _person(page: Any) -> None:
    _open(page)
    page.get_by_role("button", name="Joindre une personne").click()


def _portal(page: Any) -> None:
    _open(page)
    _say(page, "le champ est rouge quand je tape mon adresse")


STATES: dict[str, tuple[str, Callable[[Any], object]]] = {
    "page-aide": ("help:/resah/", lambda page: page.locator("#message").wait_for(state="attached")),
    "recherche": ("help:/resah/", lambda page: _search(page, "pasword oublié")),
    "sans-reponse": ("help:/resah/", lambda page: _search(page, "imprimante")),
    "article": ("help:/woundwo/faq/email_not_recognised", lambda page: None),
    "conversation": ("help:/resah/", _talk),
    "personne": ("help:/woundwo/", _person),
    "widget-portail": ("demo:/demo/woundwo/", _portal),
    "sombre": ("help:/resah/", _talk),
}


def _console(page: Any, guichet: str, email: str, password: str) -> None:
    page.goto(f"{guichet}/console/login")
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("#password").press("Enter")
    page.locator("nav").first.wait_for()
    for name, listed, opened in (
        ("review", "conversations?view=review", ""),
        ("transcript", "conversations?view=review", "/conversations/"),
        ("ticket", "tickets", "/tickets/"),
    ):
        page.goto(f"{guichet}/console/resah/{listed}")
        if opened:
            page.locator(f"main a[href*='{opened}']").first.click()
            page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"console-{name}.png")


def main(guichet: str, demo: str, email: str = "", password: str = "") -> None:
    """Take all pictures.

    Args:
        guichet: Where the service answers.
        demo: Where the demo portal answers as a site of its own.
        email: A user of the console; none for the other pictures only.
        password: Their password.
    """
    browser_path = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for width, screen in SCREENS.items():
            for name, (place, act) in STATES.items():
                context = browser.new_context(
                    viewport=screen,
                    locale="fr-FR",
                    has_touch=width == "360",
                    is_mobile=width == "360",
                    color_scheme="dark" if name == "sombre" else "light",
                    reduced_motion="reduce",
                )
                page = context.new_page()
                page.goto(place.replace("help:", guichet).replace("demo:", demo))
                page.wait_for_load_state("networkidle")
                act(page)
                page.wait_for_timeout(300)
                page.screenshot(path=FOLDER / f"{name}-{width}.png")
                context.close()
        if email:
            context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
            _console(context.new_page(), guichet, email, password)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:5])
