"""A call for help at a box on one core: alone, and while a crowd looks and events come.

Viewers, phones, whoever writes and whoever calls are processes of their own on another core, so that no answer is slow
because the one who measures is busy.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.rig import servers
from benchmarks.rig.polling import poll
from crisis.accounts import sessions, store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from benchmarks.crisis import Hub

VIEWERS = 20  # of the situation page: each has its stream, and fetches it again as often as its script may
PHONES = 500
VIEWER_SECONDS, PHONE_SECONDS = 0.4, 15.0  # between the requests of a viewer, of a phone on its page
EVENTS_A_SECOND = 50
# Between two calls, at random: so they meet every phase of what comes at regular times.
CALLS_APART_SECONDS = (0.04, 0.1)
ROUNDS = 5
LIMIT = 1.2
_SETTLE_SECONDS = 4.0
_AREA = "71-01"
_POINTS = 10  # places of help that change in turn

Call = tuple[float, float]  # when it was begun and answered: times of time.perf_counter


@dataclass(slots=True)
class Found:
    """The calls that were made alone and in the crowd, how busy the box was then, and what the crowd saw."""

    alone: list[Call] = field(default_factory=list)
    crowded: list[Call] = field(default_factory=list)
    shares_alone: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    crowd: dict[str, Any] = field(default_factory=dict)


def measure(boxes: Callable[[], AbstractContextManager[tuple[Hub, Path]]], seconds: float, rounds: int) -> Found:
    """Make calls alone and in the crowd, in turns, at a new box in each round, and print how long they took."""
    found = Found()
    for number in range(rounds):
        with boxes() as (box, folder):
            time.sleep(_SETTLE_SECONDS)  # it compiles its templates after the start
            pinned = _Pinned(box, folder)
            for is_crowded in (False, True) if number % 2 else (True, False):
                turn = pinned.in_the_crowd if is_crowded else pinned.alone
                turn(found, seconds)
    _print(found, rounds)
    return found


class _Pinned:
    """A box on one core, with the sessions of two accounts; everybody else is on another core."""

    def __init__(self, box: Hub, folder: Path) -> None:
        with store.opened(folder) as kept:
            terms = sessions.Terms(timedelta(hours=1), timedelta(hours=1))
            # One account may have ten streams.
            self._cookies = [
                f"kiezbox_staff={sessions.begin(kept, name, datetime.now(UTC), terms)}" for name in ("dana", "ewa")
            ]
        cores = sorted(os.sched_getaffinity(0))
        self._core = cores[-1]
        for thread in psutil.Process(box.process.pid).threads():
            os.sched_setaffinity(thread.id, {cores[0]})
            if thread.id != box.process.pid and os.sched_getscheduler(thread.id) == os.SCHED_FIFO:
                _let_go_first(thread.id)
        self._box = box
        self._process = psutil.Process(box.process.pid)

    def alone(self, found: Found, seconds: float) -> None:
        """Calls while nobody else asks for anything."""
        calls, share = self._calls(seconds)
        found.alone += calls
        found.shares_alone.append(share)

    def in_the_crowd(self, found: Found, seconds: float) -> None:
        """Calls while viewers, phones and events come."""
        port, headers = self._box.port, json.dumps(dict(self._box.headers))
        crowd = {
            name: _begin(self._core, name, port, seconds + 2 * _SETTLE_SECONDS, *more)
            for name, more in {"viewers": self._cookies, "phones": [], "events": [headers]}.items()
        }
        time.sleep(_SETTLE_SECONDS)
        calls, share = self._calls(seconds)
        found.crowded += calls
        found.shares.append(share)
        found.crowd = {name: json.loads(each.communicate()[0]) for name, each in crowd.items()}

    def _calls(self, seconds: float) -> tuple[list[Call], float]:
        """The calls of one turn, and which share of its core the box used meanwhile."""
        used, began = _cpu_seconds(self._process), time.perf_counter()
        with _begin(self._core, "calls", self._box.port, seconds) as process:
            calls = [(began_at, ended_at) for began_at, ended_at in json.loads(process.communicate()[0])]
        return calls, (_cpu_seconds(self._process) - used) / (time.perf_counter() - began)


def _print(found: Found, rounds: int) -> None:
    print(f"\nPOST /crisis/distress at a box on one core: alone, and with {VIEWERS} viewers of /crisis/lage,")
    print(f"{PHONES} phones and {EVENTS_A_SECOND} events a second ({found.crowd['events']:.0f} written),", end=" ")
    print(f"{rounds} rounds, {len(found.alone)} and {len(found.crowded)} calls")
    both = [[(ended - began) * 1000 for began, ended in calls] for calls in (found.alone, found.crowded)]
    for title, share in (("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99)):
        alone, crowded = (statistics.quantiles(each, n=100, method="inclusive")[share - 1] for each in both)
        limit = f"   (limit {LIMIT})" if title == "p95" else ""
        print(f"  {title} {alone:.1f} ms and {crowded:.1f} ms: {crowded / alone:.2f}{limit}")
    alone, crowded = statistics.mean(found.shares_alone), statistics.mean(found.shares)
    print(f"  the box uses {alone:.0%} of its core alone, {crowded:.0%} in the crowd")
    for title in ("viewers", "phones"):
        print(f"  {title:<8} {found.crowd[title]}")


def _let_go_first(thread: int) -> None:
    """In real time (`chrt -f 20`), where no other program disturbs: let a thread that wakes run at once.

    Linux's usual scheduler does so with threads that sleep most of the time; that for real time does not.
    """
    os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(os.sched_getparam(thread).sched_priority + 1))


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _begin(core: int, what: str, port: int, seconds: float, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.rig.crowd", what, str(core), str(port), str(seconds), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=servers.ROOT)


# -- the processes -----------------------------------------------------------------------------------------------------


def _calls(port: int, seconds: float) -> list[Call]:
    """When each call was begun and answered; every one comes from a phone that connects for it."""
    with contextlib.suppress(PermissionError):  # measured as well as it can be without the right
        os.nice(-15)
    found: list[Call] = []
    pauses = random.Random(7)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        body = json.dumps({"kind": "help", "text": f"Aufzug steckt fest {len(found)}"})
        began = time.perf_counter()
        phone = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        phone.request("POST", "/crisis/distress", body, {"Content-Type": "application/json"})
        answer = phone.getresponse()
        answer.read()
        found.append((began, time.perf_counter()))
        phone.close()
        assert answer.status == 201, answer.status
        time.sleep(pauses.uniform(*CALLS_APART_SECONDS))
    return found


async def _viewers(port: int, seconds: float, cookies: Sequence[str]) -> str:
    """Each fetches the page again like its script, which has the ETag, and listens to its stream."""
    streams = [asyncio.create_task(_listen(port, cookie)) for cookie in cookies for _ in range(VIEWERS // len(cookies))]
    headers = {"Cookie": cookies[0], "X-Refresh": "1", "Accept-Encoding": "gzip"}
    polled = await poll(port, "/crisis/lage", VIEWERS, seconds, pause_seconds=VIEWER_SECONDS, headers=headers)
    heard = [stream.done() for stream in streams]
    for stream in streams:
        stream.cancel()
    return f"{polled.summary(seconds)}   streams that ended: {sum(heard)}"


async def _listen(port: int, cookie: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(f"GET /crisis/lage/stream HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\n\r\n".encode())
        while await reader.read(65_536):
            pass


async def _phones(port: int, seconds: float) -> str:
    """Each from an address of its own, as in the Wi-Fi of a box."""
    headers = {"Accept-Encoding": "gzip"}
    polled = await poll(
        port, "/crisis", PHONES, seconds, pause_seconds=PHONE_SECONDS, headers=headers, own_addresses=True
    )
    return polled.summary(seconds)


def _events(port: int, seconds: float, headers: Mapping[str, str]) -> float:
    """Write events of staff. How many a second were written."""
    names, written, began = [uuid.uuid4() for _ in range(_POINTS)], 0, time.perf_counter()
    staff = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() - began < seconds:
        point = {"kind": "kat_leuchtturm", "name": f"Rathaus {written}", "area": _AREA, "open_now": True}
        staff.request(
            "PUT",
            f"/crisis/points/{names[written % _POINTS]}",
            json.dumps(point),
            {**headers, "Content-Type": "application/json"},
        )
        answer = staff.getresponse()
        answer.read()
        assert answer.status < 300, answer.status
        written += 1
        time.sleep(max(0.0, began + written / EVENTS_A_SECOND - time.perf_counter()))
    return written / (time.perf_counter() - began)


def main() -> None:
    """Be one of the processes: `what core port seconds ...`."""
    what, core, port, seconds, *more = sys.argv[1:]
    os.sched_setaffinity(0, {int(core)})
    found: Any
    match what:
        case "calls":
            found = _calls(int(port), float(seconds))
        case "viewers":
            found = asyncio.run(_viewers(int(port), float(seconds), more))
        case "phones":
            found = asyncio.run(_phones(int(port), float(seconds)))
        case _:
            found = _events(int(port), float(seconds), json.loads(more[0]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
