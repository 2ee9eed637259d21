"""What holds of every conversation: each tree and each walk, by every sequence of answers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.conductor import walk_of
from bot.dialogue.flow import Frame
from bot.dialogue.heard import Heard
from bot.dialogue.tree import tree_name
from bot.ground.db import Database
from tests.dialogues.exploring import Explorer, Move, State, memories
from tests.dialogues.portals import each_portal
from tests.dialogues.trees import CONTENT, each_tree, tree_of


@each_tree
async def test_every_answer_in_a_tree_leads_on_to_an_end(
    accounts: Database, portal: str, intent: str, record_property: Any
) -> None:
    explorer = Explorer(portal, accounts)
    name = tree_name(intent)
    facts = {step.fact for step in tree_of(portal, intent).steps.values() if step.fact}
    starts = [await explorer.open(name, memory) for memory in memories(portal, facts)]
    await explorer.explore([state for state in starts if state.stack], name)
    assert not explorer.stuck(), [" → ".join(state.path) for state in explorer.stuck()]
    assert explorer.circle() is None
    record_property("states", len(explorer.seen))
    record_property("turns", explorer.turns)
    print(f"{portal} {intent}: {len(explorer.seen)} states, {explorer.turns} turns")


@each_portal
@pytest.mark.parametrize("walk", ["login", "region", "handover"])
async def test_every_answer_in_a_walk_leads_on_to_an_end(
    accounts: Database, portal: str, walk: str
) -> None:
    explorer = Explorer(portal, accounts)
    starts = [await explorer.open(walk, memory) for memory in memories(portal, set())]
    await explorer.explore([state for state in starts if state.stack], walk)
    assert not explorer.stuck(), [" → ".join(state.path) for state in explorer.stuck()]
    print(f"{portal} {walk}: {len(explorer.seen)} states, {explorer.turns} turns")


@each_portal
async def test_a_lost_step_does_not_hold_a_conversation(accounts: Database, portal: str) -> None:
    """Content may change while a walk is open: what it no longer has is closed."""
    explorer = Explorer(portal, accounts)
    for frame in (Frame("tree:nowhere", "a"), Frame("login", "nowhere"), Frame("nowhere", "a")):
        state = State({}, [frame.to_json()])
        with pytest.raises(KeyError):
            _ = walk_of(CONTENT.portals[portal], frame.walk).steps[frame.step]
        after = await explorer.move(state, Move("bonjour", Heard("bonjour", "greet")))
        assert after.step != "nowhere"
