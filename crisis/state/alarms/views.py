"""Alarms, duty and silences as readers see them: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model import areas

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from crisis.model.alarm_bodies import ChannelOpened, ClosedBy, DutyPut, SeenBy


CALL = "distress"  # the kind that nobody can silence, whatever a node writes


@dataclass(frozen=True, slots=True)
class Told:
    """A person was told of an alarm by a channel; `node` is the one that did it. `failed`: why it did not work."""

    at: datetime
    person: str
    channel: str
    step: int
    sort: str
    node: str
    failed: str = ""
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A person said that they have read it."""

    at: datetime
    person: str
    by: SeenBy
    channel: str = ""


@dataclass(frozen=True, slots=True)
class RecordedAlarm:
    """An alarm as the log tells of it, since it was opened last. `closed_at` None: it is open.

    `opened_at` None: this node has not heard of its opening, only of what came after.
    """

    name: str
    opened_at: datetime | None
    node: str
    severity: str
    area: str
    label: str
    exercise: bool
    told: tuple[Told, ...] = ()
    seen: tuple[Seen, ...] = ()
    closed_at: datetime | None = None
    closed_by: ClosedBy | None = None

    @property
    def kind(self) -> str:
        """The kind of alarm (crisis/alarm/kinds.py)."""
        return self.name.partition("/")[0]

    @property
    def is_open(self) -> bool:
        """Whether it was opened and did not end."""
        return self.opened_at is not None and self.closed_at is None


@dataclass(frozen=True, slots=True)
class Duty:
    """An entry of the rota, and who put it when."""

    put: DutyPut
    at: datetime
    by: str

    @property
    def id(self) -> UUID:
        """What names the entry."""
        return self.put.duty

    @property
    def is_weekly(self) -> bool:
        """Whether it comes again every week."""
        return bool(self.put.days)


@dataclass(frozen=True, slots=True)
class Silence:
    """Who silenced what until when, and why."""

    id: UUID
    kind: str
    area: str
    until: datetime
    reason: str
    at: datetime
    by: str

    def covers(self, kind: str, area: str, now: datetime) -> bool:
        """Whether alarms of this kind in this area are silenced now."""
        return kind == self.kind != CALL and self.until > now and self.area in areas.around(area)


@dataclass(frozen=True, slots=True)
class NotedChannel:
    """What a node's operator lets a channel carry, as the log has it."""

    node: str
    at: datetime
    body: ChannelOpened
