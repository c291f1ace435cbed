"""Hubs and boxes of this version and the one before: calls and reports go on, decisions without a signature wait."""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.log import folder
from crisis.model import commands, contents, events
from crisis.model.event_bodies import (
    DistressReceived,
    ModeSet,
    NoticePublished,
    PointPut,
    ReportReceived,
    TimeCorrected,
)
from crisis.model.events import UNSIGNED
from crisis.model.log_bodies import SealReason
from crisis.state import book
from crisis.sync import frames, taking_over
from crisis.sync.exchange import Exchange
from crisis.sync.frames import Frame
from crisis.trust import registry, signatures
from crisis.trust.seals import verification
from devices.readings import Mode
from tests.crisis.support import exported, members, version_1
from tests.crisis.support.examples import ANNA, CEM, DANA, NOW, event, notice, point
from tests.crisis.support.lossy_link import End, linked
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.model.event_bodies import Body
    from crisis.model.events import Event
    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

HASTY = {"resend_seconds": 0.3, "heartbeat_seconds": 0.4}


@pytest.fixture
def wall() -> Wall:
    return version_1.wall()


@pytest.fixture
async def hub(open_node: OpenNode, tmp_path: Path, wall: Wall) -> AsyncIterator[Node]:
    """The hub after its upgrade."""
    version_1.restore(tmp_path, "hub")
    async with open_node("hub", wall=wall, **HASTY) as made:
        await taking_over.take_over(made)
        yield made


@pytest.fixture
async def box(open_node: OpenNode, tmp_path: Path, wall: Wall) -> AsyncIterator[Node]:
    """The box after its upgrade; nobody has let it join."""
    version_1.restore(tmp_path, "71-01")
    async with open_node("71-01", is_hub=False, wall=wall, **HASTY) as made:
        yield made


def end() -> tuple[End, End]:
    """A link of which a test hears what is sent."""
    made = End(random.Random(1), 0.0), End(random.Random(1), 0.0)
    made[0].other, made[1].other = made[1], made[0]
    return made


def old_frame(sender: str, like: bytes, *bodies: Body) -> bytes:
    """A frame as the version before writes it, with new events; its log, clock and positions are recorded ones."""
    return frame_of(sender, like, [event(body, node=sender) for body in bodies])


def frame_of(sender: str, like: bytes, sent: Iterable[Event]) -> bytes:
    """A frame as the version before writes it, with these events."""
    known = json.loads(like)
    made = [frames.event_json(events.encode(each)) for each in sent]
    fields = {name: known[name] for name in ("log", "now", "head", "have") if name in known}
    frame = Frame.model_validate_json(json.dumps({"v": 1, "node": sender, **fields}))
    return frames.encode(frame, made)


# -- a hub of this version -------------------------------------------------------------------------------------------


async def test_a_hub_takes_over_its_log_and_signs_all_of_it(hub: Node) -> None:
    root = hub.identity.root
    assert root is not None

    found = [record.encoded for record in await hub.log.after(0, 100)]

    assert len(found) == 8
    assert {each.serial for each in found} == {root.serial}
    assert all(signatures.is_valid(signatures.normalized(each), root.key) for each in found)
    assert {call.call.text for call in hub.state.distresses()} == {"Rauch im Keller", version_1.OTHERS_WORDS}
    assert not any(call.received.is_unsigned for call in hub.state.distresses())


async def test_a_log_of_before_has_numbers_and_verifies_and_its_first_seal_covers_it(hub: Node) -> None:
    records = await hub.log.after(0, 99)
    lines = [record.seq for record in records if record.encoded.kind in book.KINDS]
    seal = await hub.seal(SealReason.HOURLY, "hub")
    found = verification.verify(await exported.lines_of(hub))

    assert hub.book.places(1, 99) == lines != []
    assert seal is not None
    assert (found.is_whole, found.link.count, found.unsigned, found.seals) == (True, 9, 0, 1)


async def test_a_taken_over_log_is_not_signed_again(hub: Node) -> None:
    assert await taking_over.take_over(hub) == 0


async def test_an_old_box_s_calls_reach_an_upgraded_hub_and_are_marked(hub: Node) -> None:
    exchange = Exchange(hub, end()[0])
    for payload in (*version_1.frames("up"), *version_1.frames("up_after")):
        await exchange.handle("71-01", payload)

    (late,) = [call for call in hub.state.open_distresses() if call.call.text == version_1.LATE_CALL]
    assert late.received.is_unsigned
    assert hub.state.notices()[0].content.area == "all"  # the change at the box has no signature
    assert [held.reason for held in hub.held.values()] == ["unsigned"]
    assert len({record.encoded.id for record in await hub.log.after(0, 100)}) == hub.log.head == 9


@pytest.mark.parametrize(
    "body",
    [
        ModeSet("71-01", Mode.EMERGENCY),
        NoticePublished(uuid4(), contents.fields_of(notice(area="71-01"))),
        TimeCorrected(uuid4(), version_1.RECORDED),
        DistressReceived(text="von nebenan", box="71-02"),
    ],
    ids=lambda body: type(body).__name__,
)
async def test_what_an_old_box_decides_or_says_for_others_waits(hub: Node, body: Body) -> None:
    exchange = Exchange(hub, end()[0])
    before = hub.log.head

    await exchange.handle("71-01", old_frame("71-01", version_1.frames("up_after")[0], body))

    assert hub.log.head == before
    assert [held.reason in {"unsigned", "foreign"} for held in hub.held.values()] == [True]


async def test_an_upgraded_hub_sends_an_old_box_what_it_can_read_and_nobody_else_s_words(hub: Node) -> None:
    await hub.act(commands.PutNotice(uuid4(), notice("neu", area="district-71")), ANNA)
    await hub.act(commands.SetMode("district-72", Mode.MAINTENANCE, "woanders"), ANNA)
    await hub.receive(ReportReceived(text="später an der Zentrale gesagt"))

    here, there = end()
    exchange = Exchange(hub, here)
    await exchange.handle("71-01", version_1.frames("up")[-1])
    task = asyncio.create_task(exchange.run())
    await until(lambda: len(here.events_sent()) >= 2)
    task.cancel()
    sent = [each for payload in here.sent for each in json.loads(payload)["events"]]

    assert [each["kind"] for each in sent] == ["notice_published", "report_received"]
    assert sent[1]["body"]["withheld"] is True
    assert "gesagt" not in b"".join(here.sent).decode()
    assert there is here.other


async def test_people_close_the_mixed_time(hub: Node) -> None:
    with registry.opened(hub.settings.folder) as opened:
        opened.close_to_unsigned(is_closed=True)
    here, _ = end()
    exchange = Exchange(hub, here)
    await exchange._membership.follow(is_level=False)

    await exchange.handle("71-01", version_1.frames("up_after")[0])

    assert hub.log.head == 8
    assert json.loads(here.sent[-1])["reject"] == "unsigned"


async def test_an_old_box_with_another_log_is_sent_nothing_until_people_accept_it(hub: Node) -> None:
    here, _ = end()
    exchange = Exchange(hub, here)
    await exchange._membership.follow(is_level=False)
    other = json.loads(version_1.frames("up_after")[0])
    other |= {"log": str(uuid4()), "after": 0, "through": 1}
    call = frames.event_json(events.encode(event(DistressReceived(text="neu aufgesetzt"), node="71-01")))
    payload = json.dumps({**other, "events": [json.loads(call)]}).encode()

    await exchange.handle("71-01", payload)

    assert "neu aufgesetzt" in {each.call.text for each in hub.state.distresses()}
    assert exchange._membership.complaint("71-01") == "new_log"
    assert not exchange._membership.gets_events("71-01")
    with registry.opened(hub.settings.folder) as opened:
        assert opened.accept_log("71-01", is_accepted=True)
    await exchange._membership.follow(is_level=False)
    await exchange.handle("71-01", payload)
    assert exchange._membership.gets_events("71-01")


# -- a box of this version -------------------------------------------------------------------------------------------


async def test_an_old_hub_s_calls_reach_an_upgraded_box_and_its_decisions_wait(box: Node) -> None:
    exchange = Exchange(box, end()[0])
    down = version_1.frames("down")
    for payload in down:
        await exchange.handle(None, payload)
    before = box.log.head

    await exchange.handle(
        None,
        old_frame("hub", down[-1], DistressReceived(text="über die Zentrale"), ModeSet("all", Mode.EMERGENCY, "x")),
    )

    assert box.log.head == before + 1
    assert "über die Zentrale" in {call.call.text for call in box.state.distresses()}
    assert box.state.mode_at("71-01").mode is not Mode.EMERGENCY
    assert [held.reason for held in box.held.values()] == ["unsigned"]


async def test_an_upgraded_box_sends_an_old_hub_frames_that_it_can_read(box: Node) -> None:
    here, _ = end()
    exchange = Exchange(box, here)
    task = asyncio.create_task(exchange.run())
    await exchange.handle(None, version_1.frames("down")[-1])
    await until(lambda: version_1.LATE_CALL in b"".join(here.sent).decode())
    task.cancel()

    for payload in here.sent:  # what the version before asks of a frame
        found = json.loads(payload)
        assert (found["v"], found["node"]) == (1, "71-01")
        assert {"log", "now", "head", "events"} <= set(found)
        for each in found["events"]:
            assert {"id", "node", "at", "actor", "kind", "body"} <= set(each)


# -- both upgraded, and then a member --------------------------------------------------------------------------------


@pytest.mark.slow
async def test_after_the_upgrade_a_box_knows_its_hub_by_the_key_that_this_shows_first(hub: Node, box: Node) -> None:
    before = box.identity.hub
    async with linked(hub, box):
        await hub.act(commands.SetMode("district-71", Mode.EMERGENCY, "Stromausfall"), DANA)
        await until(lambda: box.state.mode_at("71-01").mode is Mode.EMERGENCY)

    assert before is None
    assert box.identity.root == hub.identity.root


@pytest.mark.slow
async def test_a_box_that_joins_signs_what_it_wrote_and_drops_others_words(
    hub: Node, box: Node, tmp_path: Path
) -> None:
    async with linked(hub, box):
        await until(lambda: len(hub.held) == 1)  # its notice, without a signature
    members.invite(hub.settings.folder, "hub", box.settings.folder, "71-01")  # for the whole city: the notice is
    before = _disk_of(tmp_path / "71-01")

    async with linked(hub, box):
        await until(lambda: box.identity.certificate is not None)
        await until(lambda: not hub.held)
        await until(lambda: not hub.state.distresses()[0].received.is_unsigned)
        await until(lambda: bool(box.log.marks().get("words_dropped")))

    assert "geändert an der Box" in {found.content.texts["de"].headline for found in hub.state.notices()}
    late = next(call for call in hub.state.distresses() if call.call.text == version_1.LATE_CALL)
    assert not late.received.is_unsigned
    assert all(record.encoded.serial != UNSIGNED for record in await hub.log.after(0, 100))
    disk = _disk_of(tmp_path / "71-01")
    for words in (version_1.OTHERS_WORDS, "an der Zentrale gesagt"):
        assert words.encode() in before
        assert words.encode() not in disk
    assert version_1.OWN_WORDS.encode() in disk
    assert {call.call.text for call in box.state.distresses()} == {"", "Rauch im Keller", version_1.LATE_CALL}


@pytest.mark.slow
async def test_what_a_hub_held_back_of_an_old_box_counts_once_that_has_joined(
    hub: Node, open_node: OpenNode, tmp_path: Path, wall: Wall
) -> None:
    """The hub has confirmed it, so nothing in the box's log says that it does not count there."""
    bodies: tuple[Body, ...] = (
        ModeSet("71-01", Mode.EMERGENCY, "an der Box"),
        NoticePublished(uuid4(), contents.fields_of(notice("Wasser am Platz", area="71-01"))),
        PointPut(uuid4(), contents.fields_of(point("Pumpe", area="71-01", latitude=52.45, longitude=1e-07))),
        DistressReceived(text="seit dem Upgrade der Zentrale", box="71-01"),
    )
    late = (version_1.RECORDED - NOW).total_seconds()
    own = [event(body, late + seconds, node="71-01") for seconds, body in enumerate(bodies)]
    forged = event(ModeSet("71-01", Mode.MAINTENANCE, "gefälscht"), late + 9, node="71-01")
    exchange = Exchange(hub, end()[0])
    await exchange.handle("71-01", frame_of("71-01", version_1.frames("up_after")[0], [*own, forged]))
    held = {event: each.reason for event, each in hub.held.items()}
    version_1.restore(tmp_path, "71-01")
    version_1.write(tmp_path, "71-01", [*((each, "") for each in own), (forged, f"hub/{uuid4().hex}")])
    members.invite(hub.settings.folder, "hub", tmp_path / "71-01", "71-01")

    async with open_node("71-01", is_hub=False, wall=wall, **HASTY) as box, linked(hub, box):
        await until(lambda: {*hub.held} == {forged.id})
        await until(lambda: not any(call.received.is_unsigned for call in hub.state.distresses()))
        written = {record.encoded.id: record.encoded for record in await box.log.after(0, 100)}

    assert held == dict.fromkeys((*(each.id for each in own[:3]), forged.id), "unsigned")
    assert hub.state.mode_at("71-01").mode is Mode.EMERGENCY
    assert "Wasser am Platz" in {found.content.texts["de"].headline for found in hub.state.notices()}
    assert "Pumpe" in {found.content.name for found in hub.state.points()}
    assert written[forged.id].serial is None


def _disk_of(place: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((place / folder.LOG).iterdir()) if path.is_file())


@pytest.mark.slow
async def test_a_box_that_lost_its_disk_before_it_joined_gets_its_calls_back(hub: Node, open_node: OpenNode) -> None:
    exchange = Exchange(hub, end()[0])
    for payload in (*version_1.frames("up"), *version_1.frames("up_after")):
        await exchange.handle("71-01", payload)

    async with open_node("71-01", is_hub=False, wall=version_1.wall(), **HASTY) as box:
        await members.enrol(hub, box)
        async with linked(hub, box):
            await until(lambda: version_1.LATE_CALL in {call.call.text for call in box.state.distresses()})

            assert box.held == {}


async def test_a_member_without_a_signature_is_somebody_else(hub: Node, box: Node) -> None:
    await members.enrol(hub, box)
    here, _ = end()
    exchange = Exchange(hub, here)

    await exchange.handle("71-01", version_1.frames("up_after")[0])

    assert json.loads(here.sent[-1])["reject"] == "unsigned"
    assert version_1.LATE_CALL not in {call.call.text for call in hub.state.distresses()}


async def test_what_a_box_s_staff_did_before_it_joined_is_a_matter_for_its_hub(hub: Node, box: Node) -> None:
    """A box that nobody has let join goes on by itself."""
    call = box.state.open_distresses()[0]

    await box.act(commands.TakeDistress(call.id, over=True), CEM)
    await box.act(commands.PutNotice(uuid4(), notice(area="all")), ANNA)

    assert hub.identity.certificate is not None
    assert len(box.state.notices()) == 2
