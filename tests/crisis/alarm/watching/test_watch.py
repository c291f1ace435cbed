"""What nodes say of themselves at every beat, and what of that others believe."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.alarm.alarms import Alarm
from crisis.alarm.watching.beat import InvalidBeatError
from crisis.alarm.watching.watch import Watch
from crisis.model.alarm_bodies import AlarmOpened
from crisis.model.event_bodies import DistressReceived, NodeRevoked
from crisis.model.moments import milliseconds
from crisis.presence import Peer
from crisis.sync import frames
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import Speaking, speaking
from tests.crisis.conftest import Wall
from tests.crisis.support import members
from tests.crisis.support.examples import NOW
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node

DISK = Alarm(kind="disk", subject="71-01", opened_at=NOW, area="71-01", label="71-01", labels=(("box", "71-01"),))


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def pass_time(node: Node, time: timedelta) -> None:
    assert isinstance(node.wall, Wall)
    node.wall.ahead += time


def watch_of(
    node: Node, clock: Clock | None = None, wall_ms: Callable[[], int] = lambda: 1, newest: dict[str, int] | None = None
) -> Watch:
    certificate = node.identity.certificate
    areas = () if certificate is None else certificate.areas
    return Watch(node.identity, lambda: node.directory, clock or Clock(), 180.0, lambda: areas, wall_ms, newest or {})


@pytest.fixture
async def pair(open_node: Callable[..., AbstractAsyncContextManager[Node]]) -> AsyncIterator[tuple[Node, Node]]:
    """A hub, and a box that may write about itself alone."""
    async with open_node("hub") as hub, open_node("71-01", is_hub=False) as box:
        await members.enrol(hub, box, areas=("71-01",))
        yield hub, box


@pytest.fixture
async def three(open_node: Callable[..., AbstractAsyncContextManager[Node]]) -> AsyncIterator[tuple[Node, Node, Node]]:
    """A hub and two boxes that may speak for their district."""
    async with (
        open_node("hub") as hub,
        open_node("71-01", is_hub=False) as box,
        open_node("71-02", is_hub=False) as other,
    ):
        for each in (box, other):
            await members.enrol(hub, each, areas=("district-71",))
        other.directory = box.directory = hub.directory
        yield hub, box, other


class Talking:
    """Watches of nodes that hear every beat of each other, but for those that a test leaves out."""

    def __init__(self, *nodes: Node) -> None:
        self.clock, self.at_ms = Clock(), 1_000_000
        self.watches = {node.name: self.started(node) for node in nodes}

    def started(self, node: Node) -> Watch:
        return watch_of(node, self.clock, lambda: self.at_ms)

    def say(self, name: str, *told: tuple[str, str], to: Watch | None = None) -> None:
        self.at_ms += 10
        payload = self.watches[name].encode(self.at_ms, (), told)
        assert payload is not None
        for watch in [to] if to is not None else [each for other, each in self.watches.items() if other != name]:
            watch.hear(payload)


def beat(node: Node, *alarms: Alarm, at_ms: int = 1) -> bytes:
    made = watch_of(node).encode(at_ms, alarms, ())
    assert made is not None
    return made


async def test_what_a_box_sees_is_known_as_what_that_box_sees(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    watch = watch_of(hub)
    lying = dataclasses.replace(DISK, seen_by="71-09", names=frozenset({"71-02"}))
    watch.hear(beat(box, lying))

    assert watch.remote() == (dataclasses.replace(DISK, seen_by="71-01"),)


async def test_forged_beats_are_refused(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    watch, real = watch_of(hub), beat(box, DISK)
    found = json.loads(real)
    hubs = json.loads(beat(hub, DISK))
    forged = [
        b"",
        b"[]",
        b"\xff",
        b"[" * 30_000,
        b" " * 40_000,
        json.dumps({**found, "at": 2}).encode(),  # not what was signed
        json.dumps({**found, "node": "71-02"}).encode(),
        json.dumps({**found, "serial": hubs["serial"], "node": hubs["node"]}).encode(),  # in the hub's name
        json.dumps({**found, "serial": 10**400}).encode(),
        json.dumps({**found, "serial": None}).encode(),
        json.dumps({**found, "serial": 99, "certificate": "no"}).encode(),
    ]
    for payload in forged:
        with pytest.raises(InvalidBeatError):
            watch.hear(payload)

    assert watch.present() == {}
    assert watch.hear(real) is not None
    assert watch.hear(real) is None  # played again
    assert watch.hear(beat(box, at_ms=0)) is None  # an older one


async def test_a_recorded_beat_makes_no_dead_node_alive_after_a_restart(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    hour = 3_600_000
    before = watch_of(box, wall_ms=lambda: hour)
    assert before.hear(beat(hub, at_ms=hour)) is not None

    again = watch_of(box, wall_ms=lambda: 2 * hour, newest=before.newest)

    assert again.hear(beat(hub, at_ms=hour)) is None  # played again
    assert again.present() == {}
    assert again.hear(beat(hub, at_ms=2 * hour)) is not None


async def test_a_first_beat_that_is_old_counts_only_once_another_one_comes(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    hour = 3_600_000
    watch = watch_of(hub, wall_ms=lambda: 5 * hour)

    assert watch.hear(beat(box, DISK, at_ms=hour)) is None
    assert (watch.present(), watch.remote()) == ({}, ())
    assert watch.hear(beat(box, DISK, at_ms=hour)) is None
    assert watch.hear(beat(box, DISK, at_ms=hour + 30_000)) is not None  # its clock is merely behind


async def test_a_node_whose_clock_was_ahead_is_heard_once_it_is_right(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    now, year = 10**12, 365 * 24 * 3_600_000
    watch = watch_of(hub, wall_ms=lambda: now)
    assert watch.hear(beat(box, at_ms=now + year)) is not None

    assert watch.hear(beat(box, at_ms=now - year)) is None
    assert watch.hear(beat(box, at_ms=now)) is not None
    assert watch.hear(beat(box, at_ms=now - 1)) is None


async def test_a_box_whose_clock_is_behind_after_a_start_is_heard(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    hour = 3_600_000
    listening, before = watch_of(hub, wall_ms=lambda: 5 * hour), watch_of(box, wall_ms=lambda: 5 * hour)
    for at_ms in (5 * hour, 5 * hour + 60_000):
        payload = before.encode(at_ms, (), ())
        assert payload is not None
        assert listening.hear(payload) is not None
    saved = {"71-01": 5 * hour}  # killed before the second one was written down

    again = watch_of(box, wall_ms=lambda: hour, newest=saved)
    said = [again.encode(at_ms, (DISK,), ()) for at_ms in (hour, hour, 6 * hour)]

    assert [listening.hear(payload) is not None for payload in said if payload is not None] == [True] * 3
    assert [alarm.kind for alarm in listening.remote()] == [DISK.kind]
    assert listening.newest["71-01"] == 6 * hour


async def test_what_was_heard_last_is_remembered_over_a_restart(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    async with speaking(box) as alarms:
        at_ms = alarms.service.watch.wall_ms()
        alarms.service.watch.hear(beat(hub, at_ms=at_ms))
        looking = asyncio.create_task(alarms.service.look_on())
        await until(lambda: alarms.service.outbox.remembered("beats") not in {None, "{}"})
        looking.cancel()
        await asyncio.wait([looking])
    async with speaking(box) as alarms:
        assert alarms.service.watch.newest == {"hub": at_ms}
        assert alarms.service.watch.hear(beat(hub, at_ms=at_ms)) is None


async def test_what_a_box_may_not_tell_of_or_nobody_could_be_told_of_is_left_out(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    watch = watch_of(hub)
    bad = [
        dataclasses.replace(DISK, area="71-02"),  # not its own
        dataclasses.replace(DISK, area="all"),
        dataclasses.replace(DISK, kind="invented"),
        dataclasses.replace(DISK, subject="a b"),
        dataclasses.replace(DISK, subject="x" * 400),
        dataclasses.replace(DISK, label="x" * 400),
    ]
    watch.hear(beat(box, *bad, DISK))

    assert [alarm.name for alarm in watch.remote()] == ["disk/71-01"]


async def test_a_hub_is_silent_since_it_was_heard_last(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    clock = Clock()
    watch = watch_of(box, clock)
    clock.seconds += 1000
    watch.hear(beat(hub))
    clock.seconds += 179
    before = watch.is_hub_silent
    clock.seconds += 2

    assert (before, watch.is_hub_silent) == (False, True)
    assert watch.hub_silent_seconds == 181


async def test_what_was_heard_of_the_hub_by_the_sync_counts_from_when_it_was_heard(pair: tuple[Node, Node]) -> None:
    _, box = pair
    clock, heard_at = Clock(), box.now()
    async with speaking(box, KeepingChannel("push")) as alarms:
        alarms.service.watch.seconds = clock
        box.peers["hub"] = Peer("hub", heard_at, False, 0, 0, None)  # as for 180 s after it was heard last
        await alarms.look()
        clock.seconds += 181
        await alarms.look()
        silent = alarms.service.watch.is_hub_silent
        box.peers["hub"] = Peer("hub", heard_at + timedelta(seconds=181), False, 0, 0, None)
        await alarms.look()

        assert (silent, alarms.service.watch.is_hub_silent) == (True, False)


async def test_a_hub_that_starts_anew_says_no_all_clear_for_a_node_that_it_has_not_heard(
    pair: tuple[Node, Node],
) -> None:
    hub, _ = pair
    push, longer = KeepingChannel("push"), timedelta(minutes=11)
    async with speaking(hub, push) as alarms:
        hub.peers["71-01"] = Peer("71-01", hub.now() - longer, True, 0, 0, None)
        await alarms.look()
    assert [each.sort for each in push.sent if each.kind == "node_silent"]
    push.sent.clear()
    async with speaking(hub, push) as alarms:
        hub.peers["71-01"] = Peer("71-01", None, True, 0, 0, None)
        await alarms.look(1)
        before = [each for each in push.sent if each.kind == "node_silent"]
        hub.peers["71-01"] = Peer("71-01", hub.now(), False, 0, 0, None)
        await alarms.look()

    assert before == []
    assert {str(each.sort) for each in push.sent if each.kind == "node_silent"} == {"end"}


@contextlib.asynccontextmanager
async def both(pair: tuple[Node, Node], push: KeepingChannel) -> AsyncIterator[tuple[Speaking, Speaking]]:
    hub, box = pair
    async with speaking(hub, push) as hubs, speaking(box) as boxes:
        yield hubs, boxes


async def test_what_a_box_sees_is_told_by_the_hub_and_ends_when_the_box_sees_it_no_more(
    pair: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    push = KeepingChannel("push")
    async with both(pair, push) as (hub, box):

        async def exchange() -> None:
            for _ in range(2):
                for speaker, listener in ((box, hub), (hub, box)):
                    await speaker.look()
                    pass_time(speaker.node, timedelta(milliseconds=10))
                    payload = speaker.service._beat()
                    assert payload is not None
                    listener.service.watch.hear(payload)
            await hub.look()

        full = [dataclasses.replace(DISK, opened_at=pair[1].now())]
        monkeypatch.setattr(
            "crisis.alarm.sources.of_node.disk", lambda _folder, node, *_: full if node == "71-01" else []
        )
        await exchange()
        assert [each.kept.name for each in hub.service.speaker.open() if each.kept.alarm.kind == "disk"] == [
            "disk/71-01"
        ]
        full.clear()
        await exchange()

        assert [each for each in hub.service.speaker.open() if each.kept.alarm.kind == "disk"] == []
        assert [each for each in box.service.speaker.open() if each.kept.alarm.kind == "disk"] == []
    assert {str(each.sort) for each in push.sent if each.kind == "disk"} == {"alarm", "end"}


@pytest.mark.parametrize(
    "odd",
    [
        {"label": "\ud800", "labels": {"box": "71-01\udfff\x00"}},
        {"count": 10**30, "people": 10**30},
        {"label": "voll\nAlles gut", "labels": {"box": "x" * 20_000}},
    ],
    ids=("halves of characters", "a huge number", "lines and length"),
)
async def test_a_box_that_says_odd_things_of_an_alarm_silences_nobody(
    pair: tuple[Node, Node], odd: dict[str, Any]
) -> None:
    push = KeepingChannel("push")
    hub, box = pair
    said = json.loads(beat(box, DISK, at_ms=milliseconds(hub.wall())))
    said.popitem()  # the signature
    said["open"][0] |= odd
    key = box.identity.key
    assert key is not None
    payload = frames.signed(json.dumps(said).encode()[:-1], key, b"kiezbox-watch-1\0")
    async with speaking(hub, push) as alarms:
        assert alarms.service.watch.hear(payload) is not None
        await hub.receive(DistressReceived(text="Rauch", box="71-01"))
        await alarms.look(30)

    assert "distress" in {each.kind for each in push.sent}
    told = next(each for each in push.sent if each.kind == "disk")
    text = "\n".join([told.title, *map(str, told.lines)])
    assert text.encode()
    assert len(text) < 1000
    assert "\nAlles gut" not in text


async def test_that_the_hub_is_silent_is_as_old_as_its_silence(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    clock = Clock()
    async with speaking(box, KeepingChannel("push")) as alarms:
        alarms.service.watch.seconds = clock
        pass_time(box, timedelta(hours=5))
        clock.seconds += 5 * 3600
        alarms.service.watch.hear(beat(hub, at_ms=alarms.service.watch.wall_ms()))
        clock.seconds += 200
        await alarms.look()
        (found,) = [each.kept for each in alarms.service.speaker.open() if each.kept.alarm.kind == "hub_silent"]

        assert abs(box.now() - found.alarm.opened_at - timedelta(seconds=200)) < timedelta(seconds=30)


async def test_a_test_tries_the_channels_of_the_box_where_it_was_begun(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    push = KeepingChannel("push")
    async with speaking(box, push) as alarms:
        alarms.service.watch.hear(beat(hub, at_ms=alarms.service.watch.wall_ms()))  # it is the hub that speaks
        await box.record(AlarmOpened("test/1", "info", "71-01"), box.name)
        await alarms.look()

    assert sorted(each.person for each in push.sent) == ["anna", "bert", "dana"]


async def test_what_an_excluded_node_said_last_counts_no_more(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    watch = watch_of(hub)
    watch.hear(beat(box, DISK))
    serials = tuple(certificate.serial for certificate in hub.directory.all_of("71-01"))
    await hub.record(NodeRevoked("71-01", serials), hub.name)

    assert watch.is_gone("71-01")
    assert watch.remote() == ()
    with pytest.raises(InvalidBeatError):
        watch.hear(beat(box, at_ms=2))


async def test_a_hub_that_starts_knows_from_answers_that_nobody_else_has_told_of_a_call(
    three: tuple[Node, Node, Node],
) -> None:
    hub, box, other = three
    talking = Talking(hub, box, other)
    for name in ("hub", "71-01", "71-02"):
        talking.say(name)
    talking.clock.seconds += 600
    for name in ("71-01", "71-02"):
        talking.say(name)
    talking.watches["hub"] = watch = talking.started(hub)
    asked = []

    talking.say("71-01")  # before it has heard of the start
    asked.append((watch.may_have_told("71-01", "71-01"), watch.is_answer_due))
    talking.say("hub")
    assert talking.watches["71-01"].is_answer_due
    talking.say("71-01", ("distress/x", "anna"), to=watch)
    asked.append((watch.may_have_told("71-01", "71-01"), watch.is_answer_due))
    talking.say("71-02", to=watch)
    asked.append((watch.may_have_told("71-01", "71-01"), watch.is_answer_due))

    assert asked == [(True, True), (True, False), (False, False)]  # 71-02 may have told people, until it has answered
    assert watch.told("71-01") == {("distress/x", "anna")}


async def test_of_one_box_alone_the_hub_awaits_no_other_and_of_a_dead_one_no_word(
    three: tuple[Node, Node, Node],
) -> None:
    hub, box, other = three
    talking = Talking(hub, box, other)
    for name in ("71-02", "hub", "71-01"):
        talking.say(name)
    for _ in range(7):  # 71-02 says nothing any more
        talking.clock.seconds += 30
        talking.say("71-01")
        talking.say("hub")
    talking.clock.seconds += 600
    talking.watches["hub"] = watch = talking.started(hub)
    talking.say("hub")
    talking.say("71-01", to=watch)

    assert not watch.may_have_told("71-01", "71-01")
    assert watch.may_have_told("71-02", "71-02")


async def test_who_was_excluded_or_may_not_speak_there_is_not_awaited(three: tuple[Node, Node, Node]) -> None:
    hub, box, other = three
    talking = Talking(hub, box, other)
    for name in ("hub", "71-02", "71-01"):
        talking.say(name)
    talking.watches["hub"] = watch = talking.started(hub)
    talking.say("hub")
    talking.say("71-01", to=watch)

    assert watch.may_have_told("71-01", "71-01")
    assert not watch.may_have_told("71-01", "72-01")  # where the other one may not speak
    serials = tuple(certificate.serial for certificate in hub.directory.all_of("71-02"))
    await hub.record(NodeRevoked("71-02", serials), hub.name)
    assert not watch.may_have_told("71-01", "71-01")


async def test_a_box_that_has_no_room_to_say_whom_it_told_answers_for_nobody(three: tuple[Node, Node, Node]) -> None:
    hub, box, _ = three
    talking = Talking(hub, box)
    for name in ("hub", "71-01"):
        talking.say(name)
    talking.watches["hub"] = watch = talking.started(hub)
    talking.say("hub")
    many = [(f"distress/{number:036}", "anna") for number in range(2000)]

    talking.say("71-01", *many, to=watch)
    assert watch.may_have_told("71-01", "71-01")
    assert len(watch.told("71-01")) > 400
    talking.say("71-01", *many[:400], to=watch)  # as many as 200 calls and two people
    assert not watch.may_have_told("71-01", "71-01")


async def test_the_answer_of_a_box_whose_clock_is_wrong_counts(three: tuple[Node, Node, Node]) -> None:
    hub, box, _ = three
    talking = Talking(hub, box)
    talking.at_ms = 10**12
    for name in ("hub", "71-01"):
        talking.say(name)
    talking.watches["hub"] = watch = talking.started(hub)
    talking.say("hub")
    talking.at_ms -= 3_600_000  # its clock is an hour behind that of the hub, which remembers no beat of it
    payload = talking.watches["71-01"].encode(talking.at_ms, (), ())
    talking.at_ms += 3_600_000
    assert payload is not None

    assert watch.hear(payload) is not None
    assert not watch.may_have_told("71-01", "71-01")


async def test_a_node_of_before_says_neither_its_start_nor_an_answer(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    watch, found = watch_of(hub), json.loads(beat(box))
    for name in ("start", "answers", "hears", "signature"):
        del found[name]
    key = box.identity.key
    assert key is not None

    assert watch.hear(frames.signed(json.dumps(found).encode()[:-1], key, b"kiezbox-watch-1\0")) is not None
    assert not watch.is_answer_due
    assert watch.may_have_told("71-01", "71-01")


async def test_a_box_may_not_play_to_others_what_the_hub_said(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    watch, recorded = watch_of(box), beat(hub)

    with pytest.raises(InvalidBeatError, match="at kb/v1/district-71/watch"):
        watch.hear(recorded, "kb/v1/district-71/watch")
    with pytest.raises(InvalidBeatError):
        watch_of(hub).hear(beat(box), "kb/v1/district-72/watch")
    assert watch_of(hub).hear(beat(box), "kb/v1/district-71/watch") is not None
    assert watch.hear(recorded, "kb/v1/all/watch") is not None


async def test_of_a_call_that_the_hub_does_not_have_the_other_boxes_know(three: tuple[Node, Node, Node]) -> None:
    hub, box, other = three
    talking = Talking(hub, box, other)
    talking.watches["71-01"].unconfirmed = frozenset({"distress/x"})
    watch = talking.watches["71-02"]
    talking.say("hub")
    talking.say("71-01")
    while_it_is_heard = (watch.is_left_alone("distress/x"), watch.is_left_alone("distress/y"))
    talking.watches["71-01"].unconfirmed = frozenset()
    talking.say("71-01")

    assert while_it_is_heard == (True, False)
    assert not watch.is_left_alone("distress/x")
    assert (watch.rank("71-01"), watch.rank_of_boxes("71-01")) == (None, 1)
    assert not talking.watches["hub"].is_left_alone("distress/x")
