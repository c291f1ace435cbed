"""What signatures cost: checking a log, a frame, a node's start with a long log. Ratios in the same run.

python -m benchmarks.trust [--events 10000] [--old FOLDER]

`--old`: a checkout of the version before; then both versions start in turns with the same events.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmarks.rig import servers
from crisis import node as nodes
from crisis.log.file import Item, Job
from crisis.model import event_bodies, events
from crisis.model.event_bodies import ReportReceived
from crisis.sync import acceptance
from crisis.trust import certificates, sealed_box, signatures
from crisis.trust.admission import Sender
from crisis.trust.directory import Directory
from crisis.trust.keys import SigningKey
from kiezbox.settings import CrisisSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crisis.model.events import EncodedEvent

_BOX = SigningKey(b"b" * 32)
_PAGE = 256
STARTS = 7


def _events(count: int) -> list[EncodedEvent]:
    ids, now = events.Ids(), datetime.now(UTC)
    made = []
    for number in range(count):
        body = ReportReceived(text=f"Im Keller steht Wasser, Hausnummer {number}", people=number % 5, box="71-01")
        name = ids.next(event_bodies.milliseconds(now))
        made.append(events.encode(events.Event(name, "71-01", now, "resident", "report_received", body)))
    return made


def signing(found: Sequence[EncodedEvent]) -> list[EncodedEvent]:
    """Signing and checking, without anything around it."""
    started = time.process_time()
    signed = [signatures.signed(each, _BOX, 7) for each in found]
    signing_seconds, started = time.process_time() - started, time.process_time()
    assert all(signatures.is_valid(each, _BOX.public) for each in signed)
    seconds = time.process_time() - started
    print(f"sign {len(found):,} events    {signing_seconds:6.2f} s of processor")
    print(f"check {len(found):,} events   {seconds:6.2f} s of processor   (limit 2 s for 10,000)")
    return signed


async def taking(signed: Sequence[EncodedEvent], folder: Path) -> None:
    """Frames of signed events, checked and kept by a hub; beside the same without any check."""
    settings = Settings(role="hub", crisis=CrisisSettings(folder=folder / "hub"))
    async with nodes.opened(settings) as hub:
        assert hub.identity.key is not None
        own = certificates.for_box("71-01", ("district-71",), _BOX.public, sealed_box.public_of(_BOX), 0)
        at = hub.now()
        body = event_bodies.NodeCertified("71-01", certificates.issue(own, hub.identity.key))
        hub.directory.apply(hub.event(body, "hub", nodes.clock.Stamp(at)))
        again = [signatures.signed(each, _BOX, own.serial) for each in signed]
        started = time.perf_counter()
        for start in range(0, len(again), _PAGE):
            await acceptance.take(hub, again[start : start + _PAGE], "71-01/x", Sender("71-01", own))
        checked = time.perf_counter() - started
        assert hub.log.head == len(again)
    settings = Settings(role="hub", crisis=CrisisSettings(folder=folder / "other"))
    async with nodes.opened(settings) as hub:
        started = time.perf_counter()
        for start in range(0, len(signed), _PAGE):
            page = signed[start : start + _PAGE]
            await hub.log.append(Job(tuple(Item(each, 1, "71-01/x") for each in page)))
        kept = time.perf_counter() - started
    print(f"checked and kept         {checked:6.2f} s   kept only {kept:6.2f} s   ratio {checked / kept:.2f}")
    assert Directory().root is None


@contextlib.contextmanager
def _box(tree: Path, folder: Path) -> Iterator[tuple[float, psutil.Process]]:
    """A box's process of a checkout, and the seconds until it answered."""
    port = servers.unused_port()
    own = {
        "KIEZBOX_ROLE": "box",
        "KIEZBOX_CRISIS_NODE": "71-01",
        "KIEZBOX_CRISIS_FOLDER": str(folder),
        "KIEZBOX_API_PORT": str(port),
        "KIEZBOX_MQTT_PORT": str(servers.unused_port()),
        "KIEZBOX_LOG_LEVEL": "error",
        "PYTHONPATH": str(tree),
    }
    started = time.perf_counter()
    command = [sys.executable, "-m", "stack.cli", "api"]
    with subprocess.Popen(command, cwd=tree, env={**os.environ, **own}) as process:
        try:
            servers.wait_for(lambda: _answers(port), "the box")
            yield time.perf_counter() - started, psutil.Process(process.pid)
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    import urllib.error  # noqa: PLC0415 -- only here
    import urllib.request  # noqa: PLC0415 -- only here

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/crisis/bulletin", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def starts(found: Sequence[EncodedEvent], folder: Path, old: Path | None) -> None:
    """A box with this log: start to first answer, and memory; both versions in turns."""
    trees = {"this version": servers.ROOT} | ({} if old is None else {"the version before": old})
    seconds: dict[str, list[float]] = {name: [] for name in trees}
    work: dict[str, list[float]] = {name: [] for name in trees}  # of the processor: a busy machine changes it less
    memory: dict[str, list[float]] = {name: [] for name in trees}
    for name, tree in trees.items():
        _fill(tree, folder / name.replace(" ", "-"), found)
    for number in range(STARTS + 1):
        for name, tree in trees.items():
            with _box(tree, folder / name.replace(" ", "-")) as (took, process):
                if number:  # the first compiles
                    seconds[name].append(took)
                    spent = process.cpu_times()
                    work[name].append(spent.user + spent.system)
                    memory[name].append(process.memory_info().rss / 1e6)
    for name in trees:
        took, spent_seconds, most = statistics.median(seconds[name]), statistics.median(work[name]), max(memory[name])
        print(
            f"box with {len(found):,} events, {name:<20} start {took:5.2f} s, processor {spent_seconds:5.2f} s", end=""
        )
        print(f"   memory {most:4.0f} MB (limit 120)")
    if old is not None:
        for what, found_seconds in (("starts", seconds), ("processor", work)):
            before, after = (statistics.median(found_seconds[name]) for name in ("the version before", "this version"))
            print(f"ratio of the {what} {after / before:.2f} (limit 1.2)")


def _fill(tree: Path, folder: Path, found: Sequence[EncodedEvent]) -> None:
    """Write the events with the code of a checkout."""
    code = (
        "import asyncio, json, sys\n"
        "try:\n"
        "    from crisis.log import log as logs; from crisis.log.file import Item, Job\n"
        "    from crisis.model import events\n"
        "except ImportError:\n"
        "    from crisis import events, log as logs; from crisis.disk import Item, Job\n"
        "from pathlib import Path\n"
        "async def main():\n"
        "    with logs.opened(Path(sys.argv[1]), 0) as log:\n"
        "        for line in sys.stdin:\n"
        "            made = [events.from_json(each) for each in json.loads(line)]\n"
        "            await log.append(Job(tuple(Item(each, 1, 'hub/x') for each in made)))\n"
        "asyncio.run(main())\n"
    )
    import json  # noqa: PLC0415 -- only here

    pages = [found[start : start + 500] for start in range(0, len(found), 500)]
    lines = "\n".join(json.dumps([events.to_json(each) for each in page]) for page in pages)
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-c", code, str(folder)]
    subprocess.run(command, input=lines, text=True, check=True, cwd=tree, env=environment)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--old", type=Path, help="a checkout of the version before, to start in turns with this one")
    options = parser.parse_args()
    found = _events(options.events)
    signed = signing(found)
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-", ignore_cleanup_errors=True) as name:
        asyncio.run(taking(signed, Path(name)))
        starts(signed, Path(name), options.old)


if __name__ == "__main__":
    main()
