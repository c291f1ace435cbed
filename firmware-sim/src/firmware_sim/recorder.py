"""Measuring: what the sensors show becomes messages in the outbox. Knows nothing of any network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware_sim import curves, wire
from firmware_sim.clock import Clock
from firmware_sim.errors import Unwritable
from firmware_sim.notices import Kind
from firmware_sim.outbox import Entry, Outcome, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware_sim.commits import Commits
    from firmware_sim.notices import Notices
    from firmware_sim.pacing import Name
    from firmware_sim.settings import BoxSettings

_AHEAD_MOST_MS = 240_000  # the hub rejects what is 5 minutes ahead of it
_FULL_BYTES = wire.MAX_PAYLOAD_BYTES - 4_096  # a message of this size takes no further measurement


@dataclass(slots=True)
class _Draft:
    """A message that is still being filled. Every measurement in it is on disk as soon as it is taken."""

    seq: int
    samples: list[wire.Sample] = field(default_factory=list)
    measurements: int = 0
    readings: int = 0
    saved_readings: int = 0


class Recorder:
    """The measurements of one box since one boot (`name` is both). `on_saved` hears of every commit."""

    def __init__(
        self,
        name: tuple[str, str],
        settings: BoxSettings,
        commits: Commits,
        notices: Notices,
        on_saved: Callable[[Outcome], None],
    ) -> None:
        self._box, self._boot = name
        self._settings = settings
        self.clock = Clock(settings.clock_jumps)
        self._commits = commits
        self._notices = notices
        self._on_saved = on_saved
        self._draft = _Draft(seq=1)
        self._last_at_ms = 0
        self._known_ms = 0  # the newest measured time of an earlier run: by the start it had passed
        self._is_dropping = False
        # Could not be written, and is not entered in the books yet.
        self.lost_messages = 0
        self.lost_readings = 0

    @property
    def draft(self) -> Name:
        """The message that is still being filled: not to be sent yet."""
        return (self._boot, self._draft.seq)

    async def open(self) -> None:
        """Go on after the newest measured time of an earlier run. Raises Unwritable."""
        self._last_at_ms = self._known_ms = await self._commits.submit(lambda outbox: outbox.last_at(self._box))

    async def take(self, *, is_last: bool) -> Waiting | None:
        """Measure once, and return when that is on disk: with the message, when this completes it.

        Where the disk takes nothing, what is lost is counted (`lost_*`), said, and None comes back.
        """
        draft, at_ms = self._draft, self._next_at_ms()
        for source, values in curves.measure(self._settings.seed, self._box, at_ms).items():
            draft.samples.append(wire.Sample(at_ms, source, values))
            draft.readings += len(values)
        draft.measurements += 1
        text = wire.samples(draft.samples)
        is_full = draft.measurements >= self._settings.measurements_per_message or len(text) > _FULL_BYTES
        order = await self._save(draft, text)
        if not (is_full or is_last):
            return None
        self._draft = _Draft(seq=draft.seq + 1)  # not before the commit: until then the disk may hold less of it
        if order is None:
            self.lost_messages += 0 if draft.saved_readings else 1  # what was saved of it is sent from disk
            self.lost_readings += draft.readings - draft.saved_readings
            return None
        return Waiting(order, (self._boot, draft.seq), text)

    async def _save(self, draft: _Draft, text: str) -> int | None:
        """Put the draft as it is on disk; None when the disk takes nothing."""
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
            # Not by the clock: one that jumps ahead would make everything that waits too old to be kept.
            now_ms = self.clock.steady_ms(self._known_ms)
            outcome = await self._commits.submit(lambda outbox: outbox.put(entry, now_ms))
        except Unwritable as error:
            self._say_dropping(Kind.FULL, str(error))
            return None
        draft.saved_readings = draft.readings
        self.lost_messages = self.lost_readings = 0
        if outcome.dropped:
            self._say_dropping(Kind.DROPPING, "the outbox is at its limit, the oldest go first")
        elif self._is_dropping:
            self._is_dropping = False
            self._notices.say(Kind.KEEPING, self._box)
        self._on_saved(outcome)
        return outcome.order

    def _next_at_ms(self) -> int:
        """The measured time: the clock's, but always later than the last one, also across restarts."""
        now_ms = self.clock.now_ms()
        if self._last_at_ms - now_ms > _AHEAD_MOST_MS:
            self._notices.say(Kind.CLOCK, self._box, "measured times start again from the clock")
            self._last_at_ms = 0
        self._last_at_ms = max(now_ms, self._last_at_ms + 1)
        return self._last_at_ms

    def _say_dropping(self, kind: Kind, detail: str) -> None:
        """Say it once for as long as it lasts; how much it is stands in the books."""
        if not self._is_dropping:
            self._is_dropping = True
            self._notices.say(kind, self._box, detail)
