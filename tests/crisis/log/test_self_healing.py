"""A log that recovers by itself: damage while it runs, and a disk that is unwritable when a node starts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from crisis import node as nodes
from crisis.log import file, folder
from crisis.log import log as logs
from crisis.log.errors import Full, Unwritable
from crisis.model.event_bodies import DistressReceived, ReportReceived
from kiezbox.errors import OperatorError
from tests.crisis.support import small_disk
from tests.crisis.support.damage import EVENTS, LEAF, file_of, is_part, opened_again, overwrite, pages_of
from tests.crisis.support.log_jobs import encoded, job
from tests.crisis.support.small_disk import is_empty, remount, settings_on, write_and_lose_power

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.model.events import EncodedEvent
    from tests.system.chaos.support.disks import Disk

_NO_RESERVE = 0


def test_a_recovered_log_has_another_name_and_goes_on(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    with folder.locked(tmp_path):
        found, _ = folder.open_log(tmp_path)
        before = found.log
        found.close()
    overwrite(file_of(tmp_path), pages_of(file_of(tmp_path), LEAF)[2] * 4096, bytes(4096))
    _, _, after = opened_again(tmp_path)

    with folder.locked(tmp_path):
        log, recovery = folder.open_log(tmp_path)
        results = log.write([job(encoded("next"))])
        log.close()

    assert before != after
    assert recovery is None
    assert results[0][0].seq == EVENTS + 1
    assert len(filled) == EVENTS


async def test_damage_while_the_log_is_open_is_recovered_and_readers_go_on(
    tmp_path: Path, filled: list[EncodedEvent]
) -> None:
    with logs.opened(tmp_path, _NO_RESERVE) as log:
        before = log.id
        overwrite(file_of(tmp_path), pages_of(file_of(tmp_path), LEAF)[4] * 4096, bytes(4096))

        found = await log.after(0, 1_000)
        results = await log.append(job(encoded("next")))

        assert log.recovery is not None
        assert before != log.id
    assert EVENTS - 30 < len(found) < EVENTS
    assert results[0].is_new
    assert is_part([record.encoded for record in found], filled)


@pytest.fixture
def small(tmp_path: Path, memory: Path) -> Iterator[Disk]:
    """A disk of its own; copies of what is on it go into `memory`."""
    assert memory.is_dir()
    with small_disk.mounted(tmp_path / "disk") as made:
        yield made


@pytest.mark.slow
async def test_a_node_on_a_read_only_disk_serves_what_is_there_and_then_goes_on(small: Disk, memory: Path) -> None:
    write_and_lose_power(small.folder, "before")
    remount(small, "ro")
    async with nodes.opened(settings_on(small)) as node:
        name = node.log.id
        seen = [report.message.text for report in node.state.reports()]
        listed = await node.history()
        with pytest.raises(Unwritable):
            await node.receive(DistressReceived(text="during"))
        remount(small, "rw")
        answer = await node.receive(DistressReceived(text="after"))
        again = await node.history()

    async with nodes.opened(settings_on(small)) as node:
        assert node.log.id == name
        assert [call.id for call in node.state.distresses()] == [answer.id]
        assert [report.message.text for report in node.state.reports()] == ["before"]
    assert seen == ["before"]
    assert [len(listed), len(again)] == [1, 2]
    assert is_empty(memory)


@pytest.mark.slow
async def test_a_node_on_a_full_disk_serves_what_is_there_and_then_goes_on(small: Disk, memory: Path) -> None:
    write_and_lose_power(small.folder, "before")
    async with small.full(), contextlib.AsyncExitStack() as running:
        node = await running.enter_async_context(nodes.opened(settings_on(small)))
        seen = [report.message.text for report in node.state.reports()]
        with pytest.raises(Full):
            await node.receive(DistressReceived(text="during"))
        outlasting = running.pop_all()
    async with outlasting:
        answer = await node.receive(DistressReceived(text="after"))

    async with nodes.opened(settings_on(small)) as node:
        assert [call.id for call in node.state.distresses()] == [answer.id]
    assert seen == ["before"]
    assert is_empty(memory)


@pytest.mark.slow
async def test_a_first_start_on_a_full_disk_serves_an_empty_page(small: Disk) -> None:
    (small.folder / "71-01").mkdir()
    async with small.full(), nodes.opened(settings_on(small)) as node:
        with pytest.raises(Full):
            await node.receive(ReportReceived(text="during"))

        assert node.state.reports() == ()


@pytest.mark.slow
async def test_of_a_damaged_log_on_a_read_only_disk_the_rest_is_served(small: Disk, memory: Path) -> None:
    write_and_lose_power(small.folder, "one", "two", "three")
    async with nodes.opened(settings_on(small)):
        pass  # moves the write-ahead log into the file
    path = small.folder / "71-01" / folder.LOG / file.FILE
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"owt"'))
    remount(small, "ro")

    async with nodes.opened(settings_on(small)) as node:
        assert sorted(report.message.text for report in node.state.reports()) == ["one", "three"]
    assert not list((small.folder / "71-01").glob("log.damaged-*"))
    assert is_empty(memory)


@pytest.mark.slow
async def test_two_nodes_cannot_share_a_read_only_folder(small: Disk) -> None:
    write_and_lose_power(small.folder, "before")
    remount(small, "ro")
    async with nodes.opened(settings_on(small)):
        with pytest.raises(OperatorError, match="already writes the crisis log"):
            async with nodes.opened(settings_on(small)):
                pass
