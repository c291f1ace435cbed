"""A log from before events were checked starts without what cannot be, and says what it has set aside."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.log import folder
from crisis.log import log as logs
from crisis.log.file import UNCHECKED, Item, Job
from crisis.model import commands, contents, event_bodies, events
from crisis.model.event_bodies import DistressReceived, ModeSet, NoticePublished, TimeCorrected
from crisis.sync import taking_over
from devices.readings import Mode
from tests.crisis.support.examples import ANNA, event, notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.model.event_bodies import Body
    from crisis.model.events import Event
    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

YEAR_9999 = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
CALL, NOTICE = uuid4(), uuid4()


def made(body: Body, at: datetime, name: object = None) -> Event:
    found = event(body, node="71-02")
    return dataclasses.replace(found, at=at, id=name or found.id)  # type: ignore[arg-type]  # a UUID, if anything


async def write(place: Path, name: str, *found: Event, received: datetime) -> None:
    """A log of the version before with these events: nobody has checked them."""
    (place / name).mkdir()
    with logs.opened(place / name, 0) as log:
        received_ms = event_bodies.milliseconds(received)
        items = tuple(Item(events.encode(each), received_ms, "71-02/x") for each in found)
        await log.append(Job(items, marks=((UNCHECKED, len(items)),)))


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("name", ["hub", "71-01"])
async def test_a_log_with_a_time_of_the_year_9999_starts_again_and_says_what_it_set_aside(
    open_node: OpenNode, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    poison = [
        made(TimeCorrected(CALL, YEAR_9999), now()),
        made(TimeCorrected(NOTICE, YEAR_9999), YEAR_9999),
        made(ModeSet("all", Mode.EMERGENCY), YEAR_9999),
        made(NoticePublished(uuid4(), contents.fields_of(notice("Evakuieren!"))), now() + timedelta(days=400)),
    ]
    good = [
        made(DistressReceived(text="Rauch"), now() - timedelta(hours=1), CALL),
        made(NoticePublished(NOTICE, contents.fields_of(notice())), now() - timedelta(hours=1)),
    ]
    await write(tmp_path, name, *poison, *good, received=now())

    async with open_node(name, is_hub=name == "hub") as node:
        await node.act(commands.PutNotice(NOTICE, notice("weiter")), ANNA)
        call = await node.receive(DistressReceived(text="Feuer"))

        assert set(node.held) == {each.id for each in poison}
        assert {held.reason for held in node.held.values()} == {"bad_time"}
        assert [found.content.texts["de"].headline for found in node.state.notices()] == ["weiter"]
        assert node.state.mode_at("all").mode is Mode.NORMAL
        assert {found.call.text for found in node.state.open_distresses()} == {"Rauch", "Feuer"}
        assert node.state.distress(call.id).received.at - now() < timedelta(minutes=1)  # type: ignore[union-attr]  # it is there
        assert abs(node.now() - now()) < timedelta(minutes=1)
    assert caplog.text.count("it is set aside, stays in the file, and counts for nothing") == 4
    assert (tmp_path / name / folder.LOG).is_dir()


async def test_on_a_box_without_a_clock_nothing_right_is_set_aside(
    open_node: OpenNode, tmp_path: Path, wall: Wall
) -> None:
    wall.ahead = datetime(1970, 1, 1, tzinfo=UTC) - now()
    right = [
        made(ModeSet("all", Mode.EMERGENCY), now()),
        made(NoticePublished(NOTICE, contents.fields_of(notice())), now() - timedelta(days=2)),
    ]
    await write(tmp_path, "71-01", *right, made(ModeSet("71-01", Mode.NORMAL), YEAR_9999), received=wall())

    async with open_node("71-01", is_hub=False, wall=wall) as box:
        assert box.state.mode_at("71-01").mode is Mode.EMERGENCY
        assert len(box.state.notices()) == 1
        assert len(box.held) == 1


async def test_an_act_of_a_clock_ahead_that_the_hub_has_corrected_counts_as_before(
    open_node: OpenNode, tmp_path: Path
) -> None:
    wrong = made(NoticePublished(NOTICE, contents.fields_of(notice())), now() + timedelta(days=1825))
    await write(tmp_path, "hub", made(TimeCorrected(wrong.id, now()), now()), wrong, received=now())

    async with open_node("hub") as hub:
        assert len(hub.state.notices()) == 1
        assert hub.held == {}
        assert abs(hub.now() - now()) < timedelta(minutes=1)


async def test_what_was_set_aside_is_not_signed_and_not_sent(open_node: OpenNode, tmp_path: Path) -> None:
    poison = made(ModeSet("all", Mode.EMERGENCY), YEAR_9999)
    good = made(NoticePublished(NOTICE, contents.fields_of(notice())), now() - timedelta(hours=1))
    await write(tmp_path, "hub", poison, good, received=now())

    async with open_node("hub") as hub:
        await taking_over.take_over(hub)

        serials = {record.encoded.id: record.encoded.serial for record in await hub.log.after(0, 10)}
        assert serials[poison.id] is None
        assert serials[good.id] is not None
