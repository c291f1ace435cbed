"""A program that kills writers of a log, again and again.

`python -m tests.crisis.support.kill_writers FOLDER KILLS SEED`. Each writer is a fork of this process, which is small
and has one thread. It writes to a pipe what was accepted, and is killed by SIGKILL at a random moment: while it opens
the log, writes, syncs, or moves the write-ahead log into the file.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from pathlib import Path
from uuid import UUID, uuid4

from crisis.log import file, folder
from crisis.log.file import Item, Job, LogFile
from crisis.model.events import EncodedEvent

JOB_EVENTS = 3
_ID_BYTES = 16
_MOMENT_SECONDS = 0.012


def job() -> Job:
    """Three events that name each other: all of them may be kept, or none. Some are larger than a page."""
    names = [uuid4() for _ in range(JOB_EVENTS)]
    text = "x" * random.choice([10, 500, 9_000])
    body = json.dumps({"job": [str(name) for name in names], "text": text})
    return Job(tuple(Item(EncodedEvent(name, "hub", 1, "anna", "report_received", body), 1) for name in names))


def write_for_ever(place: Path, accepted: int) -> None:
    """Keep jobs until somebody kills us, and say which were accepted."""
    with folder.locked(place):
        log = LogFile(place / folder.LOG) if (place / folder.LOG / file.FILE).exists() else folder.open_log(place)[0]
        while True:
            results = log.write([job() for _ in range(random.randint(1, 3))])
            os.write(accepted, b"".join(result.id.bytes for job_results in results for result in job_results))


def kill_one(place: Path, *, is_at_work: bool) -> list[UUID]:
    """Let a writer live for a moment, from its start or from the first thing it kept; what it said was accepted."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            write_for_ever(place, writing)
        finally:
            os._exit(3)  # it does not end by itself
    os.close(writing)
    if is_at_work:
        select.select([reading], [], [])
    time.sleep(random.uniform(0, _MOMENT_SECONDS))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit("a writer ended by itself")
    said = bytearray()
    while data := os.read(reading, 65536):
        said += data
    os.close(reading)
    return [UUID(bytes=bytes(said[at : at + _ID_BYTES])) for at in range(0, len(said), _ID_BYTES)]


def main() -> None:
    """Kill so many writers; print how many were killed, and every accepted id."""
    place, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    random.seed(seed)
    accepted: list[UUID] = []
    for number in range(kills):
        accepted += kill_one(place, is_at_work=number % 5 > 0)
    sys.stdout.write(json.dumps({"killed": kills, "accepted": [str(name) for name in accepted]}))


if __name__ == "__main__":
    main()
