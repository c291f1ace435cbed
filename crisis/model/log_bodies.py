"""The content of events that make the operation log (Einsatztagebuch): entries by hand, strikes, seals.

The words of the trade are those of FwDV/DV 100: the staff functions S1 to S6, the three priorities of the message form
(Vierfachvordruck), and whether something was seen, told or presumed.
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

ABOUT_MAX = 20
Head = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class EntrySort(StrEnum):
    """What an entry is."""

    SITUATION = "situation"
    ASSESSMENT = "assessment"
    DECISION = "decision"  # with its grounds
    ORDER = "order"
    MESSAGE = "message"
    MEASURE = "measure"
    BRIEFING = "briefing"
    HANDOVER = "handover"
    KEEPER = "keeper"  # from here on its author keeps this node's log


class Way(StrEnum):
    """Whether a message came in or went out."""

    IN = "in"
    OUT = "out"


class StaffFunction(StrEnum):
    """Whom in the staff it concerns: personnel, situation, operations, supply, media, communications."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"
    S6 = "S6"


class Priority(StrEnum):
    """The priority of a message: einfach, sofort, blitz."""

    ROUTINE = "routine"
    IMMEDIATE = "immediate"
    FLASH = "flash"


class Quality(StrEnum):
    """How its author knows it (DV 100, 3.3.1.3)."""

    SEEN = "seen"
    TOLD = "told"
    PRESUMED = "presumed"


class SealReason(StrEnum):
    """Why a log was sealed."""

    HOURLY = "hourly"
    HANDOVER = "handover"
    REPORT = "report"
    END = "end"


@dataclass(frozen=True, slots=True, config=_STRICT)
class EntryWritten:
    """An entry that a person wrote. `happened_at` when that is not the time of writing; `about`: events, by their ids.

    `withheld`: the words are at the hub and where they were written (crisis/trust/words.py).
    """

    text: StaffText = ""
    sort: EntrySort = EntrySort.MESSAGE
    way: Way | None = None
    channel: ShortText = ""
    sender: ShortText = ""
    recipient: ShortText = ""
    function: StaffFunction | None = None
    priority: Priority = Priority.ROUTINE
    quality: Quality | None = None
    happened_at: Moment | None = None
    about: Annotated[tuple[UUID, ...], Field(max_length=ABOUT_MAX, strict=False)] = ()  # JSON has only lists
    area: Area = EVERYWHERE
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    exercise: bool = False
    withheld: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class EntryStruck:
    """The line of an event is struck through. It stays legible, and what the event did stays done.

    `area` is that of the line.
    """

    event: UUID
    reason: StaffText = ""
    area: Area = EVERYWHERE
    withheld: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class LogSealed:
    """The hash chain of a node's log (crisis/trust/seals) ended in `head` with the `count`th event, in place `seq`.

    A node seals its own log only, and no other node can write that it did.
    """

    log: UUID
    seq: Annotated[int, Field(ge=0)]
    count: Annotated[int, Field(ge=0)]
    head: Head
    why: SealReason = SealReason.HOURLY
    v: int = 1


LogBody = EntryWritten | EntryStruck | LogSealed

KINDS: dict[str, type[LogBody]] = {
    "entry_written": EntryWritten,
    "entry_struck": EntryStruck,
    "log_sealed": LogSealed,
}
