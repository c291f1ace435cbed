"""`kiezbox up` as a process, started as people start it."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.conftest import unused_port

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

HANGING_SECONDS = 90.0  # what has not happened by then counts as never


def wait_for(what: str, is_so: Callable[[], bool]) -> None:
    """Return as soon as `is_so` is true; fails the test after HANGING_SECONDS."""
    deadline = time.monotonic() + HANGING_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"never happened: {what}")
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Up:
    """A running `kiezbox up`."""

    process: subprocess.Popen[bytes]
    data: Path
    output: Path
    http: int
    mqtt: int
    box_http: int

    @property
    def lines(self) -> list[str]:
        """The lines of its output so far."""
        return self.output.read_text(encoding="utf-8", errors="replace").splitlines()

    def has(self, text: str) -> bool:
        """Whether a line of its output contains `text`."""
        return any(text in line for line in self.lines)

    def get(self, path: str) -> Any:
        """The JSON with which its API answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=30) as answer:
            return json.load(answer)

    def psql(self, statements: str) -> str:
        """What its database answers, unaligned."""
        (database,) = [line for line in self.lines if line.startswith("  database")]
        asked = [*shlex.split(database.removeprefix("  database")), "-Atqc", statements]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def processes(self) -> list[psutil.Process]:
        """The process and all processes that it has started."""
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]

    def listening(self) -> list[tuple[str, int]]:
        """Where its processes listen over TCP: address and port. One that ends meanwhile listens nowhere."""
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                connections = process.net_connections("tcp")
                found += [(*each.laddr,) for each in connections if each.status == psutil.CONN_LISTEN]
        return found

    def child(self, *words: str) -> psutil.Process:
        """The direct child whose command line contains these words."""
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if set(words) <= {word.rsplit("/", 1)[-1] for word in process.cmdline()}:
                    return process
        pytest.fail(f"no child runs {words}")

    def listener(self, port: int) -> psutil.Process:
        """The direct child that listens on this port."""
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                connections = process.net_connections("tcp")
                if any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections):
                    return process
        pytest.fail(f"nobody listens on {port}")

    def wait_until_running(self) -> None:
        """Return when it reports that everything runs."""

        def is_running() -> bool:
            if self.process.poll() is not None:
                pytest.fail("it ended:\n" + "\n".join(self.lines))
            return self.has("Kiezbox is running.")

        wait_for("all is up", is_running)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, wait for the end: the exit code."""
        self.process.send_signal(number)
        return self.process.wait(HANGING_SECONDS)


OURS = (sys.executable, "-m", "stack.cli")


def command(
    data: Path, http: int, mqtt: int | str, *arguments: str, box_http: int | None = None, kiezbox: Sequence[str] = OURS
) -> list[str]:
    """The command line of `kiezbox up`; without a box node when that has no port."""
    box = ("--no-box",) if box_http is None else ("--box-http", str(box_http))
    return [*kiezbox, "up", "--data", str(data), "--http", str(http), "--mqtt", str(mqtt), *box, *arguments]


@contextlib.contextmanager
def up(
    data: Path,
    *arguments: str,
    user: int | None = None,
    environment: dict[str, str] | None = None,
    kiezbox: Sequence[str] = OURS,
    folder: Path | None = None,
    has_box: bool = False,
    mqtt_host: str = "127.0.0.1",
    mqtt_port: int | None = None,
    umask: int = -1,
    without: Collection[str] = (),
) -> Iterator[Up]:
    """`kiezbox up`, running; killed at the end of the block. `without` these variables of our environment."""
    http, mqtt, box_http = unused_port(), mqtt_port or unused_port(), unused_port()
    output = data.with_name(f"{data.name}.{http}.output")
    with (
        output.open("wb") as sink,
        subprocess.Popen(
            command(
                data,
                http,
                f"{mqtt_host}:{mqtt}",
                *arguments,
                box_http=box_http if has_box else None,
                kiezbox=kiezbox,
            ),
            cwd=folder,
            stdout=sink,
            stderr=sink,
            stdin=subprocess.DEVNULL,
            user=user,
            extra_groups=None if user is None else [],
            env={name: value for name, value in os.environ.items() if name not in without} | (environment or {}),
            umask=umask,
        ) as process,
    ):
        running = Up(process, data, output, http, mqtt, box_http)
        try:
            running.wait_until_running()
            yield running
        finally:
            process.kill()


def all_ended(processes: list[psutil.Process]) -> bool:
    """Whether all of these processes have ended."""
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)
