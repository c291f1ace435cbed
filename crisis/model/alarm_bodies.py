"""The content of events about alarms: who was told what by which channel, who has seen it; who is on duty; silences.

An alarm is named `kind/subject` (crisis/alarm/kinds.py). Its subject is an id, never a number for the radio. None of
these holds an address of a person, or what a resident wrote.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

from crisis.model.areas import EVERYWHERE, Area
from crisis.model.moments import Moment
from crisis.model.texts import ShortText, StaffText

_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

NAME_MAX = 160
AlarmName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}/\S+$", max_length=NAME_MAX)]
Word = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_-]{0,63}$")]
Person = Annotated[str, StringConstraints(min_length=1, max_length=100)]
ChannelName = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]
ClockTime = Annotated[str, StringConstraints(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
STEPS_MAX = 100
Step = Annotated[int, Field(ge=0, le=STEPS_MAX)]


class ClosedBy(StrEnum):
    """Why an alarm ended."""

    TAKEN = "taken"  # somebody took the call
    OVER = "over"  # what it told of is over
    WITHDRAWN = "withdrawn"  # a test that was ended
    MERGED = "merged"  # a call that tells of the same thing as another one, whose alarm goes on; older nodes read OVER


class SeenBy(StrEnum):
    """How somebody said that they have read it. By RADIO and LINK nobody can be sure who it was."""

    PAGE = "page"
    LINK = "link"
    RADIO = "radio"


# -- an alarm ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=_STRICT)
class AlarmOpened:
    """The node that speaks tells of this alarm from now on. `label` is what people call its subject ("H 17")."""

    alarm: AlarmName
    severity: Word
    area: Area = EVERYWHERE
    label: ShortText = ""
    exercise: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AlarmSent:
    """A person was told by a channel. `sort`: of the alarm, a change of it, its end, or a count of several.

    A message that counts several alarms has an event for each of them.
    """

    alarm: AlarmName
    person: Person
    channel: ChannelName
    step: Step = 0
    sort: Word = "alarm"
    area: Area = EVERYWHERE
    exercise: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AlarmFailed:
    """A person could not be told by a channel; `reason` is a slug."""

    alarm: AlarmName
    person: Person
    channel: ChannelName
    reason: Word
    step: Step = 0
    area: Area = EVERYWHERE
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AlarmSeen:
    """Somebody has read it. That takes nothing over: a call is taken by `distress_taken` alone."""

    alarm: AlarmName
    person: Person
    by: SeenBy = SeenBy.PAGE
    channel: ShortText = ""
    area: Area = EVERYWHERE
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AlarmClosed:
    """An alarm ended, and those who were told of it are told so."""

    alarm: AlarmName
    reason: ClosedBy = ClosedBy.OVER
    area: Area = EVERYWHERE
    v: int = 1


# -- who is on duty ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=_STRICT)
class DutyPut:
    """A person is on duty for an area: every week on these days, or once, without days, from `from_at` to `until_at`.

    Days count from Monday, 0; times are those of Berlin's clocks, and an end that is not later than its beginning is on
    the next day. What is put once goes before the weekly rota for its rank. `rank`: 1 is told first, 2 second.
    """

    duty: UUID
    person: Person
    area: Area = EVERYWHERE
    rank: Annotated[int, Field(ge=1, le=9)] = 1
    days: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(max_length=7, strict=False)] = ()
    begins: ClockTime = "00:00"
    ends: ClockTime = "00:00"
    from_at: Moment | None = None
    until_at: Moment | None = None
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class DutyRemoved:
    """An entry of the rota holds no longer."""

    duty: UUID
    area: Area = EVERYWHERE
    v: int = 1


# -- silences ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=_STRICT)
class AlarmsSilenced:
    """Nobody is told of alarms of this kind in this area until then. Calls for help cannot be silenced."""

    silence: UUID
    kind: Word
    until: Moment
    reason: StaffText
    area: Area = EVERYWHERE
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class SilenceEnded:
    """A silence ended before its time."""

    silence: UUID
    area: Area = EVERYWHERE
    v: int = 1


# -- channels ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=_STRICT)
class ChannelOpened:
    """What a node's operator lets a channel carry, and why it may carry more than its place allows."""

    channel: ChannelName
    place: Word
    allows: Annotated[tuple[Word, ...], Field(max_length=20, strict=False)] = ()
    reason: StaffText = ""
    area: Area = EVERYWHERE
    v: int = 1


AlarmBody = (
    AlarmOpened
    | AlarmSent
    | AlarmFailed
    | AlarmSeen
    | AlarmClosed
    | DutyPut
    | DutyRemoved
    | AlarmsSilenced
    | SilenceEnded
    | ChannelOpened
)

KINDS: dict[str, type[AlarmBody]] = {
    "alarm_opened": AlarmOpened,
    "alarm_sent": AlarmSent,
    "alarm_failed": AlarmFailed,
    "alarm_seen": AlarmSeen,
    "alarm_closed": AlarmClosed,
    "duty_put": DutyPut,
    "duty_removed": DutyRemoved,
    "alarms_silenced": AlarmsSilenced,
    "silence_ended": SilenceEnded,
    "channel_opened": ChannelOpened,
}
