"""A log from before events were checked: which of its events cannot be, so that a node starts without them.

One correction or notice of the year 9999 moved a node's time there, and every page answered 500. Our own clock is a bad
judge at a start: a box without power for its clock begins in 1970. So an event is set aside only when it is later than
every clock that we know of, and when no correction of the hub makes it harmless.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crisis import clock
from crisis.log.records import HeldEvent
from crisis.model import event_bodies
from crisis.model.event_bodies import TimeCorrected
from crisis.trust import rights
from crisis.trust.rights import Reason
from devices import readings

if TYPE_CHECKING:
    from crisis.log.records import LogRecord
    from crisis.model.events import Event
    from crisis.state.state import State

_NEVER = datetime(2100, 1, 1, tzinfo=UTC)


class Suspects:
    """Collects what is doubtful while the log is read; `cleared` then says what may be folded all the same."""

    def __init__(self, unchecked: int, wall: datetime) -> None:
        self._unchecked = unchecked  # up to this place in the log nothing was checked when it arrived
        self._wall = wall
        self._wall_ms = event_bodies.milliseconds(wall + clock.AHEAD_MAX)
        self._received_ms = 0
        self._found: list[tuple[LogRecord, Event]] = []
        self.poison: list[HeldEvent] = []

    def is_one(self, record: LogRecord, event: Event) -> bool:
        """Whether the event is to wait until the whole log was read."""
        if record.seq > self._unchecked:
            return False
        self._received_ms = max(self._received_ms, record.received_ms)
        if record.encoded.kind not in rights.BOUNDED or _latest_ms(event, record) <= self._wall_ms:
            return False
        self._found.append((record, event))
        return True

    def cleared(self, state: State) -> list[tuple[LogRecord, Event]]:
        """Those that may be folded; the others are `poison` afterwards. `state` is that of all other events."""
        if not self._found:
            return []
        wall = self._wall if self._wall >= clock.RELEASED_AT else _NEVER
        horizon = max(wall, min(readings.moment(self._received_ms), _NEVER))
        good = []
        # Corrections first: they say which of the others count at another time.
        for record, event in sorted(self._found, key=lambda each: not isinstance(each[1].body, TimeCorrected)):
            is_correction = isinstance(event.body, TimeCorrected)
            is_bounded = _latest_ms(event, record) <= event_bodies.milliseconds(horizon + clock.AHEAD_MAX)
            if is_bounded or (not is_correction and state.is_corrected(event.id)):
                good.append((record, event))
            else:
                self.poison.append(HeldEvent(record.encoded, Reason.BAD_TIME, "", record.received_ms))
        return good


def _latest_ms(event: Event, record: LogRecord) -> int:
    """The latest time that the event would bring into the state."""
    if isinstance(event.body, TimeCorrected):
        return max(record.encoded.at_ms, event_bodies.milliseconds(event.body.at))
    return record.encoded.at_ms
