"""A hub whose clock is set while it was behind, over a real log, by clocks that the test sets."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from crisis import node as nodes
from crisis.log.errors import Full
from crisis.log.waiting_calls import WaitingCall
from crisis.model import commands, event_bodies, events
from crisis.model.contents import Severity
from crisis.model.event_bodies import DistressReceived, ModeSeen, NoticePublished
from crisis.model.events import Event
from crisis.presence import Peer
from crisis.sync import acceptance, intake
from crisis.sync.clocks.steps import ClockSteps
from devices.readings import Mode
from kiezbox.mqtt.backlog import Delivery
from tests.crisis.conftest import settings_of
from tests.crisis.support import peer
from tests.crisis.support.examples import ANNA, BERT, notice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from crisis.model.event_bodies import Body
    from crisis.node import Node

BEGAN_AT = datetime(2026, 11, 2, 18, 0, tzinfo=UTC)  # the true time
YEARS, HOURS = timedelta(days=730), timedelta(hours=2)
EXACT, CLOSE = timedelta(milliseconds=2), timedelta(seconds=1)


@dataclass
class World:
    """The true time, and how far the hub is behind it."""

    now: datetime = BEGAN_AT
    behind: timedelta = YEARS
    boot: int = 1
    booted_at: datetime = BEGAN_AT - timedelta(minutes=1)

    def passes(self, **time: float) -> datetime:
        """So much time passes. The true time then."""
        self.now += timedelta(**time)
        return self.now

    def starts_anew(self, **off: float) -> None:
        """The machine was without power for so long, in which its clock stood still."""
        self.passes(**off)
        self.behind += timedelta(**off)
        self.boot, self.booted_at = self.boot + 1, self.now

    def wall(self) -> datetime:
        return self.now - self.behind

    def seconds(self) -> float:
        return (self.now - self.booted_at).total_seconds()


@dataclass
class Hub:
    """A hub's node in that world."""

    node: Node
    world: World
    steps: ClockSteps

    async def hears(self, claimed_at: datetime | None, leaf: str = "distress") -> UUID:
        """A call of a box without a node."""
        name = uuid4()
        said: dict[str, Any] = {"v": 1, "id": str(name)}
        if claimed_at is not None:
            said["at"] = event_bodies.milliseconds(claimed_at)
        topic = f"kb/v1/71-01/{leaf}"
        await intake.keep(self.node, Delivery(topic, json.dumps(said).encode(), self.world.wall(), mid=1, connection=1))
        return name

    async def is_sent(self, body: Body, at: datetime, actor: str = "box-person") -> UUID:
        """An event of a box's own node."""
        made = Event(uuid4(), "71-01", at, actor, events.kind_of(body), body)
        await peer.box_sends(self.node, [events.encode(made)])
        return made.id

    async def is_set(self, behind: timedelta = timedelta()) -> None:
        """Somebody sets the clock, and the hub notices."""
        self.world.behind = behind
        await self.steps.look()

    def time_of(self, call: UUID) -> datetime:
        found = self.node.state.distress(call) or self.node.state.report(call)
        assert found is not None
        return found.received.at


class Hubs:
    """Opens the hub, again over the same log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World()

    @contextlib.asynccontextmanager
    async def __call__(self) -> AsyncIterator[Hub]:
        settings = settings_of("hub", self.folder, is_hub=True)
        async with nodes.opened(settings, self.world.wall) as node:
            # The node counts on by its own steady clock; ours stands still between two lines of a test.
            node._clock._seconds = self.world.seconds
            steps = ClockSteps(node, steady_seconds=self.world.seconds, boot=lambda: self.world.boot)
            await steps.look()
            yield Hub(node, self.world, steps)


@pytest.fixture
def hubs(tmp_path: Path) -> Hubs:
    return Hubs(tmp_path)


@pytest.fixture
async def hub(hubs: Hubs) -> AsyncIterator[Hub]:
    async with hubs() as opened:
        yield opened


@pytest.mark.parametrize("leaf", ["distress", "report"])
async def test_a_call_that_came_while_the_clock_was_behind_has_its_own_time_once_that_is_set(
    hub: Hub, leaf: str
) -> None:
    called_at = hub.world.passes(minutes=5)
    call = await hub.hears(called_at, leaf)
    before = hub.time_of(call)

    hub.world.passes(minutes=5)
    await hub.is_set()
    await hub.steps.look()

    assert (before, hub.time_of(call)) == (called_at - YEARS, called_at)
    assert hub.node.log.head == 2, "the call, and one correction"


@pytest.mark.parametrize(
    ("set_by", "waited", "is_proven"),
    [
        (HOURS, timedelta(seconds=10), True),  # the clock was behind by what the box was ahead
        (timedelta(), HOURS, False),  # nobody set the clock, it went on: the box's own is wrong
        (timedelta(minutes=30), timedelta(seconds=10), False),  # even with the right clock the box was ahead
        (-HOURS, timedelta(seconds=10), False),
    ],
)
async def test_a_claim_is_believed_when_the_clock_was_set_so_far_and_not_when_time_went_on(
    hubs: Hubs, set_by: timedelta, waited: timedelta, is_proven: bool
) -> None:
    hubs.world.behind = HOURS
    async with hubs() as hub:
        came_at = hub.world.wall()
        call = await hub.hears(came_at + HOURS)

        hub.world.passes(seconds=waited.total_seconds())
        await hub.is_set(HOURS - set_by)

        assert hub.time_of(call) == (came_at + HOURS if is_proven else came_at)


async def test_a_clock_that_is_set_in_two_steps_proves_a_claim_by_both(hub: Hub) -> None:
    called_at = hub.world.passes(minutes=5)
    call = await hub.hears(called_at)

    await hub.is_set(timedelta(minutes=20))
    roughly = hub.time_of(call)
    hub.world.passes(hours=1)
    await hub.is_set()

    assert (roughly, hub.time_of(call)) == (called_at - timedelta(minutes=20), called_at)


async def test_what_a_box_s_own_node_synced_has_its_own_times_and_what_staff_did_meanwhile_theirs_between(
    hub: Hub,
) -> None:
    name = uuid4()
    await hub.hears(hub.world.now)
    first = hub.world.passes(minutes=1)
    await hub.is_sent(NoticePublished(name, {**_fields("Minor")}), first)
    second = hub.world.passes(minutes=1)
    await hub.node.act(commands.PutNotice(name, notice(severity=Severity.SEVERE)), BERT)
    third = hub.world.passes(minutes=1)
    await hub.is_sent(NoticePublished(name, {"severity": "Moderate"}), third)
    hub.world.passes(minutes=1)

    await hub.is_set()
    await acceptance.recheck(hub.node)  # as the exchange does every few seconds

    history = hub.node.state.history(name)
    assert [each.event.actor for each in history] == ["box-person", "bert", "box-person"]
    assert [abs(each.at - at) < EXACT for each, at in zip(history, (first, second, third), strict=True)] == [True] * 3
    assert hub.node.state.notices()[0].content.severity == "Moderate"


async def test_a_call_at_a_box_s_own_node_has_its_time(hub: Hub) -> None:
    called_at = hub.world.passes(minutes=1)
    call = await hub.is_sent(DistressReceived(text="Rauch"), called_at)
    before = hub.time_of(call)

    hub.world.passes(minutes=1)
    await hub.is_set()

    assert (before < called_at - timedelta(days=700), hub.time_of(call)) == (True, called_at)


@pytest.mark.parametrize("is_witnessed", [True, False])
async def test_what_the_hub_dated_itself_moves_only_if_another_clock_says_so(hub: Hub, is_witnessed: bool) -> None:
    await hub.is_set()
    hub.world.behind = HOURS  # a virtual machine that stood still looks the same
    await hub.steps.look()
    if is_witnessed:
        hub.node.peers = {"71-01": _peer(HOURS)}
    name, done_at = uuid4(), hub.world.now
    await hub.node.act(commands.PutNotice(name, notice()), ANNA)
    call = await hub.hears(None)

    await hub.is_set()

    (act,) = hub.node.state.history(name)
    assert (abs(act.at - done_at) < CLOSE) is is_witnessed
    assert (abs(hub.time_of(call) - done_at) < EXACT) is is_witnessed
    assert act.act.is_doubtful is is_witnessed


async def test_acts_by_a_clock_that_was_before_what_the_hub_knew_move_without_a_witness(hubs: Hubs) -> None:
    hubs.world.behind = timedelta()
    async with hubs() as hub:
        await hub.node.act(commands.PutNotice(uuid4(), notice()), ANNA)
    hubs.world.starts_anew(hours=9)
    hubs.world.behind = timedelta(days=90)
    async with hubs() as hub:
        done_at = hub.world.passes(minutes=1)
        await hub.node.act(commands.PutNotice(uuid4(), notice()), ANNA)
        hub.world.passes(minutes=1)

        await hub.is_set()

        assert abs(hub.node.state.notices()[0].published.at - done_at) < EXACT


async def test_the_mode_that_a_box_showed_has_the_right_time(hub: Hub) -> None:
    shown_at = hub.world.passes(minutes=1)
    await hub.hears(shown_at)
    await hub.node.record(ModeSeen("71-01", Mode.EMERGENCY, event_bodies.whole(hub.world.wall())), "hub")
    await hub.node.record(ModeSeen("71-02", Mode.EMERGENCY, shown_at - timedelta(days=800)), "hub")

    hub.world.passes(minutes=1)
    await hub.is_set()

    assert [(seen.box, seen.since) for seen in hub.node.state.seen_modes()] == [
        ("71-01", shown_at),
        ("71-02", shown_at - timedelta(days=800)),  # the box's own word
    ]


@pytest.mark.parametrize("restart", ["of the program", "of the machine", "of the machine, set before we start"])
async def test_calls_of_before_a_restart_get_their_times(hubs: Hubs, restart: str) -> None:
    world = hubs.world
    async with hubs() as hub:
        called_at = world.passes(minutes=5)
        call = await hub.hears(called_at)
        synced = await hub.is_sent(DistressReceived(text="Rauch"), called_at)
    if "machine" in restart:
        world.starts_anew(minutes=20)
    else:
        world.passes(minutes=20)
    if "set before" in restart or "program" in restart:
        world.behind = timedelta()

    async with hubs() as hub:
        await hub.is_set()

        assert (hub.time_of(call), hub.time_of(synced)) == (called_at, called_at)


async def test_a_box_that_is_ahead_alone_is_not_believed_after_a_week_and_a_restart(hubs: Hubs) -> None:
    world = hubs.world
    world.behind = timedelta()
    async with hubs() as hub:
        came_at = world.now
        call = await hub.hears(came_at + timedelta(days=3))
        for _ in range(24 * 7):
            world.passes(hours=1, seconds=1)
            await hub.steps.look()
    world.starts_anew(minutes=5)
    world.behind = timedelta()

    async with hubs() as hub:
        assert hub.time_of(call) == came_at


async def test_a_call_that_waits_for_its_sender_s_share_has_its_time_when_it_is_taken(hub: Hub) -> None:
    called_at = hub.world.passes(minutes=1)
    said = json.dumps({"v": 1, "id": str(uuid4()), "at": event_bodies.milliseconds(called_at)}).encode()
    came_ms = event_bodies.milliseconds(hub.world.wall())
    await hub.node.waiting_calls.add([WaitingCall("71-01", "kb/v1/71-01/distress", said, came_ms)])
    hub.world.passes(minutes=1)

    await hub.is_set()
    (waiting,) = await hub.node.waiting_calls.oldest("71-01", 10)
    await intake.take_in(hub.node, waiting)

    assert [call.received.at for call in hub.node.state.distresses()] == [called_at]


async def test_what_a_full_disk_keeps_from_being_corrected_is_corrected_later(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await hub.hears(hub.world.now)

    async def full(_job: object) -> None:
        raise Full("the disk is nearly full", "")

    with monkeypatch.context() as patched:
        patched.setattr(hub.node.log, "append", full)
        await hub.is_set()
        before = hub.time_of(call)
    await hub.steps.look()

    assert (before, hub.time_of(call)) == (hub.world.now - YEARS, hub.world.now)


async def test_corrections_of_one_event_are_dated_one_after_the_other(hub: Hub) -> None:
    call = await hub.is_sent(DistressReceived(text="Rauch"), hub.world.now)
    await hub.is_set()
    hub.world.behind = 2 * YEARS  # and the wrong way round: nothing that follows may lose against it

    await hub.is_set(YEARS)
    await hub.is_set()

    written = [events.decode(each.encoded) for each in await hub.node.log.after(0, 100)]
    dates = [each.at for each in written if each.kind == "time_corrected" and each.body.event == call]  # type: ignore[union-attr]  # of that kind
    assert dates == sorted(set(dates))
    assert hub.time_of(call) == hub.world.now


def _fields(severity: str) -> dict[str, Any]:
    return {"texts": {"de": {"headline": "Stromausfall"}}, "severity": severity, "area": "all"}


def _peer(ahead: timedelta) -> Peer:
    return Peer("71-01", None, is_silent=False, waiting=0, missing=0, clock_skew_seconds=ahead.total_seconds())
