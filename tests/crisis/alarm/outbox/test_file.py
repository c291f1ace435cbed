"""The outbox's file on a disk that takes nothing for a while: nothing is lost, and it goes back by itself."""

from __future__ import annotations

import concurrent.futures
import contextlib
import errno
import resource
import shutil
import signal
import sqlite3
from typing import TYPE_CHECKING, Any

from crisis.alarm.channel import Sort
from crisis.alarm.outbox import file as outbox_file
from crisis.alarm.outbox import requests
from crisis.alarm.outbox.file import OutboxFile
from crisis.alarm.outbox.outbox import FILE
from crisis.log import memory_copy, sqlite
from crisis.log.errors import Full
from crisis.model.event_bodies import DistressReceived
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from crisis.node import Node

LARGE = "x" * 200_000
PLAN = """
[channels.push]
[people.anna]
push = "a"
[chains.call]
steps = [{after_minutes = 0, to = ["anna"]}]
"""


@contextlib.contextmanager
def full_disk(most: int = 65_536) -> Iterator[None]:
    """The operating system lets no file of ours grow beyond this, as a disk without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def where(file: OutboxFile) -> str:
    return "memory" if file.is_in_memory else "disk"


def put(file: OutboxFile, name: str, value: str) -> None:
    file.run(
        lambda connection: connection.execute("INSERT OR REPLACE INTO meta VALUES (:n, :v)", {"n": name, "v": value})
    )


def names(connection: sqlite3.Connection) -> list[Any]:
    return [name for (name,) in connection.execute("SELECT name FROM meta ORDER BY name")]


def on_disk(path: Path) -> list[Any]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return names(connection)


def test_it_goes_on_in_memory_and_back_to_the_disk_with_all_that_happened(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, seconds = tmp_path / FILE, Seconds()
    file = OutboxFile(path, seconds)
    put(file, "before", "1")
    with full_disk():
        put(file, "large", LARGE)
        put(file, "meanwhile", "2")
        assert where(file) == "memory"
        seconds.now += outbox_file.RETURN_SECONDS + 1
        put(file, "still full", "3")
        assert where(file) == "memory"
        assert on_disk(path) == ["before"]
    put(file, "not tried yet", "4")
    assert where(file) == "memory"
    seconds.now += outbox_file.RETURN_MAX_SECONDS
    put(file, "after", "5")

    assert where(file) == "disk"
    assert on_disk(path) == ["after", "before", "large", "meanwhile", "not tried yet", "still full"]
    assert "is on the disk again" in caplog.text
    file.close(lambda _connection: None)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_the_disk_has_is_known_to_a_node_that_starts_while_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / FILE
    first = OutboxFile(path)
    put(first, "secret", "1")
    with contextlib.closing(sqlite3.connect(path)) as other:
        names(other)
        shutil.copytree(tmp_path, tmp_path / "killed")  # with its write-ahead log, as after SIGKILL
    path = tmp_path / "killed" / FILE

    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "make_private", full)
        file = OutboxFile(path)
        assert where(file) == "memory"
        assert file.run(names) == ["secret"]
        put(file, "meanwhile", "2")
    file.close(lambda connection: connection.execute("INSERT INTO meta VALUES ('clock', '3')"))
    first.close(lambda _connection: None)

    assert on_disk(path) == ["clock", "meanwhile", "secret"]


def test_of_a_file_that_could_not_be_read_one_copy_lies_aside_however_often_the_disk_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, seconds = tmp_path / FILE, Seconds()
    first = OutboxFile(path)
    put(first, "secret", "1")
    first.close(lambda _connection: None)

    def full(*_: object, **__: object) -> None:
        raise Full("no space left")

    def unreadable(_paths: object) -> None:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "connect", full)  # a file can be made on a full disk, and nothing be written to it
        patch.setattr(memory_copy, "copy", unreadable)
        file = OutboxFile(path, seconds)
        for number in range(3):
            seconds.now += outbox_file.RETURN_MAX_SECONDS + 1
            put(file, f"meanwhile {number}", "2")
        assert where(file) == "memory"
    seconds.now += outbox_file.RETURN_MAX_SECONDS + 1
    put(file, "after", "3")

    assert where(file) == "disk"
    aside = [
        each for each in tmp_path.iterdir() if ".before-" in each.name and not each.name.endswith(("-wal", "-shm"))
    ]
    assert [on_disk(each) for each in aside] == [["secret"]]
    assert "what it held before lies aside" in caplog.text
    assert "nothing is lost" not in caplog.text
    file.close(lambda _connection: None)


def test_a_request_that_a_command_left_meanwhile_is_not_lost(tmp_path: Path) -> None:
    path, seconds = tmp_path / FILE, Seconds()
    file = OutboxFile(path, seconds)
    with full_disk():
        put(file, "large", LARGE)
    with contextlib.closing(sqlite3.connect(path)) as command:
        command.execute("INSERT INTO request (id, request) VALUES (x'01', '{}')")
        command.commit()
    seconds.now += outbox_file.RETURN_MAX_SECONDS
    found = file.run(lambda connection: connection.execute("SELECT request FROM request").fetchall())

    assert found == [("{}",)]
    assert requests.SUMMARY not in file.run(names)
    file.close(lambda _connection: None)


def into_memory(file: OutboxFile) -> None:
    """As when the disk has taken nothing, and is to be tried again at once."""
    file._connection = file._in_memory(file._connection)
    file._back_at = 0.0


def test_no_request_is_lost_while_the_outbox_goes_back_to_the_disk(tmp_path: Path) -> None:
    path, number = tmp_path / FILE, 3000
    file = OutboxFile(path, Seconds())
    put(file, "large", LARGE * 10)  # so that it takes a while

    def leave() -> None:
        with contextlib.closing(sqlite.connect(path, read_only=False)) as command:
            for each in range(number):
                command.execute("INSERT INTO request (id, request) VALUES (:id, '{}')", {"id": each.to_bytes(2)})

    with concurrent.futures.ThreadPoolExecutor() as threads:
        work = threads.submit(leave)
        while not work.done():
            into_memory(file)
            put(file, "x", "y")
            assert where(file) == "disk"
        work.result()
    found = file.run(lambda connection: connection.execute("SELECT count(*) FROM request").fetchone())
    file.close(lambda _connection: None)

    assert found == (number,)


def test_what_was_done_in_memory_is_answered_and_what_a_command_took_back_does_not_come_again(tmp_path: Path) -> None:
    path = tmp_path / FILE
    file = OutboxFile(path, Seconds())
    for name in ("x'01'", "x'02'"):
        file.run(lambda connection, name=name: connection.execute(f"INSERT INTO request VALUES ({name}, '{{}}', NULL)"))  # type: ignore[misc]  # a loop's value
    into_memory(file)
    file._back_at = 1e9
    file.run(lambda connection: connection.execute("UPDATE request SET answer = 'done'"))
    with contextlib.closing(sqlite.connect(path, read_only=False)) as command:
        command.execute("DELETE FROM request WHERE id = x'02'")
    file._back_at = 0.0
    found = file.run(lambda connection: connection.execute("SELECT id, answer FROM request").fetchall())
    file.close(lambda _connection: None)

    assert found == [(b"\x01", "done")]


def test_a_disk_that_is_full_again_at_once_is_left_alone_for_longer(tmp_path: Path) -> None:
    seconds = Seconds()
    file = OutboxFile(tmp_path / FILE, seconds)
    pauses = []
    for number in range(3):
        with full_disk():
            put(file, f"large{number}", LARGE)
        assert where(file) == "memory"
        pauses.append(file._back_at - seconds.now)
        seconds.now = file._back_at
        put(file, "x", "y")
        assert where(file) == "disk"
    file.close(lambda _connection: None)

    assert pauses == [30.0, 60.0, 120.0]


async def test_back_on_the_disk_nobody_is_told_again_and_after_a_restart_neither(node: Node) -> None:
    push = KeepingChannel("push")
    async with speaking(node, push, plan=PLAN) as alarms:
        await alarms.look()
        outbox = alarms.service.outbox
        outbox._file._connection.execute("PRAGMA max_page_count = 1")
        for number in range(40):  # more than fit into the pages that the file has
            await node.receive(DistressReceived(text=f"Anruf {number}", box="71-01"))
        await alarms.look(1)
        assert outbox.is_in_memory
        told = len(push.sent)
        outbox._file._back_at = 0.0
        await alarms.look(1)
        assert list(on_disk(node.settings.folder / FILE))
        assert len(push.sent) == told
        secret = outbox.secret
        saved = outbox.clock.state()
    again = KeepingChannel("push")
    async with speaking(node, again, plan=PLAN, steady=alarms.clock) as alarms:
        alarms.service.outbox.clock = type(alarms.service.outbox.clock)(saved, lambda: 0, alarms.clock, boot=1)
        await alarms.look()
        assert alarms.service.outbox.secret == secret

    assert [each for each in again.sent if each.sort in {Sort.ALARM, Sort.COUNT}] == []
