"""Two nodes and a link between them that loses, doubles and delays: they converge, whatever it does."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import shutil
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.log import folder
from crisis.log.file import FILE
from crisis.model import commands, contents, events
from crisis.model.event_bodies import DistressReceived, NoticePublished, ReportReceived
from crisis.sync.protocol import WINDOW_FRAMES
from tests.crisis.support.convergence import ids_of, until_converged
from tests.crisis.support.examples import ANNA, BERT, event, notice
from tests.crisis.support.log_jobs import job
from tests.crisis.support.lossy_link import linked
from tests.crisis.support.members import enrol
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow

HASTY = {"resend_seconds": 0.05, "heartbeat_seconds": 0.3}
PATIENT = {"resend_seconds": 5.0, "heartbeat_seconds": 0.3}  # more than a busy machine takes to check a frame


@pytest.fixture
async def hub(open_node: OpenNode) -> AsyncIterator[Node]:
    async with open_node("hub", **HASTY) as made:
        yield made


@pytest.fixture
async def box(open_node: OpenNode, hub: Node) -> AsyncIterator[Node]:
    """A member of the hub."""
    async with open_node("71-01", is_hub=False, **HASTY) as made:
        await enrol(hub, made)
        yield made


async def write(node: Node, count: int, text: str = "x") -> None:
    await asyncio.gather(*(node.receive(ReportReceived(text=f"{node.name} {n} {text}")) for n in range(count)))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nodes_converge_over_a_link_that_loses_doubles_and_delays(hub: Node, box: Node, seed: int) -> None:
    await write(hub, 200)
    await write(box, 100)

    async with linked(hub, box, loss=0.3, seed=seed):
        await write(hub, 25, "meanwhile")
        await write(box, 25, "meanwhile")
        await until_converged(hub, box)

    assert len(hub.state.reports()) == 350
    assert sorted(await ids_of(hub)) == sorted(await ids_of(box))


async def test_on_a_good_link_each_event_is_sent_once(open_node: OpenNode) -> None:
    async with open_node("hub", **PATIENT) as hub, open_node("71-01", is_hub=False, **PATIENT) as box:
        await enrol(hub, box)
        await write(hub, 400)
        await write(box, 300)

        async with linked(hub, box) as (down, up):
            await until_converged(hub, box)
            await until(lambda: all(peer.waiting == peer.missing == 0 for n in (hub, box) for peer in n.peers.values()))
            await asyncio.sleep(0.5)  # heartbeats

    assert len(down.events_sent()) == 401  # and the box's certificate
    assert len(up.events_sent()) == 300


async def test_nodes_that_have_converged_send_little(hub: Node, box: Node) -> None:
    await write(hub, 10)
    async with linked(hub, box) as (down, up):
        await until_converged(hub, box)
        await asyncio.sleep(0.4)
        before = len(down.sent) + len(up.sent)

        await asyncio.sleep(1.2)  # four heartbeats: a question and an answer each

        assert 4 <= len(down.sent) + len(up.sent) - before <= 10


async def test_nodes_that_met_before_go_on_where_they_were(open_node: OpenNode) -> None:
    async with open_node("hub", **PATIENT) as hub:
        async with open_node("71-01", is_hub=False, **PATIENT) as box:
            await enrol(hub, box)
            await write(hub, 100)
            async with linked(hub, box):
                await until_converged(hub, box)
                await until(lambda: all(not peer.waiting and not peer.missing for peer in hub.peers.values()))
        await write(hub, 5)

        async with open_node("71-01", is_hub=False, **PATIENT) as box, linked(hub, box) as (down, up):
            await until_converged(hub, box)

        assert len(down.events_sent()) == 5
        assert up.events_sent() == []


async def test_a_box_that_lost_its_log_gets_everything_back_its_own_too(
    open_node: OpenNode, hub: Node, tmp_path: Path
) -> None:
    async with open_node("71-01", is_hub=False, **HASTY) as box:
        await enrol(hub, box)
        async with linked(hub, box):
            await write(box, 40)
            await until_converged(hub, box)
    shutil.rmtree(tmp_path / "71-01")

    async with open_node("71-01", is_hub=False, **HASTY) as box:
        await enrol(hub, box)
        async with linked(hub, box):
            await until_converged(hub, box)

            assert {report.message.text for report in box.state.reports()} == {f"71-01 {n} x" for n in range(40)}


async def test_a_log_that_was_restored_from_a_backup_loses_nothing_old_or_new(
    open_node: OpenNode, hub: Node, tmp_path: Path
) -> None:
    async with open_node("71-01", is_hub=False, **HASTY) as box:
        await enrol(hub, box)
        await write(box, 20, "before the backup")
    shutil.copytree(tmp_path / "71-01" / folder.LOG, tmp_path / "backup")
    async with open_node("71-01", is_hub=False, **HASTY) as box, linked(hub, box):
        await write(box, 20, "after the backup")
        await until_converged(hub, box)
    shutil.rmtree(tmp_path / "71-01" / folder.LOG)
    (tmp_path / "backup").rename(tmp_path / "71-01" / folder.LOG)

    async with open_node("71-01", is_hub=False, **HASTY) as box:
        await write(box, 30, "after the restoration")  # on the places that had other events
        async with linked(hub, box):
            await until_converged(hub, box)
            await until(lambda: len(hub.state.reports()) == 70)

            assert len(box.state.reports()) == 70


async def test_what_a_damaged_log_lost_comes_back_from_the_other_node(hub: Node, box: Node, tmp_path: Path) -> None:
    await write(hub, 150, "x" * 200)
    await write(box, 150, "x" * 200)
    async with linked(hub, box):
        await until_converged(hub, box)
        before = sorted(await ids_of(hub))
        path = tmp_path / "71-01" / folder.LOG / FILE
        with sqlite3.connect(path) as other:  # so that the events are in the file
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        leaf = next(at for at in range(4096 * 20, path.stat().st_size, 4096) if path.read_bytes()[at] == 0x0D)
        with path.open("r+b") as file:
            file.seek(leaf)
            file.write(bytes(4096))

        lost = 301 - len(await box.log.after(0, 1_000))
        await box.receive(ReportReceived(text="after the damage"))
        await until(lambda: len(hub.state.reports()) == 301)
        await until(lambda: box.log.head >= 302 + lost)
        found = [len(set(await ids_of(node))) for node in (hub, box)]

    assert lost > 0
    assert found == [302, 302]  # and the box's certificate
    assert set(before) <= set(await ids_of(box))


async def test_a_hub_that_lost_its_log_gets_it_back_from_its_boxes_its_own_words_too(
    open_node: OpenNode, tmp_path: Path
) -> None:
    async with open_node("71-01", is_hub=False, **HASTY) as box:
        async with open_node("hub", **HASTY) as hub:
            await enrol(hub, box)
            async with linked(hub, box):
                await hub.act(commands.PutNotice(uuid4(), notice()), ANNA)
                await write(hub, 10)
                await write(box, 20)
                await until_converged(hub, box)
        shutil.rmtree(tmp_path / "hub" / folder.LOG)

        async with open_node("hub", **HASTY) as hub, linked(hub, box):
            await until_converged(hub, box)

            assert len(hub.state.notices()) == 1
            said = {report.message.text for report in hub.state.reports()}
            assert said == {f"71-01 {n} x" for n in range(20)} | {f"hub {n} x" for n in range(10)}
            assert hub.held == {}


async def test_frames_stay_under_64_kib_and_a_peer_that_is_away_costs_a_window(hub: Node, box: Node) -> None:
    for number in range(60):
        await box.receive(ReportReceived(text=f"{number}" + "ط" * 7_000))

    async with linked(hub, box, loss=1.0) as (_, up):
        await asyncio.sleep(1.0)
        with_events = [payload for payload in up.sent if json.loads(payload)["events"]]

    assert len(with_events) == WINDOW_FRAMES
    assert max(map(len, with_events)) <= 64 * 1024


async def test_calls_for_help_overtake_a_long_backlog(hub: Node, box: Node) -> None:
    await write(box, 2_000, "x" * 500)
    await box.receive(DistressReceived(text="Rauch"))

    async with linked(hub, box):
        await until(lambda: bool(hub.state.distresses()))

        assert len(hub.state.reports()) < 2_000
        await until_converged(hub, box)


async def test_a_call_during_a_long_backlog_overtakes_it_too(hub: Node, box: Node) -> None:
    await write(box, 2_000, "x" * 500)
    async with linked(hub, box):
        await until(lambda: bool(hub.state.reports()))
        await box.receive(DistressReceived(text="Rauch"))

        await until(lambda: bool(hub.state.distresses()))

        assert len(hub.state.reports()) < 2_000


async def test_events_of_kinds_that_nobody_knows_reach_every_node(hub: Node, box: Node) -> None:
    strange = events.EncodedEvent(uuid4(), "hub", 1_767_422_700_000, "anna", "drone_launched", '{"height":40,"v":3}')
    strange = hub.identity.sign(strange)
    await hub.log.append(job(strange))

    async with linked(hub, box):
        await until_converged(hub, box)

    assert strange in [record.encoded for record in await box.log.after(0, 10)]
    assert box.state.unread == 1


async def test_times_that_cannot_be_right_end_the_same_on_both_sides(hub: Node, box: Node) -> None:
    name = uuid4()
    async with linked(hub, box):
        await hub.act(commands.PutNotice(name, notice()), ANNA)
        await until_converged(hub, box)
    later = event(NoticePublished(name, {"area": "71-01"}), node="71-01", actor="anna")
    later = dataclasses.replace(later, at=hub.now() + timedelta(hours=20))
    await box.keep(later)
    async with linked(hub, box):
        await until(lambda: len(hub.state.history(name)) == 2)
        await until_converged(hub, box)
        await hub.act(commands.PutNotice(name, notice(area="71-02")), BERT)
        await until_converged(hub, box)

    assert box.state.notices()[0].content.area == "71-02"
    assert box.state.history(name) == hub.state.history(name)


async def test_a_notice_of_the_year_2038_is_held_aside_and_its_box_believes_it_no_more(hub: Node, box: Node) -> None:
    name = uuid4()
    from_2038 = event(NoticePublished(name, contents.fields_of(notice())), 12 * 365 * 86_400, node="71-01")
    await box.keep(from_2038)
    async with linked(hub, box):
        await until(lambda: from_2038.id in hub.held)
        await until(lambda: box.state.is_corrected(from_2038.id))
        await box.act(commands.PutNotice(uuid4(), notice("Jetzt")), ANNA)
        await until(lambda: bool(hub.state.notices()))

    assert [found.content.texts["de"].headline for found in hub.state.notices()] == ["Jetzt"]
    assert hub.held[from_2038.id].reason == "bad_time"


async def test_a_peer_that_comes_and_goes_does_not_fill_the_broker(hub: Node, box: Node) -> None:
    for number in range(60):
        await box.receive(ReportReceived(text=f"{number}" + "x" * 9_000))

    async with linked(hub, box, loss=1.0) as (_, up):
        for _ in range(4):
            await asyncio.sleep(0.25)
            up.connected.clear()
            await asyncio.sleep(0.25)
            up.connected.set()

        assert len([payload for payload in up.sent if json.loads(payload)["events"]]) == WINDOW_FRAMES


async def test_a_call_reaches_the_broker_also_while_the_window_is_full(hub: Node, box: Node) -> None:
    for number in range(60):
        await box.receive(ReportReceived(text=f"{number}" + "x" * 9_000))

    async with linked(hub, box, loss=1.0) as (_, up):
        await until(lambda: len(up.events_sent()) > 30)
        answer = await box.receive(DistressReceived(text="Rauch"))

        await until(lambda: str(answer.id) in up.events_sent())
