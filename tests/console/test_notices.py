"""The overview tells of much volume, links to what can be read, and forgets with it."""

from __future__ import annotations

from bot.ground.alerts import Alert, note
from bot.record.erasure import erase_conversations
from tests.console.conftest import Console, on_both_databases
from tests.console.written import Said, write


@on_both_databases
async def test_the_overview_tells_what_to_watch(console: Console) -> None:
    database = console.database
    agent = await console.logged_in("agent@resah.example")
    assert "À surveiller" not in await agent.page("/resah/")
    await write(database, "one", [Said("bonjour")])
    async with database.write() as session:
        await note(session, "check_conversation", "resah", "one", 12)
        await note(session, "check_network", "resah", "0123456789abcdef", 100)
        await note(session, "handover_mailbox", "resah", "resah/bretagne", 120)
        await note(session, "token_network", "", "fedcba9876543210", 1)
    overview = await agent.page("/resah/")
    assert "au moins 12 adresses vérifiées dans une conversation" in overview
    assert "au moins 100 adresses vérifiées depuis un réseau (01234567)" in overview
    assert "(Bretagne)" in overview and "jetons d’accès faux" in overview
    assert 'href="/console/resah/conversations/one">la lire' in overview
    other = await console.logged_in("agent@woundwo.example")
    seen = await other.page("/woundwo/")
    assert "adresses vérifiées" not in seen and "jetons d’accès faux" in seen
    async with database.write() as session:
        await erase_conversations(session, ["one"])
    assert "dans une conversation" not in await agent.page("/resah/")
    async with database.read() as session:
        assert await session.get(Alert, 2) is not None
