"""Entries and seals between nodes: words stay where they were written and at the hub, seals go everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.log import file, folder
from crisis.model import commands, events
from crisis.model.account_bodies import SignedIn
from crisis.model.event_bodies import DistressReceived
from crisis.model.log_bodies import EntrySort, EntryStruck, EntryWritten, LogSealed, SealReason
from crisis.state.rules import Refusal
from crisis.sync import acceptance
from crisis.trust.admission import Sender
from crisis.trust.rights import Reason
from crisis.trust.seals import verification
from tests.crisis.support import exported, members, peer
from tests.crisis.support.examples import ANNA, CEM, event
from tests.crisis.support.lossy_link import linked
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.model.event_bodies import Body
    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

HASTY = {"resend_seconds": 0.3, "heartbeat_seconds": 0.4}


async def write(node: Node, text: str, area: str = "all", **more: object) -> None:
    entry = EntryWritten(text, EntrySort.ORDER, area=area, **more)  # type: ignore[arg-type]  # fields of an entry
    assert not isinstance(await node.act(commands.WriteEntry(entry), ANNA), Refusal)


async def entries(node: Node) -> list[EntryWritten]:
    """The entries in a node's log, in its order."""
    found = [events.decode(record.encoded).body for record in await node.log.after(0, 1_000)]
    return [body for body in found if isinstance(body, EntryWritten)]


def disk(home: Path) -> bytes:
    return b"".join(path.read_bytes() for name in file.FILES if (path := home / folder.LOG / name).exists())


@pytest.mark.slow
async def test_words_stay_at_the_hub_and_where_they_were_written_and_seals_go_everywhere(
    open_node: OpenNode, tmp_path: Path
) -> None:
    members.invite(tmp_path / "hub", "hub", tmp_path / "71-01", "71-01", ("district-71",))
    async with (
        open_node("hub", **HASTY) as hub,
        open_node("71-01", is_hub=False, **HASTY) as box,
        linked(hub, box),
    ):
        await until(lambda: box.identity.certificate is not None)
        await write(hub, "Schlüssel bei Frau M.", recipient="FW 4410")
        await write(hub, "nur im Süden", "district-99")
        await write(box, "Zugang über den Hof", "71-01")
        await hub.seal(SealReason.HANDOVER, "anna")
        await box.seal(SealReason.HANDOVER, "anna")
        marks = (hub.state.log_marks, box.state.log_marks)
        await until(lambda: all({"hub", "71-01"} <= set(each.sealing_nodes()) for each in marks))

        there, here = await entries(hub), await entries(box)
        whole, left = await exported.lines_of(hub), await exported.lines_of(box)

    assert [entry.text for entry in there] == ["Schlüssel bei Frau M.", "nur im Süden", "Zugang über den Hof"]
    assert sorted((entry.text, entry.sort, entry.area, entry.withheld) for entry in here) == [
        ("", EntrySort.ORDER, "all", True),
        ("Zugang über den Hof", EntrySort.ORDER, "71-01", False),
    ]
    assert b"Frau M." not in disk(tmp_path / "71-01")
    assert b"FW 4410" not in disk(tmp_path / "71-01")
    assert (verification.verify(whole).is_whole, verification.verify(whole).unsigned) == (True, 0)
    assert (verification.verify(left).is_whole, verification.verify(left).withheld) == (True, 1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (EntryWritten("x", area="district-72"), Reason.NOT_ITS_AREA),
        (EntryWritten("x", area="all"), Reason.NOT_ITS_AREA),
        (EntryWritten("x", area="71-01"), None),
        (EntryStruck(event(DistressReceived()).id, "x", "district-72"), Reason.NOT_ITS_AREA),
        (EntryStruck(event(DistressReceived()).id, "x", "71-01"), None),
        (LogSealed(peer.LOG, 1, 1, "0" * 64), None),
    ],
)
async def test_a_box_writes_about_its_own_areas_and_seals_its_own_log(
    node: Node, body: Body, reason: Reason | None
) -> None:
    own = peer.certify(node, areas=("district-71",))
    sent = peer.signed(node, events.encode(event(body, node="71-01")))
    await acceptance.take(node, [sent], "71-01/x", Sender("71-01", own))

    assert [held.reason for held in node.held.values()] == ([] if reason is None else [reason])


async def test_a_box_cannot_seal_in_the_name_of_the_hub(node: Node) -> None:
    own = peer.certify(node, areas=("district-71",))
    sent = peer.signed(node, events.encode(event(LogSealed(peer.LOG, 1, 1, "0" * 64), node="hub")))
    await acceptance.take(node, [sent], "71-01/x", Sender("71-01", own))

    assert [held.reason for held in node.held.values()] == [Reason.FOREIGN]
    assert node.state.log_marks.seals_of("hub") == ()


async def test_events_that_come_late_take_the_next_numbers(node: Node) -> None:
    await write(node, "eins")
    await peer.box_sends(node, [events.encode(event(EntryWritten("früher"), -3_600, node="71-01"))])
    await node.record(SignedIn("cem"), "cem")
    call = await node.receive(DistressReceived(text="Hilfe"))
    assert not isinstance(await node.act(commands.TakeDistress(call.id), CEM), Refusal)

    records = await node.log.places(node.book.places(1, 99))

    assert [record.encoded.kind for record in records] == [
        *("entry_written", "entry_written", "distress_received", "distress_taken"),
    ]
    assert [node.book.number_of(record.seq) for record in records] == [1, 2, 3, 4]


async def test_numbers_are_the_same_after_a_restart(open_node: OpenNode) -> None:
    async with open_node() as node:
        for number in range(5):
            await write(node, f"{number}")
            await node.record(SignedIn("anna"), "anna")
        before = node.book.places(1, 9)
    async with open_node() as node:
        assert node.book.places(1, 9) == before
