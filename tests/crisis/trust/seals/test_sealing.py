"""When a log is sealed, and that a seal made after a restart goes on from the one before."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from crisis import node as nodes
from crisis.log.file import Job
from crisis.model import commands
from crisis.model.account_bodies import SignedIn
from crisis.model.log_bodies import EntrySort, EntryWritten, LogSealed, SealReason
from crisis.state.rules import Refusal, Why
from crisis.trust import words
from crisis.trust.seals import sealing
from crisis.trust.seals.chain import Link
from crisis.trust.seals.sealing import Sealing
from tests.crisis.support import tampering
from tests.crisis.support.examples import ANNA, CEM, EWA, event
from tests.support import waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    import pytest

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    Open = Callable[..., AbstractAsyncContextManager[Node]]

HOUR_MS = 3_600_000


async def write(node: Node, text: str = "Lage") -> None:
    assert not isinstance(await node.act(commands.WriteEntry(EntryWritten(text)), ANNA), Refusal)


async def chain_of(node: Node) -> Link:
    link = Link()
    for record in await node.log.after(0, 1_000):
        link = link.followed_by(record)
    return link


async def seal(node: Node) -> LogSealed:
    made = await node.seal(SealReason.HANDOVER, "anna")
    assert made is not None
    assert isinstance(made.body, LogSealed)
    return made.body


async def test_a_seal_names_the_log_how_far_it_goes_and_the_head(node: Node) -> None:
    await write(node)
    before = await chain_of(node)

    made = await seal(node)

    assert made == LogSealed(node.log.id, 1, 1, before.head.hex(), SealReason.HANDOVER)
    assert node.state.log_marks.seals_of("hub")[0].body == made


async def test_without_anything_but_seals_nothing_is_sealed(node: Node) -> None:
    assert await node.seal(SealReason.HOURLY, "hub") is None
    await write(node)
    await seal(node)

    assert await node.seal(SealReason.HOURLY, "hub") is None
    foreign = event(LogSealed(node.log.id, 1, 1, "0" * 64), node="71-01")
    await node.log.append(Job((node.item(foreign),)))
    assert await node.seal(SealReason.HOURLY, "hub") is None

    await node.record(SignedIn("anna"), "anna")
    assert await node.seal(SealReason.HOURLY, "hub") is not None


async def test_a_seal_is_due_an_hour_after_the_first_thing_that_none_covers(node: Node) -> None:
    seconds = [0.0]
    made = Sealing(node.log, "hub", lambda: seconds[0])
    assert not made.is_due(10 * HOUR_MS)

    made.note(event(EntryWritten("x")), HOUR_MS)
    made.note(event(EntryWritten("y")), 2 * HOUR_MS)
    assert not made.is_due(2 * HOUR_MS - 1)
    assert made.is_due(2 * HOUR_MS)

    seconds[0] = sealing.SECONDS  # the wall clock was set back by a year
    assert made.is_due(-9_000 * HOUR_MS)


async def test_the_node_seals_by_itself_after_an_hour(node: Node, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_SEAL_SECONDS", 0.01)
    await write(node)
    wall.ahead = timedelta(hours=1)

    task = asyncio.create_task(node.seal_hourly())
    await waiting.until(lambda: bool(node.state.log_marks.seals_of("hub")))
    task.cancel()

    (made,) = node.state.log_marks.seals_of("hub")
    assert isinstance(made.body, LogSealed)
    assert (made.actor, made.body.why) == ("hub", SealReason.HOURLY)


async def test_after_a_restart_the_chain_goes_on_from_the_seal_and_not_from_a_changed_past(open_node: Open) -> None:
    async with open_node() as node:
        await write(node, "Strom weg")
        await seal(node)
        await write(node, "Strom da")
        honest = await chain_of(node)
        folder = node.settings.folder
    tampering.change(folder, 1, "Strom weg", "Strom da!")

    async with open_node() as node:
        await write(node, "Ende")
        made = await seal(node)

        changed = await chain_of(node)
        last = (await node.log.after(3, 1))[0]
        assert made.head == honest.followed_by(last).head.hex()
        assert made.head != changed.head.hex()


async def test_what_nobody_sealed_before_a_restart_is_sealed_after_it(open_node: Open) -> None:
    async with open_node() as node:
        await write(node)
        assert (await seal(node)).count == 1
        await write(node)
    async with open_node() as node:
        assert node.sealing.has_news
        assert (await seal(node)).count == 3
    async with open_node() as node:
        assert not node.sealing.has_news


async def test_a_log_whose_words_were_taken_out_has_a_chain_that_begins_anew(open_node: Open) -> None:
    async with open_node() as node:
        await write(node, "Frau M.")
        await seal(node)
        record = await node.log.at(1)
        assert record is not None
        blank = dataclasses.replace(record, encoded=words.blank(record.encoded))
        await node.log.append(Job((), replaced=(blank,), marks=((sealing.REWRITTEN, node.log.head),)))
        await write(node, "Ende")
        expected = await chain_of(node)

        assert (await seal(node)).head == expected.head.hex()
    async with open_node() as node:
        await write(node, "danach")
        expected = await chain_of(node)

        assert (await seal(node)).head == expected.head.hex()


async def test_a_log_fits_its_seal_until_somebody_changes_what_was_sealed(open_node: Open) -> None:
    async with open_node() as node:
        assert await node.sealing.fits()  # without a seal
        await write(node, "Frau M.")
        await write(node, "Herr K.")
        await seal(node)
        await write(node, "danach")
        assert await node.sealing.fits()
        record = await node.log.at(2)
        assert record is not None
        body = record.encoded.body.replace("Herr K.", "niemand")
        await node.log.append(
            Job((), replaced=(dataclasses.replace(record, encoded=dataclasses.replace(record.encoded, body=body)),))
        )
        before_the_restart = await node.sealing.fits()
    async with open_node() as node:
        await write(node, "weiter")
        await seal(node)
        assert not await node.sealing.fits()  # a seal of afterwards fits what comes after the one before

    assert not before_the_restart


async def test_a_log_whose_words_were_taken_out_is_not_changed(open_node: Open) -> None:
    async with open_node() as node:
        await write(node, "Frau M.")
        await seal(node)
        record = await node.log.at(1)
        assert record is not None
        blank = dataclasses.replace(record, encoded=words.blank(record.encoded))
        await node.log.append(Job((), replaced=(blank,), marks=((sealing.REWRITTEN, node.log.head),)))
        after = await node.sealing.fits()
        await write(node, "Ende")
        await seal(node)

        assert (after, await node.sealing.fits()) == (True, True)


async def test_an_entry_and_a_strike_are_refused_for_what_is_wrong_with_them(node: Node) -> None:
    ahead = node.now() + timedelta(hours=1)
    refused = [
        await node.act(command, who)
        for command, who in (
            (commands.WriteEntry(EntryWritten(" ")), ANNA),
            (commands.WriteEntry(EntryWritten("x", happened_at=ahead)), ANNA),
            (commands.WriteEntry(EntryWritten(sort=EntrySort.KEEPER)), ANNA),
            (commands.TakeOverLog(EntryWritten("x")), ANNA),
            (commands.TakeOverLog(EntryWritten(sort=EntrySort.KEEPER)), CEM),
            (commands.WriteEntry(EntryWritten("x")), EWA),
            (commands.StrikeEntry(uuid4(), "falsch", "all"), ANNA),
        )
    ]

    assert [found.why for found in refused if isinstance(found, Refusal)] == [
        *[Why.BAD_VALUE] * 4,
        *[Why.NOT_ALLOWED] * 2,
        Why.NOT_A_LINE,
    ]
    assert node.log.head == 0


async def test_a_line_is_struck_once_and_a_strike_never(node: Node) -> None:
    found = await node.act(commands.WriteEntry(EntryWritten("Strom weg")), ANNA)
    assert not isinstance(found, Refusal)

    struck = await node.act(commands.StrikeEntry(found[0].id, "doppelt", "all"), CEM)
    assert not isinstance(struck, Refusal)
    again = await node.act(commands.StrikeEntry(found[0].id, "doppelt", "all"), ANNA)
    strike = await node.act(commands.StrikeEntry(struck[0].id, "doch nicht", "all"), ANNA)

    assert (again, strike) == (Refusal(Why.IS_STRUCK, "cem"), Refusal(Why.NOT_A_LINE))
    assert (len(node.book), node.log.head) == (2, 2)
