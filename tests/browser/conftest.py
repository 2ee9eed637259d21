"""A real Chromium on the real service; whatever a page complains about fails its test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from bot.web.demo.mails import PORTAL_HEADER
from tests.browser.pages import PATIENCE, ChatPage, Watch
from tests.support.service import Service
from tests.support.strict import lacking

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Ends with this folder: while it runs, no other event loop can.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The machine's own browser."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        lacking(f"No browser on PATH: none of {', '.join(NAMES)}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except Error as error:
            lacking(f"{path} does not start: {error}")
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, service: Service) -> Iterator[Open]:
    """Opens pages in a fresh browser profile each; ends with what they complained about.

    A complaint that must come is announced as `complaints`, a regular expression.
    """
    opened = []

    def open_page(
        path: str = "/",
        width: int = 1280,
        height: int = 800,
        complaints: str = "",
        **options: Any,
    ) -> Page:
        options.setdefault("reduced_motion", "reduce")
        context = chromium.new_context(
            base_url=service.url,
            viewport={"width": width, "height": height},
            locale="fr-FR",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        watch = Watch()
        context.on("page", watch.see)
        opened.append((context, watch, complaints))
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context, _, _ in opened:
        context.close()
    for _, watch, complaints in opened:
        assert watch.faults(re.compile(complaints or "(?!)")) == []


@pytest.fixture
def open_chat(open_page: Open) -> Callable[..., ChatPage]:
    """Opens a portal's help page, with its assistant, in a fresh browser profile."""

    def open_chat(portal: str = "resah", **options: Any) -> ChatPage:
        return ChatPage(open_page(f"/{portal}/", **options)).open()

    return open_chat


@pytest.fixture(scope="session")
def kept_mail(running_service: Service) -> None:
    """A mail for the demo portal's page to show, as it is kept where no mail server is set."""
    mail = EmailMessage()
    mail[PORTAL_HEADER] = "resah"
    mail["Subject"] = "Espace Acheteur : choisissez un nouveau mot de passe"
    mail["From"], mail["To"] = "no-reply@resah.fr", "camille.martin@chu-exemple.example"
    mail["Date"] = "Mon, 04 Mar 2024 08:00:00 +0100"
    link = f"{running_service.url}/demo/resah/reset?token={'x' * 43}"
    mail.set_content(f"Bonjour,\n\nOuvrez <{link}> ou [ce lien]({link}), **vite**.\n")
    folder = running_service.folder / "var" / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00000001.eml").write_bytes(mail.as_bytes())
