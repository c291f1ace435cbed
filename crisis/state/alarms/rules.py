"""The rules of alarms: whether somebody may be put on duty, something silenced, an alarm seen. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from crisis.model import commands
from crisis.model.alarm_bodies import AlarmClosed, AlarmOpened, AlarmSeen, ClosedBy, DutyRemoved, SilenceEnded
from crisis.state.alarms.register import SILENCE_MAX
from crisis.state.alarms.views import CALL

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.model.alarm_bodies import AlarmBody, DutyPut
    from crisis.model.commands import Actor
    from crisis.state.alarms.register import AlarmRegister

TEST = "test"
_DUTY_MAX = timedelta(days=366)  # a shift that is put once

AlarmCommand = (
    commands.PutDuty
    | commands.RemoveDuty
    | commands.SilenceAlarms
    | commands.EndSilence
    | commands.SeeAlarm
    | commands.TestChannels
    | commands.EndTest
)


class Objection(StrEnum):
    """Why a command about alarms is refused; the values are those of `crisis.state.rules.Why`."""

    BAD_VALUE = "bad_value"
    UNKNOWN = "unknown"
    IS_OVER = "is_over"
    IS_CLOSED = "is_closed"
    ALREADY_SO = "already_so"


class RefusedError(Exception):
    """Carries an objection, and the name or value that is the reason."""

    def __init__(self, why: Objection, detail: object = "") -> None:
        super().__init__(why)
        self.why = why
        self.detail = str(detail)


def decide(alarms: AlarmRegister, command: AlarmCommand, who: Actor, now: datetime) -> AlarmBody:
    """The body of the event that the command becomes. Raises RefusedError."""
    match command:
        case commands.PutDuty():
            return _duty(command, now)
        case commands.RemoveDuty():
            found = alarms.duty(command.duty)
            if found is None:
                raise RefusedError(Objection.UNKNOWN, command.duty)
            return DutyRemoved(command.duty, found.put.area)
        case commands.SilenceAlarms():
            return _silence(command, now)
        case commands.EndSilence():
            silence = next((each for each in alarms.silences(now) if each.id == command.silence), None)
            if silence is None:
                raise RefusedError(Objection.UNKNOWN, command.silence)
            return SilenceEnded(command.silence, silence.area)
        case commands.TestChannels():
            return AlarmOpened(f"{TEST}/{command.test}", "info", command.area)
        case commands.SeeAlarm() | commands.EndTest():
            return _about(alarms, command, who)


def _about(alarms: AlarmRegister, command: commands.SeeAlarm | commands.EndTest, who: Actor) -> AlarmBody:
    found = alarms.alarm(command.alarm)
    if found is None:
        raise RefusedError(Objection.UNKNOWN, command.alarm)
    if found.closed_at is not None:
        raise RefusedError(Objection.IS_CLOSED)
    if isinstance(command, commands.EndTest):
        if found.kind != TEST:
            raise RefusedError(Objection.BAD_VALUE, "/alarm: is not a test")
        return AlarmClosed(command.alarm, ClosedBy.WITHDRAWN, found.area)
    if any(seen.person == who.name for seen in found.seen):
        raise RefusedError(Objection.ALREADY_SO)
    return AlarmSeen(command.alarm, who.name, command.by, command.channel, found.area)


def _duty(command: commands.PutDuty, now: datetime) -> AlarmBody:
    entry = command.entry
    if not entry.person.strip():
        raise RefusedError(Objection.BAD_VALUE, "/person: is empty")
    if not entry.days and (entry.from_at is None or entry.until_at is None):
        raise RefusedError(Objection.BAD_VALUE, "/days: neither days of the week nor a beginning and an end")
    if entry.until_at is not None and entry.until_at <= now:
        raise RefusedError(Objection.IS_OVER, entry.until_at.isoformat())
    if entry.from_at is not None and entry.until_at is not None and entry.until_at <= entry.from_at:
        raise RefusedError(Objection.BAD_VALUE, "/until_at: is not after the beginning")
    if _lasts(entry) > _DUTY_MAX:
        raise RefusedError(Objection.BAD_VALUE, "/until_at: more than a year after the beginning")
    return entry


def _lasts(entry: DutyPut) -> timedelta:
    """How long a shift lasts that is put once; nothing for one of every week."""
    if entry.days or entry.from_at is None or entry.until_at is None:
        return timedelta()
    return entry.until_at - entry.from_at


def _silence(command: commands.SilenceAlarms, now: datetime) -> AlarmBody:
    entry = command.entry
    if entry.kind in {CALL, TEST}:
        raise RefusedError(Objection.BAD_VALUE, "/kind: calls for help cannot be silenced")
    if entry.until <= now:
        raise RefusedError(Objection.IS_OVER, entry.until.isoformat())
    if entry.until - now > SILENCE_MAX:
        raise RefusedError(Objection.BAD_VALUE, "/until: more than 24 hours from now")
    if not entry.reason.strip():
        raise RefusedError(Objection.BAD_VALUE, "/reason: is empty")
    return entry
