"""Accounts whose names are markup elsewhere: the pages that name them show text."""

from __future__ import annotations

import csv
from html import escape
from pathlib import Path

from bot.content.live import current_content
from bot.desk.accounts_import import import_accounts
from bot.desk.demo_passwords import set_password
from bot.ground.settings import ROOT
from tests.http.conftest import Chat, Site, Start

CORPUS = (ROOT / "tests" / "browser" / "injections.txt").read_text(encoding="utf-8").splitlines()
PASSWORD = "soleil-et-mistral"


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "login", "name", "structure", "status"])
        for number, text in enumerate(CORPUS):
            address = f"personne{number}@chu-exemple.example"
            rows.writerow([address, text, text, text, "active"])


async def test_names_from_a_csv_are_text_everywhere(start: Start, tmp_path: Path) -> None:
    site: Site = await start()
    path = tmp_path / "accounts.csv"
    _write(path)
    portal = current_content().portals["resah"]
    result = await import_accounts(site.database, portal, path, sync=False, demo=True)
    assert result.added == len(CORPUS) >= 100
    for number, text in list(enumerate(CORPUS))[::8]:
        login = text.strip()
        address = f"personne{number}@chu-exemple.example"
        await set_password(site.database, "resah", login, PASSWORD)
        response = await site.submit("/demo/resah/", email=address, password=PASSWORD)
        page = await response.text()
        assert "Vous êtes connecté" in page, text
        assert f"<strong>{escape(login)}</strong>" in page.replace("&#34;", "&quot;").replace(
            "&#39;", "&#x27;"
        )
    chat = Chat(site)
    await chat.say("mot de passe oublié")
    reply = await chat.say("personne0@chu-exemple.example")
    assert "reconnue" in reply and "script" not in reply
    await chat.click("Oui, envoyez-le")
    await site.sender.send_due()
    mails = await (await site.get("/demo/resah/mails")).text()
    assert CORPUS[0] not in mails
    assert escape(CORPUS[0]) in mails
