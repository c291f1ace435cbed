"""A node that is started on a disk that takes nothing: it serves what is there, and goes on when the disk does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.crisis.auth import accounts as desk
from crisis import node as nodes
from crisis.accounts import accounts, sessions, store
from crisis.accounts.sessions import Terms
from crisis.log import folder, memory_copy
from crisis.log.errors import Full, NotKept, Unwritable
from crisis.log.file import FILE
from crisis.model.commands import Person
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.roles import Role
from kiezbox.errors import OperatorError
from tests.crisis.conftest import settings_of
from tests.system.chaos.support import disks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiezbox.settings import Settings
    from tests.system.chaos.support.disks import Disk

pytestmark = pytest.mark.slow

MEGABYTES = 2


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Disk]:
    """A disk of its own."""
    reason = disks.reason_for_none()
    if reason is not None:
        pytest.skip(reason)
    with disks.disk(tmp_path / "disk", MEGABYTES) as made:
        yield made


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the copies are, in place of the folder that all programs share."""
    made = tmp_path / "memory"
    made.mkdir()
    monkeypatch.setattr(memory_copy, "_MEMORY", made)
    return made


def of(disk: Disk) -> Settings:
    """A box whose log is on this disk, and which keeps no room on it for calls."""
    return settings_of("71-01", disk.folder, reserve_mib=0)


def is_given_back(memory: Path) -> bool:
    """Whether no copy is left."""
    return not any(memory.iterdir())


def remount(disk: Disk, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk.folder)], check=True, capture_output=True)


def write(place: Path, *texts: str) -> None:
    """A node keeps reports, and its power fails: they are in the write-ahead log."""
    subprocess.run([sys.executable, "-m", "tests.crisis.power", str(place), *texts], check=True)


async def test_a_node_on_a_read_only_disk_serves_what_is_there_and_then_goes_on(small: Disk, memory: Path) -> None:
    write(small.folder, "before")
    remount(small, "ro")
    async with nodes.opened(of(small)) as node:
        name = node.log.id
        seen = [report.said.text for report in node.state.reports()]
        listed = await node.history()
        with pytest.raises(Unwritable):
            await node.receive(DistressReceived(text="during"))
        remount(small, "rw")
        answer = await node.receive(DistressReceived(text="after"))
        again = await node.history()

    async with nodes.opened(of(small)) as node:
        assert node.log.id == name
        assert [call.id for call in node.state.distresses()] == [answer.id]
        assert [report.said.text for report in node.state.reports()] == ["before"]
    assert seen == ["before"]
    assert [len(listed), len(again)] == [1, 2]
    assert is_given_back(memory)


async def test_a_node_on_a_full_disk_serves_what_is_there_and_then_goes_on(small: Disk, memory: Path) -> None:
    write(small.folder, "before")
    async with small.full(), contextlib.AsyncExitStack() as running:
        node = await running.enter_async_context(nodes.opened(of(small)))
        seen = [report.said.text for report in node.state.reports()]
        with pytest.raises(Full):
            await node.receive(DistressReceived(text="during"))
        outlasting = running.pop_all()
    async with outlasting:
        answer = await node.receive(DistressReceived(text="after"))

    async with nodes.opened(of(small)) as node:
        assert [call.id for call in node.state.distresses()] == [answer.id]
    assert seen == ["before"]
    assert is_given_back(memory)


async def test_a_first_start_on_a_full_disk_serves_an_empty_page(small: Disk) -> None:
    (small.folder / "71-01").mkdir()
    async with small.full(), nodes.opened(of(small)) as node:
        with pytest.raises(Full):
            await node.receive(ReportReceived(text="during"))

        assert node.state.reports() == ()


async def test_of_a_damaged_log_on_a_read_only_disk_the_rest_is_served(small: Disk, memory: Path) -> None:
    write(small.folder, "one", "two", "three")
    async with nodes.opened(of(small)):
        pass  # moves the write-ahead log into the file
    path = small.folder / "71-01" / folder.LOG / FILE
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"owt"'))
    remount(small, "ro")

    async with nodes.opened(of(small)) as node:
        assert sorted(report.said.text for report in node.state.reports()) == ["one", "three"]
    assert not list((small.folder / "71-01").glob("log.damaged-*"))
    assert is_given_back(memory)


async def test_two_nodes_cannot_share_a_read_only_folder(small: Disk) -> None:
    write(small.folder, "before")
    remount(small, "ro")
    async with nodes.opened(of(small)):
        with pytest.raises(OperatorError, match="already writes the crisis log"):
            async with nodes.opened(of(small)):
                pass


# -- accounts --------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 1, 3, 6, 45, tzinfo=UTC)
TERMS = Terms(timedelta(hours=8), timedelta(hours=24))


def test_who_is_signed_in_stays_so_on_a_read_only_disk_and_nobody_else_can(small: Disk, memory: Path) -> None:
    with store.opened(small.folder) as found:
        accounts.add(found, "anna", Role.OPERATOR, None, NOW)
        secret = sessions.begin(found, "anna", NOW, TERMS)
        token = sessions.add_token(found, "anna", "wall", NOW, None)
    remount(small, "ro")

    with store.opened(small.folder) as found:
        session = sessions.find(found, secret, NOW + timedelta(hours=1), TERMS)
        person = sessions.bearer(found, token, NOW)
        with pytest.raises(Unwritable):
            sessions.begin(found, "anna", NOW, TERMS)
        with pytest.raises(Unwritable):
            accounts.add(found, "bert", Role.OPERATOR, None, NOW)
        assert found.is_copy

    assert session is not None
    assert session.person == person == Person("anna", Role.OPERATOR)
    assert is_given_back(memory)


async def test_the_desk_of_a_full_disk_goes_on_when_there_is_room(small: Disk) -> None:
    async with nodes.opened(of(small)) as node:
        with store.opened(node.settings.folder) as found:
            accounts.add(found, "anna", Role.OPERATOR, None, NOW)
            token = sessions.add_token(found, "anna", "wall", NOW, None)
        async with desk.opened(node) as at:
            async with small.full():
                during = await at.run(sessions.bearer, token, NOW)
                with pytest.raises(NotKept):
                    await at.run(sessions.begin, "anna", NOW, TERMS)
            secret = await at.run(sessions.begin, "anna", NOW, TERMS)
            after = await at.run(sessions.find, secret, NOW, TERMS)

    assert during == Person("anna", Role.OPERATOR)
    assert after is not None


def test_without_accounts_a_read_only_disk_is_the_error_that_it_is(small: Disk) -> None:
    remount(small, "ro")

    with pytest.raises(OSError, match="Read-only"):
        store.open_book(small.folder)


def test_what_a_killed_process_left_is_taken_away_and_what_a_living_one_has_is_not(memory: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for process in (gone.pid, os.getppid()):
        (memory / f"kiezbox-crisis-{process}-x").mkdir()

    memory_copy.leave(memory_copy.copy([]))

    assert [path.name for path in memory.iterdir()] == [f"kiezbox-crisis-{os.getppid()}-x"]


def test_a_copy_has_the_files_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")

    made = memory_copy.copy([tmp_path / "a", tmp_path / "none"])
    names = [path.name for path in made.iterdir()]
    memory_copy.leave(made)

    assert names == ["a"]
    assert not made.exists()
