"""Accounts files: taken whole or not at all, and what is wrong is named with file and line."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.content.live import Portal, current_content
from bot.desk.accounts import Account, AccountRow, current_accounts
from bot.desk.accounts_import import ImportResult, import_accounts
from bot.desk.outbox import Mail, enqueue
from bot.ground.db import Database
from bot.ground.errors import AccountsFileError
from bot.ground.settings import current_settings
from bot.web.demo.data import holds_only_demo_accounts, load_demo_accounts
from bot.web.demo.switch import demo_is_on

HEAD = "email,login,name,structure,region,customer_number,role,status,activated_at\n"
ROWS = (
    "camille@chu.example,cmartin,Camille Martin,CHU,bretagne,100,admin,active,2024-03-01\n"
    "achats@ch.example,achats1,,CH,,,user,pending,\n"
    "achats@ch.example,achats2,,CH,,,,disabled,2024-03-01T10:00:00+02:00\n"
)


@pytest.fixture
def portal(database: Database) -> Portal:
    """The portal whose accounts these are."""
    return current_content().portal("resah")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the accounts file stands."""
    return tmp_path / "comptes.csv"


def write(file: Path, text: str, encoding: str = "utf-8") -> None:
    file.write_bytes(text.encode(encoding))


async def accounts(database: Database, portal: str = "resah") -> list[Account]:
    query = select(AccountRow).where(AccountRow.portal == portal).order_by(AccountRow.id)
    async with database.read() as session:
        return [row.to_account() for row in await session.scalars(query)]


async def test_a_file_is_loaded(database: Database, portal: Portal, file: Path) -> None:
    write(file, HEAD + ROWS)
    assert await import_accounts(database, portal, file) == ImportResult(3, 0, 0, 0)
    first, second, third = await accounts(database)
    assert (first.portal, first.email, first.login) == ("resah", "camille@chu.example", "cmartin")
    assert (first.name, first.structure, first.region) == ("Camille Martin", "CHU", "bretagne")
    assert (first.customer_number, first.role, first.status) == ("100", "admin", "active")
    assert first.activated_at == datetime(2024, 2, 29, 23, tzinfo=timezone.utc)
    assert not first.demo
    assert (second.role, second.status, second.activated_at) == ("user", "pending", None)
    assert third.role == "user"
    assert third.activated_at == datetime(2024, 3, 1, 8, tzinfo=timezone.utc)


async def test_loading_again_changes_nothing(
    database: Database, portal: Portal, file: Path
) -> None:
    write(file, HEAD + ROWS)
    await import_accounts(database, portal, file)
    before = await accounts(database)
    assert await import_accounts(database, portal, file) == ImportResult(0, 0, 3, 0)
    assert await accounts(database) == before


async def test_what_changed_is_taken_over_under_the_same_account(
    database: Database, portal: Portal, file: Path
) -> None:
    write(file, HEAD + ROWS)
    await import_accounts(database, portal, file)
    before = await accounts(database)
    write(file, HEAD + ROWS.replace("pending", "active").replace("Camille M", "Camille L"))
    assert await import_accounts(database, portal, file) == ImportResult(0, 2, 1, 0)
    after = await accounts(database)
    assert [account.id for account in after] == [account.id for account in before]
    assert after[0].name == "Camille Lartin"
    assert after[1].status == "active"


async def test_sync_disables_who_is_no_longer_in_the_file(
    database: Database, portal: Portal, file: Path
) -> None:
    other = current_content().portal("woundwo")
    write(file, "email,status\ncamille@chu.example,active\n")
    await import_accounts(database, other, file)
    write(file, HEAD + ROWS)
    await import_accounts(database, portal, file)
    write(file, "email,login,status\nachats@ch.example,achats1,active\n")
    assert await import_accounts(database, portal, file) == ImportResult(0, 1, 0, 0)
    assert [a.status for a in await accounts(database)] == ["active", "active", "disabled"]
    result = await import_accounts(database, portal, file, sync=True)
    assert result == ImportResult(0, 0, 1, 1)
    assert [a.status for a in await accounts(database)] == ["disabled", "active", "disabled"]
    assert [a.status for a in await accounts(database, "woundwo")] == ["active"]
    assert (await import_accounts(database, portal, file, sync=True)).disabled == 0


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n")])
async def test_spreadsheets_are_read(
    database: Database, portal: Portal, file: Path, encoding: str, end: str
) -> None:
    lines = [
        'Email;Status;Name'.lower(),
        ' Achats@CH.example ;active;"Dupont; Hélène"',
        "",
        ";;",
        'l.d@ch.example;pending;"dite ""Lili"""',
        "",
    ]  # fmt: skip
    write(file, end.join(lines), encoding)
    assert (await import_accounts(database, portal, file)).added == 2
    first, second = await accounts(database)
    assert (first.email, first.name) == ("achats@ch.example", "Dupont; Hélène")
    assert second.name == 'dite "Lili"'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("sep", [False, True])
async def test_what_spreadsheets_write_around_a_table(
    database: Database, portal: Portal, file: Path, delimiter: str, sep: bool
) -> None:
    lines = [
        "EMAIL|Status|Login|Customer_Number||",
        'a@ch.example|active|="007"|="00123"||',
        'b@ch.example|active|"=""008"""|\'00124||',
        "c@ch.example|active|1e5|'t Hooft||",
        "|||||",
    ]
    text = "\n".join(lines).replace("|", delimiter)
    write(file, (f"sep={delimiter}\n" if sep else "") + text, "utf-8-sig")
    assert (await import_accounts(database, portal, file)).added == 3
    assert [(a.login, a.customer_number) for a in await accounts(database)] == [
        ("007", "00123"),
        ("008", "00124"),
        ("1e5", "'t Hooft"),
    ]


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ('"Jean <q7@chu.example>"', "q7@chu.example"),
        ('"""Jean, H."" <Q7@CHU.example>"', "q7@chu.example"),
        ("q7@chu.example <q7@chu.example>", "q7@chu.example"),
        ("<mailto:q7@chu.example>", "q7@chu.example"),
        ("q7@hôpital.example", "q7@hôpital.example"),
    ],
)
async def test_the_address_behind_a_name(
    database: Database, portal: Portal, file: Path, cell: str, address: str
) -> None:
    write(file, f"email,status\n{cell},active\n")
    assert (await import_accounts(database, portal, file)).added == 1
    assert [account.email for account in await accounts(database)] == [address]


async def test_a_time_without_a_zone_is_paris_time(
    database: Database, portal: Portal, file: Path
) -> None:
    times = ("2024-07-01T10:00:00", "2024-01-01T10:00:00", "2024-07-01T10:00:00Z")
    rows = "".join(f"a{n}@ch.example,active,{time}\n" for n, time in enumerate(times))
    write(file, "email,status,activated_at\n" + rows)
    await import_accounts(database, portal, file)
    assert [a.activated_at and a.activated_at.hour for a in await accounts(database)] == [8, 9, 10]


async def test_one_address_with_several_logins(
    database: Database, portal: Portal, file: Path
) -> None:
    write(file, HEAD + ROWS)
    await import_accounts(database, portal, file)
    found = await current_accounts().find("resah", "<ACHATS@ch.example>")
    assert [account.login for account in found] == ["achats1", "achats2"]
    assert await current_accounts().find("woundwo", "achats@ch.example") == []


async def test_the_region_of_a_customer_number(
    database: Database, portal: Portal, file: Path
) -> None:
    write(file, HEAD + ROWS)
    await import_accounts(database, portal, file)
    store = current_accounts()
    assert await store.region_of_customer("resah", "100") == "bretagne"
    assert await store.region_of_customer("resah", "101") is None
    assert await store.region_of_customer("woundwo", "100") is None


GOOD = "bon@ch.example,active\n"
BAD: dict[str, tuple[str, str]] = {
    "email": (f"email,status\n{GOOD}camille.chu,active\n", "ligne 3 : « camille.chu »"),
    "no email": (f"email,status\n{GOOD},active\n", "ligne 3 : «  » n’est pas une adresse"),
    "status": (f"email,status\n{GOOD}a@ch.example,actif\n", "ligne 3 : status « actif »"),
    "no status": (f"email,status\n{GOOD}a@ch.example\n", "ligne 3 : status «  »"),
    "role": ("email,status,role\na@ch.example,active,chef\n", "ligne 2 : role « chef »"),
    "region": ("email,status,region\na@ch.example,active,sud\n", "ligne 2 : région « sud »"),
    "date": ("email,status,activated_at\na@ch.example,active,hier\n", "ligne 2 : activated_at"),
    "early": (
        "email,status,activated_at\na@ch.example,active,0001-01-01T00:00:00+14:00\n",
        "ligne 2 : activated_at",
    ),
    "long": (f"email,status,login\na@ch.example,active,{'x' * 321}\n", "ligne 2 : login dépasse"),
    "missing column": ("email,name\na@ch.example,A\n", "ligne 1 : colonne manquante : status"),
    "unknown column": (f"email,status,tel\n{GOOD}", "ligne 1 : colonne inconnue : tel"),
    "column twice": ("email,status,status\na@ch.example,active,active\n", "ligne 1 : une colonne"),
    "duplicate": (
        f"email,status\n{GOOD}a@ch.example,active\n\n<BON@ch.example>,active\n",
        "ligne 5 : même adresse et même login qu’à la ligne 2",
    ),
    "too many": (f"email,status\n{GOOD}a@ch.example,active,x\n", "ligne 3 : trop de colonnes"),
    "quotes": (f'email,status\n{GOOD}"a@ch.example,active\nb@ch.example,active\n', "ligne 3 : CSV"),
    "quotes inside": (f'email,status\n{GOOD}"a"@ch.example,active\n', "ligne 3 : CSV fautif"),
    "accent": (f"email,status\n{GOOD}hélène@ch.example,active\n", "ligne 3 : l’adresse « hélène@"),
    "long address": (
        f"email,status\n{GOOD}a@{'ch.' * 90}example,active\n",
        "ch.c… » dépasse 254 caractères",
    ),
    "two addresses": (
        f"email,status\n{GOOD}a@ch.example <b@ch.example>,active\n", "ligne 3 : « a@ch.example <b",
    ),
    "a line behind the address": (
        f'email,status\n{GOOD}"a@ch.example\nBcc: x",active\n', "ligne 3 : « a@ch.example",
    ),
    "a word behind the address": (
        f"email,status\n{GOOD}a@ch.fr principal,active\n", "ligne 3 : « a@ch.fr principal »",
    ),
    "a space in brackets": (
        f"email,status\n{GOOD}Jean <jean martin@ch.fr>,active\n", "ligne 3 : « Jean <jean",
    ),
    "no address but a group": (
        f"email,status\n{GOOD}undisclosed:;@ch.fr,active\n", "ligne 3 : « undisclosed:;@ch.fr »",
    ),
    "a comma in the address": (
        f'email,status\n{GOOD}"x,y@ch.fr",active\n', "ligne 3 : « x,y@ch.fr »",
    ),
    "two in brackets": (
        f"email;status\n{GOOD.replace(',', ';')}<a@ch.example> <b@ch.example>;active\n",
        "ligne 3 : « <a@ch",
    ),
    "mangled number": (
        'email;status;customer_number\na@ch.example;active;"1,23E+11"\n',
        "ligne 2 : customer_number « 1,23E+11 » est un nombre abrégé par le tableur",
    ),
    "mangled login": ("email,status,login\na@ch.example,active,1.2e+05\n", "ligne 2 : login « 1.2"),
    "mangled behind sep": (
        "sep=;\nemail;status;login\na@ch.example;active;4E+15\n", "ligne 3 : login « 4E+15 »",
    ),
    "columns behind sep": ("sep=;\nemail;status;tel\n", "ligne 2 : colonne inconnue : tel"),
    "quotes behind sep": ('sep=;\nemail;status\n"a@ch.example;active\n', "ligne 3 : CSV"),
    "only beyond the columns": (f"email,status\n{GOOD},,x\n", "ligne 3 : trop de colonnes"),
    "break beyond the columns": (f'email,status\n{GOOD},,"x\ny"\n', "ligne 3 : trop de"),
    "empty": ("", "ligne 1 : colonne manquante : email, status"),
    "heading only": (HEAD, "ne contient aucun compte"),
    "after a break in a value": (
        'email,status,name\nbon@ch.example,active,"a\nb"\na@ch.example,actif,\n',
        "ligne 4 : status « actif »",
    ),
}  # fmt: skip


async def test_what_is_wrong_is_named_and_nothing_is_loaded(
    database: Database, portal: Portal, file: Path
) -> None:
    for case, (text, expected) in BAD.items():
        write(file, text)
        with pytest.raises(AccountsFileError) as caught:
            await import_accounts(database, portal, file, sync=True)
        assert expected in str(caught.value), case
        assert str(file) in str(caught.value), case
        assert await accounts(database) == [], case


async def test_all_bad_rows_are_named_up_to_twenty(
    database: Database, portal: Portal, file: Path
) -> None:
    write(file, "email,status\n" + "".join(f"a{n},active\n" for n in range(25)))
    with pytest.raises(AccountsFileError) as caught:
        await import_accounts(database, portal, file)
    assert "ligne 2 :" in str(caught.value) and "ligne 21 :" in str(caught.value)
    assert "ligne 22 :" not in str(caught.value)
    assert "et 5 autres" in str(caught.value)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
async def test_another_encoding_is_named(
    database: Database, portal: Portal, file: Path, encoding: str
) -> None:
    write(file, "email,status,name\na@ch.example,active,Hélène\n", encoding)
    line = 2 if encoding == "latin-1" else 1
    with pytest.raises(AccountsFileError, match=rf"ligne {line} : le fichier n’est pas en UTF-8"):
        await import_accounts(database, portal, file)


async def test_a_file_that_is_not_there(database: Database, portal: Portal, file: Path) -> None:
    for path in (file, file.parent):
        with pytest.raises(AccountsFileError, match="ne peut pas être lu"):
            await import_accounts(database, portal, path)


async def test_a_bad_file_leaves_what_was_there(
    database: Database, portal: Portal, file: Path
) -> None:
    count = await load_demo_accounts(database, current_content(), current_settings())
    before = await accounts(database)
    assert count and before
    write(file, BAD["status"][0])
    with pytest.raises(AccountsFileError):
        await import_accounts(database, portal, file, sync=True)
    assert await accounts(database) == before


async def test_demo_accounts_vanish_at_the_first_real_import(
    database: Database, portal: Portal, file: Path
) -> None:
    content, settings = current_content(), current_settings()
    assert await holds_only_demo_accounts(database)
    count = await load_demo_accounts(database, content, settings)
    demo = [*await accounts(database), *await accounts(database, "woundwo")]
    assert len(demo) == count and all(account.demo for account in demo)
    assert await load_demo_accounts(database, content, settings) == count
    write(file, f"email,login,status\n{demo[0].email},{demo[0].login},active\n")
    await import_accounts(database, portal, file)
    left = [*await accounts(database), *await accounts(database, "woundwo")]
    assert [(account.email, account.demo) for account in left] == [(demo[0].email, False)]
    assert not await holds_only_demo_accounts(database)
    assert await load_demo_accounts(database, content, settings) == 0
    assert len(await accounts(database)) == 1


async def test_the_demo_does_not_come_back_when_the_last_account_goes(
    database: Database, portal: Portal, file: Path
) -> None:
    content, settings = current_content(), current_settings()
    assert await load_demo_accounts(database, content, settings)
    assert await demo_is_on(database, settings)
    write(file, "email,status\na@ch.example,active\n")
    await import_accounts(database, portal, file)
    assert not await demo_is_on(database, dataclasses.replace(settings, demo=True))
    mail = Mail("resah", "ticket", "bretagne@resah.example", "Objet", "Texte")
    async with database.write() as session:
        await enqueue(session, mail, sender="no-reply@resah.fr", key="k")
        await session.execute(delete(AccountRow))
    assert not await demo_is_on(database, settings)
    assert await load_demo_accounts(database, content, settings) == 0
    assert await accounts(database) == []
