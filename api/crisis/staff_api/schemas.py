"""What staff's programs read: the views of the state, with times as the API writes them."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api.http import times
from api.http.times import Instant
from crisis.model import event_bodies
from crisis.model.contents import Certainty, Hazard, NoticeContent, NoticeText, PointKind, Severity, Urgency
from crisis.state import need
from crisis.state.conclusions.escalations import Escalations
from crisis.state.need import Rule
from crisis.state.views import Act, AreaMode, Assignment, Distress, Notice, Point, Proposal, Report, Step
from devices.readings import DistressKind, Mode, ReportKind

_ID = Field(examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"])


class Aged(BaseModel):
    """When an answer was made, from the memory and the disk of this node alone, and how old it is."""

    as_of: Instant
    age_s: float = Field(examples=[0.0])


def aged(now: datetime) -> dict[str, Any]:
    """The fields of `Aged`: it is made from the node's memory at this moment."""
    return {"as_of": now, "age_s": 0.0}


class ActJson(BaseModel):
    """Who did something, when and where."""

    event: UUID = _ID
    at: Instant
    by: str = Field(examples=["anna"])
    node: str = Field(examples=["hub"])
    doubtful: bool = Field(description="The clock that dated it was wrong: `at` is when it counts as having happened.")

    unsigned: bool = Field(description="A node without a key sent it: nobody vouches for its author.")

    @classmethod
    def of(cls, act: Act) -> Self:
        """The view of an act."""
        return cls(
            event=act.event,
            at=act.at,
            by=act.actor,
            node=act.node,
            doubtful=act.is_doubtful,
            unsigned=act.is_unsigned,
        )


class StepJson(BaseModel):
    """Something that somebody did about a call or a report, in words."""

    did: ActJson
    text: str

    @classmethod
    def of(cls, step: Step) -> Self:
        """The view of a step."""
        return cls(did=ActJson.of(step.act), text=step.text)


class ProposedMode(BaseModel):
    """An emergency, or its end, that waits for a second person. `id` is what they confirm."""

    id: UUID = _ID
    area: str = Field(examples=["district-71"])
    mode: Mode
    reason: str
    exercise: bool
    proposed: ActJson

    @classmethod
    def of(cls, found: Proposal) -> Self:
        """The view of a proposal."""
        return cls(
            id=found.id,
            area=found.area,
            mode=found.mode,
            reason=found.reason,
            exercise=found.exercise,
            proposed=ActJson.of(found.act),
        )


class DecidedMode(BaseModel):
    """What was decided for one area. `mode` null: nothing yet, there are proposals only."""

    area: str = Field(examples=["district-71"])
    mode: Mode | None
    reason: str
    exercise: bool
    decided: ActJson | None
    proposed_by: str | None
    alone: bool = Field(description="A commander decided by themselves what takes two people.")
    proposals: list[ProposedMode]

    @classmethod
    def of(cls, found: AreaMode) -> Self:
        """The view of an area's mode."""
        return cls(
            area=found.area,
            mode=found.mode,
            reason=found.reason,
            exercise=found.exercise,
            decided=None if found.act is None else ActJson.of(found.act),
            proposed_by=found.proposed_by,
            alone=found.is_alone,
            proposals=[ProposedMode.of(each) for each in found.proposals],
        )


class StaffNotice(BaseModel):
    """A notice, whatever became of it."""

    id: UUID = _ID
    state: str = Field(examples=["active"], description="`active`, `planned`, `over`, `withdrawn` or `replaced`.")
    texts: dict[str, NoticeText]
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    hazard: Hazard
    area: str = Field(examples=["district-71"])
    from_at: Instant | None
    until_at: Instant | None
    replaces: UUID | None
    exercise: bool
    published: ActJson
    changed: ActJson
    withdrawn: ActJson | None
    withdrawn_reason: str
    replaced_by: UUID | None

    @classmethod
    def of(cls, found: Notice, now: datetime) -> Self:
        """The view of a notice."""
        return cls(
            id=found.id,
            state=state_of(found, now),
            **_fields(found.content),
            published=ActJson.of(found.published),
            changed=ActJson.of(found.changed),
            withdrawn=None if found.withdrawn is None else ActJson.of(found.withdrawn),
            withdrawn_reason=found.withdrawn_reason,
            replaced_by=found.replaced_by,
        )


def _fields(content: NoticeContent) -> dict[str, Any]:
    names = (
        "texts",
        "severity",
        "urgency",
        "certainty",
        "hazard",
        "area",
        "from_at",
        "until_at",
        "replaces",
        "exercise",
    )
    return {name: getattr(content, name) for name in names}


def state_of(notice: Notice, now: datetime) -> str:
    """How a notice stands now."""
    if notice.withdrawn is not None:
        return "withdrawn"
    if notice.replaced_by is not None:
        return "replaced"
    if not notice.is_standing(now):
        return "over"
    return "active" if notice.is_active(now) else "planned"


class StaffPoint(BaseModel):
    """A place of help, closed or not."""

    id: UUID = _ID
    kind: PointKind
    name: str = Field(examples=["Rathaus Schöneberg"])
    latitude: float | None
    longitude: float | None
    address: str
    area: str = Field(examples=["district-71"])
    open_now: bool | None
    hours: str
    offers: list[str]
    note: str
    confirmed_at: Instant | None
    exercise: bool
    put: ActJson
    changed: ActJson
    closed: ActJson | None
    closed_reason: str

    @classmethod
    def of(cls, found: Point) -> Self:
        """The view of a place of help."""
        content = found.content
        return cls(
            id=found.id,
            kind=content.kind,
            name=content.name,
            latitude=content.latitude,
            longitude=content.longitude,
            address=content.address,
            area=content.area,
            open_now=content.open_now,
            hours=content.hours,
            offers=list(content.offers),
            note=content.note,
            confirmed_at=content.confirmed_at,
            exercise=content.exercise,
            put=ActJson.of(found.put),
            changed=ActJson.of(found.changed),
            closed=None if found.closed is None else ActJson.of(found.closed),
            closed_reason=found.closed_reason,
        )


class _Message(BaseModel):
    """What a call and a report have in common."""

    id: UUID = _ID
    received: ActJson
    age_s: float = Field(examples=[61.0])
    text: str
    people: int | None
    latitude: float | None
    longitude: float | None
    box: str | None = Field(examples=["71-01"])
    contact: str
    language: str | None
    source: event_bodies.Source
    receipt: str | None = Field(examples=["7KQ2-M0XA"])
    exercise: bool = Field(description="It was sent in a drill, and says so itself.")
    withheld: bool = Field(description="What was said stays at the hub and the box that it was said to.")


def _message(found: Distress | Report, now: datetime) -> dict[str, Any]:
    body = found.call if isinstance(found, Distress) else found.message
    names = (
        *("text", "people", "latitude", "longitude", "box", "contact", "language", "source", "receipt"),
        *("exercise", "withheld"),
    )
    fields = {name: getattr(body, name) for name in names}
    age_s = times.age_s(found.received.at, now)
    return fields | {"id": found.id, "received": ActJson.of(found.received), "age_s": age_s}


class AssignmentJson(BaseModel):
    """Who is to take a call, and has not taken it yet."""

    did: ActJson
    to: str = Field(examples=["dana"])
    note: str

    @classmethod
    def of(cls, found: Assignment) -> Self:
        """The view of an assignment."""
        return cls(did=ActJson.of(found.act), to=found.to, note=found.note)


class StaffDistress(_Message):
    """A call for help and what was done."""

    number: str = Field(
        examples=["H 71-01/3"], description="For people to say on the radio. Nothing is found by it: that is `id`."
    )
    kind: DistressKind
    status: str = Field(examples=["received"], description="`received`, `taken` or `closed`.")
    escalated: bool = Field(description="Nobody took it in time. Of calls that were merged, one escalates.")
    button: int | None
    mesh_node: int | None
    priority: int = Field(examples=[1], description="1 comes first, 4 last: as staff set it, or else as the rule says.")
    priority_rule: Rule = Field(
        description="Why it has this priority: `by_hand` (staff set it), `escalated`, `life_support` or `kind`."
    )
    taken: list[StepJson] = Field(description="By whom, since it was opened for the last time.")
    closed: list[StepJson] = Field(description="By whom, since it was opened for the last time.")
    assigned: AssignmentJson | None = Field(description="Who is to take it; null: nobody, or somebody has taken it.")
    notes: list[StepJson] = Field(description="How things stood in between, the newest last.")
    reopened: list[StepJson] = Field(description="By whom it was opened again, and why, the newest last.")
    added: list[StepJson] = Field(description="What the holder of its receipt added, the newest last.")
    withdrawn: StepJson | None = Field(
        description="The last word of the holder of its receipt, if they withdraw the call. It closes nothing."
    )

    @classmethod
    def of(cls, found: Distress, now: datetime, rule: Escalations) -> Self:
        """The view of a call for help that escalates by this rule."""
        needed = need.of(found, now, rule.after_of(found))
        return cls(
            number=found.label,
            kind=found.call.kind,
            status=found.status.value,
            escalated=rule.has(found, now),
            button=found.call.button,
            mesh_node=found.call.mesh_node,
            priority=needed.priority,
            priority_rule=needed.rule,
            taken=[StepJson.of(step) for step in found.taken],
            closed=[StepJson.of(step) for step in found.closed],
            assigned=None if found.assignment is None else AssignmentJson.of(found.assignment),
            notes=[StepJson.of(step) for step in found.notes],
            reopened=[StepJson.of(step) for step in found.reopened],
            added=[StepJson.of(step) for step in found.added],
            withdrawn=None if found.withdrawn is None else StepJson.of(found.withdrawn),
            **_message(found, now),
        )


class StaffReport(_Message):
    """A resident's message and the answers to it."""

    kind: ReportKind
    answers: list[StepJson]

    @classmethod
    def of(cls, found: Report, now: datetime) -> Self:
        """The view of a report."""
        return cls(
            kind=found.message.kind, answers=[StepJson.of(step) for step in found.answers], **_message(found, now)
        )
