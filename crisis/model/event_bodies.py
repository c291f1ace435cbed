"""The content of events: one type per kind. Strict when we write it, lenient when another node wrote it (events.py).

A body is never changed. A new field needs a default. An older node stores and passes on unchanged what it does not
know. `v` is raised only when an old reader would misunderstand the body.
"""

from dataclasses import field
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints
from pydantic.dataclasses import dataclass

from crisis.model import account_bodies, alarm_bodies, call_bodies, log_bodies, moments
from crisis.model.account_bodies import AccountBody
from crisis.model.alarm_bodies import AlarmBody
from crisis.model.areas import Area
from crisis.model.call_bodies import CallBody
from crisis.model.incidents import bodies as incident_bodies
from crisis.model.incidents.bodies import IncidentBody, ItemsToldApart
from crisis.model.log_bodies import LogBody
from crisis.model.numbers import Number
from crisis.model.texts import ResidentText, ShortText, StaffText
from devices.readings import DistressKind, Mode, ReportKind

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

PEOPLE_MAX = 1_000_000

milliseconds = moments.milliseconds
whole = moments.whole
Moment = moments.Moment
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
People = Annotated[int, Field(ge=0, le=PEOPLE_MAX)]
Percent = Annotated[float, Field(ge=0, le=100)]
CADENCE_SECONDS_MAX = 24 * 3600.0
CadenceSeconds = Annotated[float, Field(gt=0, le=CADENCE_SECONDS_MAX)]
NodeName = Annotated[str, StringConstraints(pattern="^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")]
Slug = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_-]{0,63}$")]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$")]  # de, de-x-leicht


class Source(StrEnum):
    """How a resident's call or report reached us."""

    PAGE = "page"
    MQTT = "mqtt"
    MESH = "mesh"


# -- mode ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=STRICT)
class ModeProposed:
    """Somebody proposed an emergency or the end of a city-wide one, which a second person must confirm.

    The event's id is the proposal's. `device`: the one that it was sent from, as a node tells them apart.
    """

    area: Area
    mode: Mode
    reason: StaffText = ""
    exercise: bool = False
    device: ShortText = ""
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class ModeSet:
    """An area's mode from now on, set by one person (`proposal` None) or confirmed by a second person.

    `alone`: a commander decided by themselves what takes two people.
    """

    area: Area
    mode: Mode
    reason: StaffText = ""
    exercise: bool = False
    proposal: UUID | None = None
    proposed_by: ShortText | None = None
    alone: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class ModeSeen:
    """A box's status shows this mode, since `since`."""

    box: Area
    mode: Mode
    since: Moment
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class AreaNamed:
    """What people call a district or a box, as operators set it in the hub's database; "" when it has no name."""

    area: Area
    name: ShortText = ""
    v: int = 1


# -- power -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=STRICT)
class PowerSeen:
    """A box has mains power since `since`, or none: the hub saw that in its status, or the box's own node at the box.

    `cadence_s`: how often the box says so. `flapping`: it changed too often for an event each time; what it says now
    holds for longer, or nobody can tell (crisis/state/power/watch.py).
    """

    box: Area
    mains: bool
    since: Moment
    battery_percent: Percent | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    cadence_s: CadenceSeconds | None = None
    flapping: bool = False
    v: int = 1


# -- notices and places of help: an event carries the fields that it changes (contents.py) ----------------------------


@dataclass(frozen=True, slots=True, config=STRICT)
class NoticePublished:
    """These fields of a notice, from now on. The first event of a notice carries all of them."""

    notice: UUID
    fields: dict[str, JsonValue]
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class NoticeWithdrawn:
    """A notice no longer holds. That is final: whoever wants it back publishes a new one."""

    notice: UUID
    reason: StaffText = ""
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class PointPut:
    """These fields of a place of help, from now on. `reopens` False: the author did not know of a closing."""

    point: UUID
    fields: dict[str, JsonValue]
    reopens: bool = True  # events from before this field meant that
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class PointClosed:
    """A place of help is closed, until somebody who knows that reopens it."""

    point: UUID
    reason: StaffText = ""
    v: int = 1


# -- residents -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=STRICT)
class DistressReceived:
    """A call for help. The event's id is the call's, however it reached us.

    `number`: for people to say, given by the node that accepted it (crisis/state/numbers.py).
    """

    kind: DistressKind = DistressKind.HELP
    text: ResidentText = ""
    people: People | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    button: int | None = None
    box: Area | None = None
    mesh_node: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    topic: ShortText | None = None
    contact: ShortText = ""
    language: Language | None = None
    source: Source = Source.PAGE
    receipt: ShortText | None = None
    exercise: bool = False  # said in a drill
    withheld: bool = False  # the words are at the hub and where they were said (crisis/trust/words.py)
    # Not in the representation: a form that is sent again has the same id as before there were numbers (node.py).
    number: Number | None = field(default=None, repr=False)
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class DistressTaken:
    """Somebody took a call, and goes and helps."""

    distress: UUID
    note: StaffText = ""
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class DistressClosed:
    """A call was closed; `outcome` says what was done."""

    distress: UUID
    outcome: StaffText = ""
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class ReportReceived:
    """What a resident needs, offers or has seen. The event's id is the report's."""

    kind: ReportKind = ReportKind.INFORMATION
    text: ResidentText = ""
    people: People | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    box: Area | None = None
    topic: ShortText | None = None
    contact: ShortText = ""
    language: Language | None = None
    source: Source = Source.PAGE
    receipt: ShortText | None = None
    exercise: bool = False  # said in a drill
    withheld: bool = False  # the words are at the hub and where they were said (crisis/trust/words.py)
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class ReportAnswered:
    """An answer for the holder of the report's receipt."""

    report: UUID
    text: StaffText
    v: int = 1


# -- commands (nothing sends them yet) ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=STRICT)
class CommandSent:
    """A command for a box (protocol.md, command)."""

    command: UUID
    box: Area
    name: Slug
    args: dict[str, JsonValue] = field(default_factory=dict)
    expires_at: Moment | None = None
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class CommandResult:
    """How a command ended: the box answered `done`, `failed` or `refused`, or did not answer (`expired`)."""

    command: UUID
    state: Slug
    detail: StaffText = ""
    v: int = 1


# -- clocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=STRICT)
class TimeCorrected:
    """An event's own time is not right: it counts from `at`. Of several the one written last counts (clock.py)."""

    event: UUID
    at: Moment
    v: int = 1


# -- nodes (crisis/trust) ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=STRICT)
class NodeCertified:
    """The hub signed a node's certificate (crisis/trust/certificates.py): the first one, or the next one in time."""

    node: NodeName
    certificate: Annotated[str, StringConstraints(max_length=4_000)]
    v: int = 1


@dataclass(frozen=True, slots=True, config=STRICT)
class NodeRevoked:
    """The hub trusts a node no longer: the certificates with these serials end."""

    node: NodeName
    serials: Annotated[tuple[int, ...], Field(strict=False)] = ()  # JSON has only lists
    reason: StaffText = ""
    v: int = 1


Body = (
    ModeProposed
    | ModeSet
    | ModeSeen
    | AreaNamed
    | PowerSeen
    | NoticePublished
    | NoticeWithdrawn
    | PointPut
    | PointClosed
    | DistressReceived
    | DistressTaken
    | DistressClosed
    | ReportReceived
    | ReportAnswered
    | CommandSent
    | CommandResult
    | TimeCorrected
    | NodeCertified
    | NodeRevoked
    | AccountBody
    | LogBody
    | IncidentBody
    | ItemsToldApart
    | AlarmBody
    | CallBody
)
# What staff do about a call for help: each has its id as `distress`.
CallAct = DistressTaken | DistressClosed | CallBody

KINDS: dict[str, type[Body]] = {
    "mode_proposed": ModeProposed,
    "mode_set": ModeSet,
    "mode_seen": ModeSeen,
    "area_named": AreaNamed,
    "power_seen": PowerSeen,
    "notice_published": NoticePublished,
    "notice_withdrawn": NoticeWithdrawn,
    "point_put": PointPut,
    "point_closed": PointClosed,
    "distress_received": DistressReceived,
    "distress_taken": DistressTaken,
    "distress_closed": DistressClosed,
    "report_received": ReportReceived,
    "report_answered": ReportAnswered,
    "command_sent": CommandSent,
    "command_result": CommandResult,
    "time_corrected": TimeCorrected,
    "node_certified": NodeCertified,
    "node_revoked": NodeRevoked,
    **account_bodies.KINDS,
    **log_bodies.KINDS,
    **incident_bodies.KINDS,
    **alarm_bodies.KINDS,
    **call_bodies.KINDS,
}
