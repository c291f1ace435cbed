"""Measuring: values of the sensors become messages in the outbox, with no network involved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware_sim import sensors, wire
from firmware_sim.clock import Clock
from firmware_sim.errors import OutboxWriteError
from firmware_sim.journal import Kind
from firmware_sim.outbox import Entry, Outcome, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware_sim.group_commit import GroupCommit
    from firmware_sim.journal import Journal
    from firmware_sim.pacing import Name
    from firmware_sim.settings import BoxSettings

_AHEAD_MOST_MS = 240_000  # the hub rejects what is 5 minutes ahead of it
_WHOLE_SECONDS_FROM = 5.0  # seconds between measurements
_FULL_BYTES = wire.MAX_PAYLOAD_BYTES - 4_096  # a message of this size takes no further measurement


@dataclass(slots=True)
class _Draft:
    """A message that is still being filled. Each of its measurements is on disk as soon as it is taken."""

    seq: int
    samples: list[wire.Sample] = field(default_factory=list)
    measurements: int = 0
    readings: int = 0
    saved_readings: int = 0


class Recorder:
    """The measurements of one box since one boot (`name` is both). `on_saved` is called after every commit."""

    def __init__(
        self,
        name: tuple[str, str],
        settings: BoxSettings,
        group_commit: GroupCommit,
        journal: Journal,
        on_saved: Callable[[Outcome], None],
    ) -> None:
        self._box, self._boot = name
        self._settings = settings
        self.clock = Clock(settings.clock_jumps)
        self._group_commit = group_commit
        self._journal = journal
        self._on_saved = on_saved
        self._draft = _Draft(seq=1)
        self._last_at_ms = 0
        self._known_ms = 0  # the newest measured time of an earlier run: it had passed before this start
        self._is_dropping = False
        # Could not be written, and is not counted in the ledger yet.
        self.lost_messages = 0
        self.lost_readings = 0

    @property
    def draft(self) -> Name:
        """The message that is still being filled: not to be sent yet."""
        return (self._boot, self._draft.seq)

    async def open(self) -> None:
        """Continue after the newest measured time of an earlier run. Raises OutboxWriteError."""
        self._last_at_ms = self._known_ms = await self._group_commit.submit(lambda outbox: outbox.last_at(self._box))

    async def take(self, *, is_last: bool) -> Waiting | None:
        """Measure once, and return when the measurement is on disk: the message if it is complete now, else None.

        When the disk takes nothing, the loss is counted (`lost_*`) and noted, and None is returned.
        """
        draft, at_ms = self._draft, self._next_at_ms()
        for source, values in sensors.measure(self._settings.seed, self._box, at_ms).items():
            draft.samples.append(wire.Sample(at_ms, source, values))
            draft.readings += len(values)
        draft.measurements += 1
        text = wire.samples(draft.samples)
        is_full = draft.measurements >= self._settings.measurements_per_message or len(text) > _FULL_BYTES
        order = await self._save(draft, text)
        if not (is_full or is_last):
            return None
        self._draft = _Draft(seq=draft.seq + 1)  # only after the commit: until then the message on disk may be shorter
        if order is None:
            self.lost_messages += 0 if draft.saved_readings else 1  # its saved part is sent from disk
            self.lost_readings += draft.readings - draft.saved_readings
            return None
        return Waiting(order, (self._boot, draft.seq), text)

    async def _save(self, draft: _Draft, text: str) -> int | None:
        """Write the draft as it is to disk. Returns its order, or None when the disk takes nothing."""
        entry = Entry(
            box=self._box,
            boot=self._boot,
            seq=draft.seq,
            first_at_ms=draft.samples[0].at_ms,
            last_at_ms=draft.samples[-1].at_ms,
            readings=draft.readings,
            samples=text,
            lost_messages=self.lost_messages,
            lost_readings=self.lost_readings,
        )
        try:
            # Not the clock's time: a clock that jumps ahead would make every waiting message too old to keep.
            now_ms = self.clock.steady_ms(self._known_ms)
            outcome = await self._group_commit.submit(lambda outbox: outbox.put(entry, now_ms))
        except OutboxWriteError as error:
            self._say_dropping(Kind.FULL, str(error))
            return None
        draft.saved_readings = draft.readings
        self.lost_messages = self.lost_readings = 0
        if outcome.dropped:
            self._say_dropping(Kind.DROPPING, "the outbox is at its limit, the oldest go first")
        elif self._is_dropping:
            self._is_dropping = False
            self._journal.note(Kind.KEEPING, self._box)
        self._on_saved(outcome)
        return outcome.order

    def _next_at_ms(self) -> int:
        """The measured time: the clock's, but always later than the last measured time, also across restarts.

        In whole seconds where measurements are far enough apart: the milliseconds of a temperature say nothing, and
        take a hub more room than the temperature.
        """
        now_ms = self.clock.now_ms()
        if self._settings.interval_seconds >= _WHOLE_SECONDS_FROM:
            now_ms -= now_ms % 1000
        if self._last_at_ms - now_ms > _AHEAD_MOST_MS:
            self._journal.note(Kind.CLOCK, self._box, "measured times start again from the clock")
            self._last_at_ms = 0
        self._last_at_ms = max(now_ms, self._last_at_ms + 1)
        return self._last_at_ms

    def _say_dropping(self, kind: Kind, detail: str) -> None:
        """Note the loss once for as long as it lasts; the ledger counts how much is lost."""
        if not self._is_dropping:
            self._is_dropping = True
            self._journal.note(kind, self._box, detail)
