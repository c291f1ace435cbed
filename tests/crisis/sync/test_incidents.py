"""Incidents between nodes: words stay where they were written, links converge, older nodes pass on what is new."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.log import file, folder
from crisis.model import commands, contents, events
from crisis.model.event_bodies import DistressReceived
from crisis.model.incidents import commands as incident_commands
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked
from crisis.model.log_bodies import EntryWritten
from crisis.state.rules import Refusal, Why
from crisis.sync import acceptance, frames
from crisis.trust.admission import Sender
from crisis.trust.rights import Reason
from tests.crisis.support import convergence, members, peer
from tests.crisis.support.examples import CEM, DANA, event, incident, task, unit
from tests.crisis.support.lossy_link import linked
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.model.commands import Actor
    from crisis.model.event_bodies import Body
    from crisis.model.incidents.commands import IncidentCommand
    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

HASTY = {"resend_seconds": 0.3, "heartbeat_seconds": 0.4}
E1, E2, FAR = uuid4(), uuid4(), uuid4()


async def do(node: Node, command: IncidentCommand, who: Actor = DANA) -> None:
    found = await node.act(command, who)
    assert not isinstance(found, Refusal), found


@pytest.mark.slow
async def test_nodes_that_were_apart_agree_on_incidents_and_a_box_has_only_words_of_its_own(
    open_node: OpenNode, tmp_path: Path
) -> None:
    members.invite(tmp_path / "hub", "hub", tmp_path / "71-01", "71-01", ("district-71",))
    async with open_node("hub", **HASTY) as hub, open_node("71-01", is_hub=False, **HASTY) as box:
        async with linked(hub, box):
            await until(lambda: box.identity.certificate is not None)
            call = (await box.receive(DistressReceived(text="Beatmung, Hauptstr. 23"))).id
            await until(lambda: hub.state.distress(call) is not None)
        # apart: both make an incident of the same call
        here = incident("Heim Rubensstr. 125", area="district-71", place="Rubensstr. 125")
        await do(hub, incident_commands.PutIncident(E1, here, (call,), same=True))
        await do(hub, incident_commands.PutIncident(FAR, incident("Woanders", area="district-72")))
        await do(hub, incident_commands.PutCard(uuid4(), unit("FW HLF 4410", area="district-71")))
        there = incident("Frau M., 2. Stock", area="71-01")
        await do(box, incident_commands.PutIncident(E2, there, (call,)), CEM)
        async with linked(hub, box):
            await until(lambda: len(hub.state.incidents.having(call)) == len(box.state.incidents.having(call)) == 2)
            await do(hub, incident_commands.PutIncident(FAR, incident("Woanders", area="71-01")))
            await until(lambda: box.state.incidents.of(FAR) is not None)
            await convergence.until_converged(hub, box)

        at_box = [box.state.incidents.of(name) for name in (E1, E2, FAR)]
        at_hub = [hub.state.incidents.of(name) for name in (E1, E2, FAR)]

    assert [each and each.content.title for each in at_hub] == ["Heim Rubensstr. 125", "Frau M., 2. Stock", "Woanders"]
    assert [each and (each.content.title, each.withheld) for each in at_box] == [
        ("", True),
        ("Frau M., 2. Stock", False),
        ("", True),
    ]
    assert [each and each.links == other.links for each, other in zip(at_box, at_hub, strict=True) if other] == [
        True
    ] * 3
    disk = members_disk(tmp_path / "71-01")
    for words in (b"Rubensstr", b"Woanders", b"HLF 4410"):
        assert words not in disk
    assert b"Frau M." in disk


def members_disk(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file() and path.name in file.FILES)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (IncidentPut(uuid4(), contents.fields_of(incident(area="71-01")), begins=True), None),
        (IncidentPut(uuid4(), contents.fields_of(incident(area="district-72")), begins=True), Reason.NOT_ITS_AREA),
        (IncidentPut(uuid4(), contents.fields_of(incident(area="all")), begins=True), Reason.NOT_ITS_AREA),
        (IncidentPut(FAR, {"priority": 1}), Reason.NOT_ITS_AREA),
        (IncidentPut(FAR, {"area": "71-01"}), Reason.NOT_ITS_AREA),
        (IncidentPut(E1, {"priority": 1}), None),
        (IncidentPut(uuid4(), {"priority": 1}), Reason.UNKNOWN_SUBJECT),
        (ItemLinked(E1, uuid4()), None),
        (ItemLinked(FAR, uuid4()), Reason.NOT_ITS_AREA),
        (ItemUnlinked(uuid4(), uuid4()), Reason.UNKNOWN_SUBJECT),
        (CardPut(uuid4(), "task", contents.fields_of(task(area="district-71"))), None),
        (CardPut(uuid4(), "task", contents.fields_of(task(area="all"))), Reason.NOT_ITS_AREA),
        (ItemsToldApart(uuid4(), (E1, FAR), area="71-01"), None),
        (ItemsToldApart(uuid4(), (E1, FAR), area="72-01"), Reason.NOT_ITS_AREA),
    ],
)
async def test_a_box_writes_about_incidents_in_its_own_areas(node: Node, body: Body, reason: Reason | None) -> None:
    for name, area in ((E1, "district-71"), (FAR, "district-72")):
        await do(node, incident_commands.PutIncident(name, incident(area=area)))
    own = peer.certify(node, areas=("district-71",))
    sent = peer.signed(node, events.encode(event(body, 99, node="71-01")))

    await acceptance.take(node, [sent], "71-01/x", Sender("71-01", own))

    assert [held.reason for held in node.held.values()] == ([] if reason is None else [reason])


async def test_an_incident_and_what_is_linked_to_it_come_with_one_frame(node: Node) -> None:
    own, name = peer.certify(node, areas=("district-71",)), uuid4()
    bodies = (
        IncidentPut(name, contents.fields_of(incident(area="71-01")), begins=True),
        ItemLinked(name, uuid4()),
    )
    sent = [peer.signed(node, events.encode(event(body, node="71-01"))) for body in bodies]

    await acceptance.take(node, sent, "71-01/x", Sender("71-01", own))

    assert list(node.held.values()) == []
    found = node.state.incidents.of(name)
    assert found is not None
    assert len(found.links) == 1


@pytest.mark.slow
async def test_a_box_does_not_enter_an_incident_elsewhere(open_node: OpenNode, tmp_path: Path) -> None:
    members.invite(tmp_path / "hub", "hub", tmp_path / "71-01", "71-01", ("district-71",))
    async with open_node("hub", **HASTY) as hub, open_node("71-01", is_hub=False, **HASTY) as box:
        async with linked(hub, box):
            await until(lambda: box.identity.certificate is not None)
        found = await box.act(incident_commands.PutIncident(uuid4(), incident(area="all")), CEM)

    assert isinstance(found, Refusal)
    assert found.why is Why.OUTSIDE_AREAS


NEW_KINDS = ("incident_put", "item_linked", "item_unlinked", "card_put")


async def test_a_node_of_the_version_before_keeps_the_new_kinds_and_passes_them_on_unchanged(
    open_node: OpenNode, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = uuid4()
    bodies: tuple[Body, ...] = (
        IncidentPut(E1, contents.fields_of(incident("Aufzug")), begins=True),
        ItemLinked(E1, call, True),
        ItemUnlinked(E1, call),
        CardPut(uuid4(), "task", contents.fields_of(task())),
    )
    made = [events.encode(event(body, second, node="72-01")) for second, body in enumerate(bodies)]
    with monkeypatch.context() as before:
        # Not taken out and put back: that would change the order of the kinds, which the API's document shows.
        for name in ("_ADAPTERS", "KINDS"):
            known = getattr(events, name)
            before.setattr(events, name, {kind: known[kind] for kind in known if kind not in NEW_KINDS})
        async with open_node("71-01", is_hub=False, wall=wall) as node:
            await node.log.append(file.Job(tuple(file.Item(each, 0, "hub/x") for each in made)))
            passed_on = [json.loads(frames.event_json(each.encoded)) for each in await node.log.after(0, 100)]
            unread = node.state.unread
    async with open_node("71-01", is_hub=False, wall=wall) as node:
        found = node.state.incidents.of(E1)

    assert unread == len(NEW_KINDS)
    assert passed_on == [json.loads(frames.event_json(each)) for each in made]
    assert found is not None
    assert (found.content.title, found.links, node.state.unread) == ("Aufzug", (), 0)


async def test_lines_of_before_keep_their_numbers_when_a_log_gets_new_kinds_of_lines(
    open_node: OpenNode, wall: Wall, tmp_path: Path
) -> None:
    async with open_node(wall=wall) as node:
        await do(node, incident_commands.PutIncident(E1, incident()))  # came before this program could read it
        await node.act(commands.WriteEntry(EntryWritten("Lage")), DANA)
    with contextlib.closing(sqlite3.connect(tmp_path / "hub" / folder.LOG / file.FILE)) as log:
        log.execute("DELETE FROM mark WHERE name = 'book_grew'")
        log.commit()
    for _ in range(2):  # the first start, and one more
        async with open_node(wall=wall) as node:
            assert node.book.places(1, 1) == [2]
            await do(node, incident_commands.PutCard(uuid4(), task()))

            assert len(node.book) == node.log.head - 1


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_damaged_log_keeps_the_lines_of_incidents(
    open_node: OpenNode, wall: Wall, tmp_path: Path, *, is_new: bool
) -> None:
    async with open_node(wall=wall) as node:
        await do(node, incident_commands.PutIncident(E1, incident()))
    path = tmp_path / "hub" / folder.LOG / file.FILE
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Aufzug", b"Auszug") if is_new else content)

    async with open_node(wall=wall) as node:
        assert (node.log.recovery is not None) is is_new
        first = len(node.book)
    async with open_node(wall=wall) as node:
        assert len(node.book) == first
