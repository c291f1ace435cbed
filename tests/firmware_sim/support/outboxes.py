"""Outboxes for tests: messages, and what an earlier run left behind."""

from __future__ import annotations

import functools
from contextlib import closing
from typing import TYPE_CHECKING

from firmware_sim import wire
from firmware_sim.outbox import FILE, Entry, Outbox, Outcome
from firmware_sim.settings import OutboxLimits

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.ledger import Ledger

BOX, BOOT, NOW = "71-01", "5f0c9a1e", 1_763_853_600_000


def entry(
    seq: int, *, box: str = BOX, boot: str = BOOT, readings: int = 16, samples: str = "[1]", at: int = NOW
) -> Entry:
    return Entry(box=box, boot=boot, seq=seq, first_at_ms=at, last_at_ms=at, readings=readings, samples=samples)


def open_outbox(folder: Path, limits: OutboxLimits | None = None, warnings: list[str] | None = None) -> Outbox:
    heard = [] if warnings is None else warnings
    return Outbox(folder / FILE, limits or OutboxLimits(), heard.append)


def put(outbox: Outbox, *entries: Entry, now: int = NOW) -> list[Outcome]:
    return [outbox.transact([functools.partial(Outbox.put, entry=one, now_ms=now)])[0] for one in entries]


def settle(
    outbox: Outbox, stored: list[int], rejected: list[tuple[int, str]] | None = None, boot: str = BOOT
) -> Ledger:
    outcome: Outcome = outbox.transact([lambda box: box.settle(BOX, boot, stored, rejected or [], NOW)])[0]
    return outcome.ledger


def names(outbox: Outbox, box: str = BOX) -> list[tuple[str, int]]:
    return [waiting.name for waiting in outbox.oldest(box, 1_000_000)]


OLD_BOOT = "01d0b007"
FAR_MS = 4 * 10**12  # in the future: never too old


def leave(folder: Path, box: str, count: int) -> None:
    """What an earlier run left behind: messages 1 to `count` of another boot."""
    folder.mkdir(parents=True)
    with closing(open_outbox(folder)) as outbox:
        for seq in range(1, count + 1):
            samples = wire.samples([wire.Sample(1_763_853_600_000 + seq, "core", {"temperature_inside": seq})])
            entry = Entry(
                box=box, boot=OLD_BOOT, seq=seq, first_at_ms=4 * 10**12, last_at_ms=seq, readings=1, samples=samples
            )
            put(outbox, entry, now=entry.first_at_ms)
