"""The state as readers see it: frozen values. Times are those that count (clock.py), which may be corrected ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.state import numbers

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from crisis.model.contents import NoticeContent, PointContent
    from crisis.model.event_bodies import CommandResult, CommandSent, DistressReceived, ReportReceived
    from crisis.model.roles import Role
    from devices.readings import Mode


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, where and when. `is_doubtful`: the clock that dated it was wrong.

    `is_unsigned`: a node without a key sent it, and nobody vouches for its author.
    """

    event: UUID
    at: datetime
    actor: str
    node: str
    is_doubtful: bool = False
    is_unsigned: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """An emergency, or its end, that one person proposed from a `device` and nobody has confirmed yet."""

    act: Act
    area: str
    mode: Mode
    reason: str
    exercise: bool
    device: str = ""

    @property
    def id(self) -> UUID:
        """The id that a confirmation names."""
        return self.act.event


@dataclass(frozen=True, slots=True)
class AreaMode:
    """What was decided for one area. `mode` None: nothing was decided yet, there are only proposals.

    `is_alone`: a commander decided by themselves what takes two people.
    """

    area: str
    mode: Mode | None
    act: Act | None
    reason: str = ""
    exercise: bool = False
    proposed_by: str | None = None
    proposals: tuple[Proposal, ...] = ()
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class ModeThere:
    """The mode that holds in an area, and the area whose decision it is. `since` None: nothing was ever decided."""

    mode: Mode
    area: str
    since: datetime | None
    reason: str = ""
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class SeenMode:
    """The mode that a box showed last."""

    box: str
    mode: Mode
    since: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with its present content."""

    id: UUID
    content: NoticeContent
    published: Act
    changed: Act
    withdrawn: Act | None = None
    withdrawn_reason: str = ""
    replaced_by: UUID | None = None

    def is_active(self, now: datetime) -> bool:
        """Whether it holds now: it is neither withdrawn nor replaced, has begun, and is not over."""
        return self.is_standing(now) and not (self.content.from_at is not None and now < self.content.from_at)

    def is_standing(self, now: datetime) -> bool:
        """Whether it holds now or later: it is neither withdrawn nor replaced nor over."""
        is_over = self.content.until_at is not None and now >= self.content.until_at
        return self.withdrawn is None and self.replaced_by is None and not is_over


@dataclass(frozen=True, slots=True)
class Point:
    """A place of help with its present content."""

    id: UUID
    content: PointContent
    put: Act
    changed: Act
    closed: Act | None = None
    closed_reason: str = ""

    @property
    def last(self) -> Act:
        """The last change or, if later, the closing."""
        return self.changed if self.closed is None else max(self.changed, self.closed, key=lambda act: act.at)


class DistressStatus(StrEnum):
    """How far a call for help is. It goes back only when somebody opens it again."""

    RECEIVED = "received"
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody did about a call or a report, in words."""

    act: Act
    text: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """Somebody who is to take a call, and has not taken it yet."""

    act: Act
    to: str
    note: str


@dataclass(frozen=True, slots=True)
class Distress:
    """A call for help and what was done. Two people may both have taken it while their nodes were not connected.

    `taken` and `closed`: since it was opened for the last time. `added` and `withdrawals`: what the holder of its
    receipt said later. `priority`: 1 to 4, as somebody set it; None: as the
    rule says (need.py).
    """

    id: UUID
    call: DistressReceived
    received: Act
    taken: tuple[Step, ...] = ()
    closed: tuple[Step, ...] = ()
    reopened: tuple[Step, ...] = ()
    notes: tuple[Step, ...] = ()
    added: tuple[Step, ...] = ()
    withdrawals: tuple[Step, ...] = ()
    assignment: Assignment | None = None
    priority: int | None = None
    prioritized: Act | None = None
    written_at: datetime | None = None  # what the accepting node wrote down, if it is not what counts now

    @property
    def label(self) -> str:
        """What people call it: `H 17`, `H 71-01/3` (numbers.py)."""
        return numbers.label(numbers.CALL, self.received.node, self.call.number, self.written_at or self.received.at)

    @property
    def is_exercise(self) -> bool:
        """Whether it was sent in a drill."""
        return self.call.exercise

    @property
    def status(self) -> DistressStatus:
        """Closed once anybody has closed it; taken once anybody has taken it."""
        if self.closed:
            return DistressStatus.CLOSED
        return DistressStatus.TAKEN if self.taken else DistressStatus.RECEIVED

    @property
    def withdrawn(self) -> Step | None:
        """The caller's last word, if that is that nobody needs to come. It closes nothing: staff look, and close."""
        if not self.withdrawals:
            return None
        last = self.withdrawals[-1]
        later = [step for step in (*self.added, *self.reopened) if step.act.at > last.act.at]
        return None if later else last

    @property
    def has_news_since_closing(self) -> bool:
        """Whether the caller added something after the call was closed: they did not know, or it is not over."""
        is_later = bool(self.closed and self.added) and self.added[-1].act.at > self.closed[-1].act.at
        return is_later and self.withdrawn is None

    @property
    def story(self) -> tuple[tuple[str, Step], ...]:
        """What was done since it was opened for the last time, and every note, in order; with what it was."""
        steps = [("taken", step) for step in self.taken] + [("closed", step) for step in self.closed]
        steps += [("reopened", step) for step in self.reopened] + [("noted", step) for step in self.notes]
        steps += [("added", step) for step in self.added] + [("withdrawn", step) for step in self.withdrawals]
        if self.assignment is not None:
            said = " · ".join(filter(None, (f"→ {self.assignment.to}", self.assignment.note)))
            steps.append(("assigned", Step(self.assignment.act, said)))
        return tuple(sorted(steps, key=lambda each: (each[1].act.at, each[1].act.event)))

    @property
    def waits_since(self) -> datetime:
        """When it was received, or opened again."""
        return self.reopened[-1].act.at if self.reopened else self.received.at

    def is_escalated(self, now: datetime, after: timedelta) -> bool:
        """Whether nobody has taken it within this time."""
        return self.status is DistressStatus.RECEIVED and now - self.waits_since >= after


@dataclass(frozen=True, slots=True)
class Report:
    """A resident's report and the answers to it."""

    id: UUID
    message: ReportReceived
    received: Act
    answers: tuple[Step, ...] = ()

    @property
    def is_exercise(self) -> bool:
        """Whether it was sent in a drill."""
        return self.message.exercise


@dataclass(frozen=True, slots=True)
class Command:
    """A command for a box and the box's answers. Nothing sends commands yet."""

    id: UUID
    sent: CommandSent
    act: Act
    results: tuple[tuple[Act, CommandResult], ...] = ()


@dataclass(frozen=True, slots=True)
class IssuedAccount:
    """An account that the hub issued, and where it may be used besides the hub: at the boxes of `areas`.

    `hands`: who made it or gave it a role, a password or another way to sign in, and when each did so last.
    """

    name: str
    role: Role
    is_enabled: bool
    areas: frozenset[str]
    issued: Act
    changed: Act
    hands: tuple[Act, ...] = ()

    def is_granted_at(self, box: str, box_areas: frozenset[str] = frozenset()) -> bool:
        """Whether it may be used at this box, which stands in `box_areas` besides those that its id names."""
        return not self.areas.isdisjoint({*areas.around(box), *box_areas})
