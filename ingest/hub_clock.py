"""Whether the hub's own clock is behind, judged by boxes that know the time and by what is stored already. Pure.

A hub without a clock module starts after a power cut at some time in the past. To it every box is then far ahead, and
what it rejects for that the box deletes. So such messages wait while its own clock is in doubt (deferral.py).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from devices.readings import Clock, Message
from devices.wire import parsing
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from devices.quantities import Catalogue
    from kiezbox.mqtt import Delivery

LIMIT = timedelta(minutes=5)  # what a box may be ahead (devices/wire/times.py)
_RELEASED_AT = datetime(2025, 1, 1, tzinfo=UTC)  # no clock that runs this program can be right before
_BELIEVED_UNTIL = datetime(2125, 1, 1, tzinfo=UTC)  # a box that names a later time does not know it, whatever it says
_REMEMBERED_SECONDS = 900.0
_STEP_SECONDS = 60.0  # a change of the hub's clock beyond this makes all that boxes said of it void
_BOXES_MAX = 10_000


class HubClock:
    """Votes of boxes whose clock was set by NTP or GPS. `seconds` is the time of any steady clock."""

    def __init__(self, earliest: datetime | None = None, waiting_max: int = 1_000_000) -> None:
        self._earliest = max(earliest or _RELEASED_AT, _RELEASED_AT)  # the true time is later than this
        self._waiting_max = waiting_max
        self._ahead: dict[str, tuple[float, float]] = {}  # by how many seconds, and when it said so
        self._agreeing: dict[str, float] = {}  # when it said so
        self._offset_seconds: float | None = None
        self.waiting = 0  # messages that wait for the clock, as far as known
        self.skew_seconds = 0.0  # how far the hub is behind, as far as known; 0 while its clock is not in doubt

    def hear(self, message: Message, received_at: datetime, seconds: float) -> None:
        """Note what a message says of the hub's clock."""
        if message.clock not in (Clock.NTP, Clock.GPS) or message.box is None or (sent_at := message.sent_at) is None:
            return
        if sent_at > _BELIEVED_UNTIL:
            return
        offset_seconds = received_at.timestamp() - seconds
        if self._offset_seconds is not None and abs(offset_seconds - self._offset_seconds) > _STEP_SECONDS:
            self._ahead.clear()
            self._agreeing.clear()
        self._offset_seconds = offset_seconds
        skew = sent_at - received_at
        if skew > LIMIT:
            self._agreeing.pop(message.box, None)
            if len(self._ahead) < _BOXES_MAX:
                self._ahead[message.box] = skew.total_seconds(), seconds
        elif skew >= -LIMIT:
            self._ahead.pop(message.box, None)
            if len(self._agreeing) < _BOXES_MAX:
                self._agreeing[message.box] = seconds

    def judge(self, now: datetime, seconds: float) -> float:
        """How many seconds the hub is behind, as far as that is known; 0 while its clock is not in doubt.

        It is in doubt when more boxes that know the time are ahead of it than agree with it, and when it is before what
        was stored already or before this program was written and no box agrees with it.
        """
        since = seconds - _REMEMBERED_SECONDS
        self._ahead = {box: vote for box, vote in self._ahead.items() if vote[1] >= since}
        self._agreeing = {box: at for box, at in self._agreeing.items() if at >= since}
        behind = 0.0
        if len(self._ahead) > len(self._agreeing):
            skews = sorted(skew for skew, _ in self._ahead.values())
            behind = skews[len(skews) // 2]
        if not self._agreeing and self._earliest - now > LIMIT:
            behind = max(behind, (self._earliest - now).total_seconds())
        self.skew_seconds = behind
        return behind

    @property
    def is_confirmed(self) -> bool:
        """Whether boxes that know the time agree with the hub, so that nothing needs to wait for its clock."""
        return len(self._agreeing) > len(self._ahead)

    def due_at(self, delivery: Delivery, message: Message, catalogue: Catalogue, seconds: float) -> datetime | None:
        """When a message whose times are ahead of the hub can be stored, by the hub's clock; None: it need not wait."""
        # A status that is ahead is stored as it came, without a time: that the box is there cannot wait.
        if not any(item.reason is Reason.BAD_TIME and item.source != "status" for item in message.rejected):
            return None
        self.hear(message, delivery.received_at, seconds)
        behind_seconds = self.judge(delivery.received_at, seconds)
        if not behind_seconds or self.waiting >= self._waiting_max:
            return None
        due_at = delivery.received_at + timedelta(seconds=behind_seconds)
        if message.sent_at is not None and message.sent_at <= _BELIEVED_UNTIL:
            due_at = max(due_at, message.sent_at)
        try:
            judged = parsing.parse(delivery.topic, delivery.payload, due_at, catalogue)
        except Malformed:
            return None
        return due_at if len(judged.rejected) < len(message.rejected) else None
