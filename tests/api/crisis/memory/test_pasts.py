"""The past of a node: at every moment what was shown live, in bounded memory."""

from __future__ import annotations

import contextlib
import dataclasses
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.crisis.memory import pasts
from api.crisis.memory.pasts import Pasts
from api.crisis.staff.lage import contents
from crisis import node as nodes
from crisis.clock import Stamp
from crisis.log.errors import Unwritable
from crisis.log.file import Item, Job
from crisis.model import commands, event_bodies, events
from crisis.model.event_bodies import DistressReceived, PowerSeen, ReportReceived, TimeCorrected
from crisis.state.picture import Known
from crisis.trust import words
from devices.readings import Mode, Status
from tests.api.crisis.support.applications import settings_of
from tests.crisis.support.examples import ANNA, BERT, CEM, DANA, notice, point
from tests.support.map_data import RATHAUS_SCHOENEBERG
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from uuid import UUID

    from crisis.model.event_bodies import Body
    from crisis.node import Node
    from crisis.state.picture import Picture

BEGIN = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # the night in which the clocks of Berlin go back
LONGITUDE, LATITUDE = RATHAUS_SCHOENEBERG


class Wall:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        return self.at

    def on(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@contextlib.asynccontextmanager
async def running(folder: Path, wall: Wall, role: str = "hub") -> AsyncIterator[Node]:
    async with nodes.opened(settings_of(folder, role), wall) as node:
        yield node


async def take_in(node: Node, body: Body, at: datetime, author: str = "71-01", name: UUID | None = None) -> UUID:
    """An event that another node wrote at some time, and that comes in now. Its id."""
    found = node.event(body, "resident", Stamp(at), name)
    sent = events.Event(found.id, author, at, "resident", found.kind, found.body)
    await node.log.append(Job((Item(events.encode(sent), event_bodies.milliseconds(node.wall()), author),)))
    return sent.id


def picture(node: Picture) -> dict[str, Any]:
    """What a page of the situation shows of a node, but for what no log holds."""
    now = node.now()
    state = node.state
    lage = contents.of(node, "07", now)
    assert lage is not None
    return {
        "calls": [(each.id, each.status, each.taken, each.closed) for each in state.distresses()],
        "reports": [(each.id, each.answers) for each in state.reports()],
        "notices": state.notices(),
        "points": state.points(),
        "modes": state.area_modes(),
        "lines": lage.calls,
        "counts": (
            lage.calls_open,
            lage.calls_waiting,
            lage.escalated,
            lage.points_open,
            lage.boxes_on,
            lage.boxes_out,
        ),
        "map": lage.overlay,
        "here": lage.here,
        "outages": [
            (each.outage.names, each.outage.since, each.outage.grade, each.outage.boxes_out, each.is_large)
            for each in lage.outages.lines
        ],
    }


class Night:
    """A night in which much happens, late and wrongly dated events among it. `seen`: what was shown live after each."""

    def __init__(self, node: Node, wall: Wall) -> None:
        self.seen: list[tuple[datetime, dict[str, Any]]] = []
        self._node = node
        self._wall = wall
        self._chance = random.Random(4)
        self._calls: list[UUID] = []

    async def play(self) -> None:
        for number in range(8):
            place = LATITUDE + (number % 4 - 1.5) * 0.006, LONGITUDE + (number // 4 - 1) * 0.008
            await self._node.record(PowerSeen(f"71-0{number + 1}", True, self._wall.at, 90.0, *place, 60.0), "hub")
            self._note()
        for number in range(70):
            act = (self._reside, self._decide, self._publish, self._go_dark)[self._chance.choice([0, 0, 1, 1, 2, 3])]
            await act(number)
            self._note()

    def _note(self) -> None:
        for box, known in self._node.state.power().items():  # boxes are heard all the time: their words are fresh
            self._node.presence.hear(box, Status(online=True, at=self._wall.at, mains=known.mains), self._wall.at)
        self.seen.append((self._wall.at, picture(self._node)))
        self._wall.on(self._chance.choice([0.4, 7, 45, 190, 800]))

    async def _reside(self, number: int) -> None:
        ago = timedelta(minutes=self._chance.choice([0, 0, 90]))
        if number % 5 == 0:
            await take_in(self._node, ReportReceived(text="Wasser", receipt=f"P{number}"), self._wall.at - ago)
            return
        call = DistressReceived(text=f"Hauptstr. {number}", box="71-01", people=number, receipt=f"R{number}")
        is_wrong = number % 7 == 0
        at = BEGIN - timedelta(days=9) if is_wrong else self._wall.at - ago
        self._calls.append(await take_in(self._node, call, at))
        if is_wrong:
            self._note()
            await self._node.record(TimeCorrected(self._calls[-1], self._wall.at), "hub")

    async def _decide(self, number: int) -> None:
        if not self._calls:
            return
        call = self._chance.choice(self._calls)
        act = (
            commands.CloseDistress(call, "erledigt") if number % 3 == 0 else commands.TakeDistress(call, "", over=True)
        )
        await self._node.act(act, self._chance.choice([ANNA, CEM]))

    async def _publish(self, number: int) -> None:
        mode = self._chance.choice([Mode.NORMAL, Mode.EMERGENCY])
        await self._node.act(commands.SetMode("district-71", mode, "Stromausfall"), DANA)
        await self._node.act(commands.PutNotice(events.Ids().next(number), notice()), ANNA)
        await self._node.act(commands.PutPoint(events.Ids().next(number), point(open_now=True)), BERT)

    async def _go_dark(self, number: int) -> None:
        for box in range(1, 2 + number % 6):
            out = PowerSeen(f"71-0{box}", number % 3 == 0, self._wall.at, 80.0, None, None, 60.0)
            await self._node.record(out, "hub")


@pytest.fixture
def wall() -> Wall:
    return Wall()


async def test_at_the_moment_of_every_event_the_past_is_what_was_shown_live(tmp_path: Path, wall: Wall) -> None:
    async with running(tmp_path, wall) as node:
        night = Night(node, wall)
        await night.play()
        found = Pasts(node)
        order = list(enumerate(night.seen))
        random.Random(1).shuffle(order)  # viewers jump

        for number, (at, shown) in order:
            past = await found.at(at, Known.YES)

            assert picture(past) == shown, (number, at)

    nothing_of = {what for what in night.seen[0][1] if not any(shown[what] for _, shown in night.seen)}
    assert nothing_of == set(), "the night has some of everything"
    assert any(shown["counts"][2] for _, shown in night.seen), "and calls that nobody took"


async def test_as_it_was_differs_by_what_came_late_and_by_nothing_else(tmp_path: Path, wall: Wall) -> None:
    async with running(tmp_path, wall) as node:
        early = await take_in(node, DistressReceived(text="gleich da", receipt="A"), wall.at)
        moment = wall.on(60)
        wall.on(3_600)
        late = await take_in(node, DistressReceived(text="kam spät", receipt="B"), moment - timedelta(seconds=30))
        await take_in(node, DistressReceived(text="danach", receipt="C"), wall.at)
        found = Pasts(node)

        then, was = await found.at(moment, Known.YES), await found.at(moment, Known.NO)

        assert [each.id for each in then.state.distresses()] == [early]
        assert {each.id for each in was.state.distresses()} == {early, late}
        assert (then.count, was.count) == (1, 2)


async def test_what_was_dated_wrongly_is_where_it_happened_as_it_was(tmp_path: Path, wall: Wall) -> None:
    async with running(tmp_path, wall) as node:
        moment = wall.on(60)
        wrong = await take_in(node, DistressReceived(text="Uhr steht", receipt="A"), BEGIN - timedelta(days=3))
        found = Pasts(node)
        before = await found.at(BEGIN - timedelta(days=2), Known.NO)
        wall.on(10)
        await node.record(TimeCorrected(wrong, moment), "hub")

        after = await found.at(BEGIN - timedelta(days=2), Known.NO)
        there = await found.at(moment, Known.NO)

        assert [each.id for each in before.state.distresses()] == [wrong]
        assert after.state.distresses() == ()
        assert [each.received.at for each in there.state.distresses()] == [moment]


async def test_what_comes_late_is_in_the_past_that_somebody_has_looked_at_already(tmp_path: Path, wall: Wall) -> None:
    async with running(tmp_path, wall) as node:
        await take_in(node, DistressReceived(text="da", receipt="A"), wall.at)
        moment = wall.on(60)
        found = Pasts(node)
        assert (await found.at(moment, Known.NO)).count == 1
        wall.on(60)
        await take_in(node, DistressReceived(text="spät", receipt="B"), moment - timedelta(seconds=5))

        assert len((await found.at(moment, Known.NO)).state.distresses()) == 2
        assert len((await found.at(moment, Known.YES)).state.distresses()) == 1


async def test_before_the_first_event_there_is_nothing_and_the_log_says_when_it_begins(
    tmp_path: Path, wall: Wall
) -> None:
    async with running(tmp_path, wall) as node:
        found = Pasts(node)
        empty = await found.at(BEGIN, Known.YES)
        await take_in(node, DistressReceived(text="da", receipt="A"), wall.at)

        before = await found.at(BEGIN - timedelta(seconds=1), Known.YES)

        assert (empty.count, empty.begins_at) == (0, None)
        assert (before.count, before.begins_at) == (0, BEGIN)
        assert picture(before)["calls"] == []


async def test_a_clock_that_is_set_back_hides_nothing_that_was_known(tmp_path: Path, wall: Wall) -> None:
    async with running(tmp_path, wall) as node:
        wall.on(7_200)  # two hours fast
        first = await take_in(node, DistressReceived(text="vorher", receipt="A"), BEGIN)
        wall.at = BEGIN + timedelta(minutes=5)
        second = await take_in(node, DistressReceived(text="nachher", receipt="B"), wall.at)

        past = await Pasts(node).at(wall.at, Known.YES)

        assert {each.id for each in past.state.distresses()} == {first, second}


async def test_many_viewers_at_many_moments_hold_bounded_memory(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasts, "_BOX_HOLDS", 500)
    async with running(tmp_path, wall, "box") as node:
        for number in range(200):
            await take_in(node, DistressReceived(text="da", box="71-01", receipt=f"{number}"), wall.on(1))
        found = Pasts(node)

        for number in range(200):
            past = await found.at(BEGIN + timedelta(seconds=number * 37 % 200 + 1), list(Known)[number % 2])
            assert found.size <= 500
            assert past.count == number * 37 % 200 + 1


async def test_when_nobody_looks_any_more_nothing_stays_in_memory(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasts, "_IDLE_SECONDS", 0.0)
    async with running(tmp_path, wall) as node:
        await take_in(node, DistressReceived(text="da", receipt="A"), wall.at)
        found = Pasts(node)
        await found.at(wall.at, Known.YES)

        await until(lambda: found.size == 0)


async def test_words_that_are_gone_are_gone_from_a_past_that_somebody_has_looked_at(tmp_path: Path, wall: Wall) -> None:
    async with running(tmp_path, wall) as node:
        name = await take_in(node, DistressReceived(text="Frau M.", box="71-01", receipt="A"), wall.at)
        found = Pasts(node)
        before = await found.at(wall.at, Known.YES)
        record = await node.log.at(1)
        assert record is not None
        blank = dataclasses.replace(record, encoded=words.blank(record.encoded))
        await node.log.append(Job((), replaced=(blank,)))
        node.replace((blank,))

        after = await found.at(wall.at, Known.YES)

    assert [(each.id, each.call.text) for each in before.state.distresses()] == [(name, "Frau M.")]
    assert [(each.id, each.call.withheld) for each in after.state.distresses()] == [(name, True)]


async def test_a_disk_that_fails_while_times_are_corrected_costs_nothing_of_the_past(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, wall) as node:
        wrong = await take_in(node, DistressReceived(text="Uhr steht", receipt="A"), BEGIN - timedelta(days=3))
        moment = wall.on(60)
        found = Pasts(node)
        await found.at(moment, Known.NO)
        await node.record(TimeCorrected(wrong, moment), "hub")

        async def fail(_after: int, _limit: int) -> None:
            raise Unwritable("the disk")

        with monkeypatch.context() as failing:
            failing.setattr(node.log, "arrivals", fail)
            with pytest.raises(Unwritable):
                await found.at(moment, Known.NO)

        past = await found.at(moment, Known.NO)

    assert [each.id for each in past.state.distresses()] == [wrong]
