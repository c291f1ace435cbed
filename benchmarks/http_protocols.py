"""What our limits cost: processor time for each request with uvicorn's httptools, with ours over it, and with h11.

`python -m benchmarks.http_protocols`. All three serve the same box at the same time, each in a process of its own, and
are asked in turns: only the ratios count.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import gc
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api import server
from api.http.connections import protocol as protocols
from benchmarks.rig import servers
from kiezbox import process
from stack import startup
from stack.embedded.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

PROTOCOLS = ("httptools", "ours", "h11")
PATHS = ("/livez", "/crisis")
ROUNDS = 15
REQUESTS = 1_000  # of a round, on CONNECTIONS connections that stay open
CONNECTIONS = 10
_HEADERS = (
    "Host: 127.0.0.1",
    "User-Agent: Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language: de-DE,de;q=0.9,en;q=0.8",
    "Accept-Encoding: identity",
    "Cookie: kiezbox_lang=de",
    "Connection: keep-alive",
    "Upgrade-Insecure-Requests: 1",
)


@contextlib.contextmanager
def box(folder: Path, protocol: str) -> Iterator[tuple[int, psutil.Process]]:
    """The port and the process of a box that is served by this protocol."""
    folder.mkdir()
    port = servers.unused_port()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("KIEZBOX_")} | {
        "KIEZBOX_ROLE": "box",
        "KIEZBOX_CRISIS_NODE": "71-01",
        "KIEZBOX_CRISIS_FOLDER": str(folder / "crisis"),
        "KIEZBOX_API_PORT": str(port),
        "KIEZBOX_MQTT_PORT": str(servers.unused_port()),
        "KIEZBOX_LOG_LEVEL": "error",
    }
    command = (sys.executable, "-m", "benchmarks.http_protocols", "--serve", protocol)
    with servers.running(Program(protocol, command, variables), folder / "output") as started:
        servers.wait_for(lambda: _answers(port), protocol)
        yield port, psutil.Process(started.pid)


def serve(protocol: str) -> None:
    """Be a box that is served by this protocol."""
    other = {"httptools": HttpToolsProtocol, "h11": H11Protocol}.get(protocol)
    if other is not None:

        def without_limits(*given: Any, **named: Any) -> object:
            del named["open_connections"]
            return other(*given, **named)

        protocols.LimitedProtocol = without_limits  # type: ignore[assignment,misc]  # the server only calls it
    found = startup.begin()
    gc.disable()
    asyncio.run(process.run(functools.partial(server.serve, found), found.process.shutdown_seconds))


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        asyncio.run(_ask(port, "/livez", 1))
        return True
    return False


async def _ask(port: int, path: str, count: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = "\r\n".join((f"GET {path} HTTP/1.1", *_HEADERS, "", "")).encode()
    for _ in range(count):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
    writer.close()


async def _round(port: int, path: str) -> None:
    await asyncio.gather(*(_ask(port, path, REQUESTS // CONNECTIONS) for _ in range(CONNECTIONS)))


def _cpu_seconds(found: psutil.Process) -> float:
    times = found.cpu_times()
    return times.user + times.system


def compare(folder: Path, rounds: int) -> None:
    """Print the processor time of a request with each protocol, and its ratio to uvicorn's httptools."""
    with contextlib.ExitStack() as stack:
        boxes = {each: stack.enter_context(box(folder / each, each)) for each in PROTOCOLS}
        for path in PATHS:
            microseconds: dict[str, list[float]] = {each: [] for each in PROTOCOLS}
            for number in range(rounds + 1):
                for protocol in PROTOCOLS if number % 2 else reversed(PROTOCOLS):
                    port, running = boxes[protocol]
                    before = _cpu_seconds(running)
                    asyncio.run(_round(port, path))
                    if number:  # the first round warms up
                        microseconds[protocol].append((_cpu_seconds(running) - before) / REQUESTS * 1e6)
            for protocol, found in microseconds.items():
                ratio = statistics.median(
                    own / base for own, base in zip(found, microseconds["httptools"], strict=True)
                )
                print(f"{path:<10}{protocol:<12}{statistics.median(found):8.0f} us a request   {ratio:5.2f}")


def main() -> None:
    """Compare the protocols, or serve one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--serve", choices=PROTOCOLS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), given.rounds)


if __name__ == "__main__":
    main()
