"""What staff ask for. `rules.decide` turns one into events, or says why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisis.model.alarm_bodies import SeenBy
from crisis.model.incidents.commands import IncidentCommand
from crisis.model.roles import Right, Role
from devices.readings import Mode

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.alarm_bodies import AlarmsSilenced, DutyPut
    from crisis.model.contents import NoticeContent, PointContent
    from crisis.model.log_bodies import EntryWritten


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: an account. Accounts of the same name count as one person, on whichever nodes they are.

    `device`: the browser or the program's token that it came from, as this node tells them apart; "" when unknown.
    """

    name: str
    role: Role
    device: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ProposeMode:
    """Propose an emergency in an area, or another mode to end a city-wide one, for a second person to confirm."""

    area: str
    reason: str
    exercise: bool = False
    mode: Mode = Mode.EMERGENCY


@dataclass(frozen=True, slots=True)
class ConfirmMode:
    """Confirm what another person proposed."""

    proposal: UUID


@dataclass(frozen=True, slots=True)
class SetMode:
    """Set the mode of an area at once: `maintenance` and `normal`.

    A commander may also set `emergency`, and end a city-wide one; anybody else proposes that.
    """

    area: str
    mode: Mode
    reason: str
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class PutNotice:
    """Publish a notice, or change the one that has this id; its content as a whole."""

    notice: UUID
    content: NoticeContent


@dataclass(frozen=True, slots=True)
class WithdrawNotice:
    """Withdraw a notice, for good."""

    notice: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PutPoint:
    """Enter a place of help, or change or reopen the one that has this id; its content as a whole."""

    point: UUID
    content: PointContent


@dataclass(frozen=True, slots=True)
class ClosePoint:
    """Close a place of help."""

    point: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakeDistress:
    """Take a call for help: the actor goes and helps. `over` takes it over from whoever has it."""

    distress: UUID
    note: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class CloseDistress:
    """Close a call for help, and say what was done."""

    distress: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class ReopenDistress:
    """Open a closed call for help again: it waits for somebody as a new one does."""

    distress: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class AssignDistress:
    """Say who is to take a call for help, or to take it over: an account, or a unit."""

    distress: UUID
    to: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NoteDistress:
    """Say how things stand with a call for help."""

    distress: UUID
    text: str


@dataclass(frozen=True, slots=True)
class PrioritizeDistress:
    """Set the priority of a call for help, from 1 to 4; None: as the rule says."""

    distress: UUID
    priority: int | None


DistressCommand = TakeDistress | CloseDistress | ReopenDistress | AssignDistress | NoteDistress | PrioritizeDistress


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """Answer a report, for the holder of its receipt."""

    report: UUID
    text: str


@dataclass(frozen=True, slots=True)
class WriteEntry:
    """Enter something into the operation log by hand."""

    entry: EntryWritten


@dataclass(frozen=True, slots=True)
class TakeOverLog:
    """Keep the operation log of this node from here on, whoever kept it so far."""

    entry: EntryWritten


@dataclass(frozen=True, slots=True)
class StrikeEntry:
    """Strike the line of an event through, in the area that it is about. The node says whether it is a line."""

    event: UUID
    reason: str
    area: str


@dataclass(frozen=True, slots=True)
class PutDuty:
    """Put somebody on duty, or change the entry of this id."""

    entry: DutyPut


@dataclass(frozen=True, slots=True)
class RemoveDuty:
    """Take an entry out of the rota."""

    duty: UUID


@dataclass(frozen=True, slots=True)
class SilenceAlarms:
    """Tell nobody of alarms of a kind in an area for a while."""

    entry: AlarmsSilenced


@dataclass(frozen=True, slots=True)
class EndSilence:
    """End a silence before its time."""

    silence: UUID


@dataclass(frozen=True, slots=True)
class SeeAlarm:
    """The actor has read an alarm. `by` and `channel` say how, when that was not on the page."""

    alarm: str
    by: SeenBy = SeenBy.PAGE
    channel: str = ""


@dataclass(frozen=True, slots=True)
class TestChannels:
    """Try every channel (Probealarm), under this name."""

    test: UUID
    area: str


@dataclass(frozen=True, slots=True)
class EndTest:
    """End a test of the channels."""

    alarm: str


Command = (
    ProposeMode
    | ConfirmMode
    | SetMode
    | PutNotice
    | WithdrawNotice
    | PutPoint
    | ClosePoint
    | DistressCommand
    | AnswerReport
    | WriteEntry
    | TakeOverLog
    | StrikeEntry
    | PutDuty
    | RemoveDuty
    | SilenceAlarms
    | EndSilence
    | SeeAlarm
    | TestChannels
    | EndTest
)
AnyCommand = Command | IncidentCommand

RIGHT_FOR: dict[type[Command], Right] = {
    ProposeMode: Right.SET_MODE,
    ConfirmMode: Right.SET_MODE,
    SetMode: Right.SET_MODE,
    PutNotice: Right.EDIT_NOTICES,
    WithdrawNotice: Right.EDIT_NOTICES,
    PutPoint: Right.EDIT_POINTS,
    ClosePoint: Right.EDIT_POINTS,
    TakeDistress: Right.HANDLE_DISTRESS,
    CloseDistress: Right.HANDLE_DISTRESS,
    ReopenDistress: Right.HANDLE_DISTRESS,
    AssignDistress: Right.HANDLE_DISTRESS,
    NoteDistress: Right.HANDLE_DISTRESS,
    PrioritizeDistress: Right.HANDLE_DISTRESS,
    AnswerReport: Right.ANSWER_REPORTS,
    WriteEntry: Right.WRITE_LOG,
    TakeOverLog: Right.SEAL,
    StrikeEntry: Right.WRITE_LOG,
    PutDuty: Right.MANAGE_DUTY,
    RemoveDuty: Right.MANAGE_DUTY,
    SilenceAlarms: Right.SILENCE_ALARMS,
    EndSilence: Right.SILENCE_ALARMS,
    SeeAlarm: Right.WRITE_LOG,
    TestChannels: Right.MANAGE_DUTY,
    EndTest: Right.MANAGE_DUTY,
}
