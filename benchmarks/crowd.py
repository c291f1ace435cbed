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
import statistics
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.rig import servers
from benchmarks.rig.polling import poll
from crisis.accounts import sessions, store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.crisis import Hub

VIEWERS = 20  # of the situation page: each has its stream, and fetches it again as often as its script may
PHONES = 500
VIEWER_SECONDS, PHONE_SECONDS = 0.4, 15.0  # between the requests of a viewer, of a phone on its page
EVENTS_A_SECOND = 50
CALLS_APART_SECONDS = 0.05
ROUNDS = 3
LIMIT = 1.2
_SETTLE_SECONDS = 4.0
_AREA = "71-01"


def measure(box: Hub, folder: Path, seconds: float) -> None:
    """Print how long a call takes alone and in the crowd, in turns."""
    with store.opened(folder) as kept:
        terms = sessions.Terms(timedelta(hours=1), timedelta(hours=1))
        # One account may have ten streams.
        cookies = [f"kiezbox_staff={sessions.begin(kept, name, datetime.now(UTC), terms)}" for name in ("dana", "ewa")]
    first, other = _cores()
    for thread in psutil.Process(box.process.pid).threads():
        os.sched_setaffinity(thread.id, {first})
    process = psutil.Process(box.process.pid)
    alone, crowded, shares, found = [], [], [], {}
    for _ in range(ROUNDS):
        alone += _ask(other, "calls", box.port, seconds)
        waits = {
            name: _begin(other, name, box.port, seconds + 2 * _SETTLE_SECONDS, *more)
            for name, more in {
                "viewers": cookies,
                "phones": [],
                "events": [json.dumps(dict(box.headers))],
            }.items()
        }
        time.sleep(_SETTLE_SECONDS)
        used, began = _cpu_seconds(process), time.perf_counter()
        crowded += _ask(other, "calls", box.port, seconds)
        shares.append((_cpu_seconds(process) - used) / (time.perf_counter() - began))
        found = {name: json.loads(wait.communicate()[0]) for name, wait in waits.items()}
    print(f"\nPOST /crisis/distress at a box on one core: alone, and with {VIEWERS} viewers of /crisis/lage,")
    print(f"{PHONES} phones and {EVENTS_A_SECOND} events a second ({found['events']:.0f} written), {ROUNDS} rounds")
    for title, share in (("p50", 10), ("p95", 19)):
        both = [statistics.quantiles(each, n=20, method="inclusive")[share - 1] for each in (alone, crowded)]
        limit = f"   (limit {LIMIT})" if title == "p95" else ""
        print(f"  {title} {both[0]:.1f} ms and {both[1]:.1f} ms: {both[1] / both[0]:.2f}{limit}")
    print(f"  the box uses {statistics.mean(shares):.0%} of its core in the crowd")
    for title in ("viewers", "phones"):
        print(f"  {title:<8} {found[title]}")


def _cores() -> tuple[int, int]:
    cores = sorted(os.sched_getaffinity(0))
    return cores[0], cores[-1]


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _begin(core: int, what: str, port: int, seconds: float, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.crowd", what, str(core), str(port), str(seconds), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=servers.ROOT)


def _ask(core: int, what: str, port: int, seconds: float) -> Any:
    with _begin(core, what, port, seconds) as process:
        return json.loads(process.communicate()[0])


# -- the processes -----------------------------------------------------------------------------------------------------


def _calls(port: int, seconds: float) -> list[float]:
    """Milliseconds of each call; every one comes from a phone that connects for it."""
    with contextlib.suppress(PermissionError):  # measured as well as it can be without the right
        os.nice(-15)
    found = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        body = json.dumps({"kind": "help", "text": f"Aufzug steckt fest {len(found)}"})
        began = time.perf_counter()
        phone = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        phone.request("POST", "/crisis/distress", body, {"Content-Type": "application/json"})
        answer = phone.getresponse()
        answer.read()
        found.append((time.perf_counter() - began) * 1000)
        phone.close()
        assert answer.status == 201, answer.status
        time.sleep(CALLS_APART_SECONDS)
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
    name, written, began = uuid.uuid4(), 0, time.perf_counter()
    staff = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() - began < seconds:
        point = {"kind": "kat_leuchtturm", "name": f"Rathaus {written}", "area": _AREA, "open_now": True}
        staff.request(
            "PUT", f"/crisis/points/{name}", json.dumps(point), {**headers, "Content-Type": "application/json"}
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
