"""The bulletin as JSON: what the page says, for programs. And the state behind a receipt."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.crisis.residents import situation
from api.crisis.residents.situation import NearbyPoint, Situation
from api.http import times
from api.http.times import Instant
from crisis.model.contents import Certainty, Hazard, NoticeText, PointKind, Severity, Urgency
from crisis.state.views import AreaMode, Distress, Notice, Report
from devices.readings import Mode


class Aged(BaseModel):
    """As of when an answer holds. Null on a box that has not heard from its hub since it was set up."""

    as_of: Instant | None
    age_s: float | None = Field(examples=[0.0])
    stale: bool = Field(description="The hub was not heard lately: the answer may be out of date.")


class DeclaredMode(BaseModel):
    """A mode and since when; `is_emergency` is true only for a real emergency that is known to hold now."""

    mode: Mode
    area: str = Field(examples=["district-71"], description="The area whose decision holds here.")
    since: Instant | None
    reason: str
    exercise: bool
    is_emergency: bool


class OtherEmergency(BaseModel):
    """An emergency in another area."""

    area: str = Field(examples=["district-72"])
    since: Instant | None
    exercise: bool


class BulletinNotice(BaseModel):
    """A notice that holds now."""

    id: str
    texts: dict[str, NoticeText]
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    hazard: Hazard
    area: str
    from_at: Instant | None
    until_at: Instant | None
    published_at: Instant
    changed_at: Instant
    exercise: bool


class BulletinPoint(BaseModel):
    """A place of help. `open_now` null: nobody knows; `confirmed` false: nobody has checked the place lately."""

    id: str
    kind: PointKind
    name: str
    address: str
    latitude: float | None
    longitude: float | None
    distance_m: float | None = Field(examples=[350.0], description="From this node, as the crow flies.")
    open_now: bool | None
    hours: str
    offers: list[str]
    note: str
    confirmed_at: Instant | None
    confirmed: bool
    exercise: bool


class Bulletin(Aged):
    """What holds where this node stands."""

    node: str = Field(examples=["71-01"])
    place: str
    mode: DeclaredMode
    elsewhere: list[OtherEmergency]
    notices: list[BulletinNotice]
    points: list[BulletinPoint]


class Answer(BaseModel):
    """An answer of staff to the holder of a receipt."""

    at: Instant
    text: str


class ReceiptState(Aged):
    """How far a call or report got. `state` of a call: received, taken, closed; of a report: received, answered."""

    receipt: str = Field(examples=["7KQ2-M0XA"])
    type: str = Field(examples=["distress"])
    state: str = Field(examples=["received"])
    received_at: Instant
    exercise: bool = Field(examples=[False], description="It was sent in a drill, and said so itself.")
    added: int = Field(default=0, examples=[1], description="How often its holder has added something to the call.")
    withdrawn_at: Instant | None = Field(
        default=None, description="Since when it is withdrawn by its holder. That closes nothing."
    )
    answers: list[Answer]


class Accepted(BaseModel):
    """The promise that a call or report is on this node's disk."""

    receipt: str = Field(examples=["7KQ2-M0XA"], description="Short enough to read aloud; asks for the answer later.")
    id: str
    state: str = Field(examples=["received"])
    url: str = Field(examples=["/crisis/reports/7KQ2-M0XA"])
    as_of: Instant
    age_s: float


def aged(as_of: datetime | None, now: datetime, *, is_stale: bool) -> dict[str, Any]:
    """The fields of `Aged`."""
    return {"as_of": as_of, "age_s": None if as_of is None else times.age_s(as_of, now), "stale": is_stale}


def of(found: Situation, now: datetime) -> Bulletin:
    """The bulletin of a situation."""
    mode = found.mode
    return Bulletin(
        node=found.node,
        place=found.site.place,
        mode=DeclaredMode(
            mode=mode.mode,
            area=mode.area,
            since=mode.since,
            reason=mode.reason,
            exercise=mode.exercise,
            is_emergency=found.is_emergency,
        ),
        elsewhere=[_elsewhere(each) for each in found.elsewhere],
        notices=[_notice(notice) for notice in found.notices],
        points=[_point(each, now) for each in found.points],
        **aged(found.as_of, now, is_stale=found.is_stale),
    )


def _elsewhere(mode: AreaMode) -> OtherEmergency:
    return OtherEmergency(area=mode.area, since=None if mode.act is None else mode.act.at, exercise=mode.exercise)


def _notice(notice: Notice) -> BulletinNotice:
    content = notice.content
    return BulletinNotice(
        id=str(notice.id),
        texts=content.texts,
        severity=content.severity,
        urgency=content.urgency,
        certainty=content.certainty,
        hazard=content.hazard,
        area=content.area,
        from_at=content.from_at,
        until_at=content.until_at,
        published_at=notice.published.at,
        changed_at=notice.changed.at,
        exercise=content.exercise,
    )


def _point(each: NearbyPoint, now: datetime) -> BulletinPoint:
    content = each.point.content
    return BulletinPoint(
        id=str(each.point.id),
        kind=content.kind,
        name=content.name,
        address=content.address,
        latitude=content.latitude,
        longitude=content.longitude,
        distance_m=None if each.distance_m is None else round(each.distance_m, 0),
        open_now=content.open_now,
        hours=content.hours,
        offers=list(content.offers),
        note=content.note,
        confirmed_at=content.confirmed_at,
        confirmed=situation.is_confirmed(each.point, now),
        exercise=content.exercise,
    )


def state_of(found: Distress | Report) -> str:
    """How far a call or a report got."""
    if isinstance(found, Distress):
        return found.status.value
    return "answered" if found.answers else "received"


def receipt(code: str, found: Distress | Report, **age: Any) -> ReceiptState:
    """What the holder of a receipt may know. Neither the text nor the notes of staff: a receipt may get lost."""
    answers = () if isinstance(found, Distress) else found.answers
    return ReceiptState(
        receipt=code,
        type="distress" if isinstance(found, Distress) else "report",
        state=state_of(found),
        received_at=found.received.at,
        exercise=found.is_exercise,
        added=len(found.added) if isinstance(found, Distress) else 0,
        withdrawn_at=found.withdrawn.act.at if isinstance(found, Distress) and found.withdrawn else None,
        answers=[Answer(at=step.act.at, text=step.text) for step in answers],
        **age,
    )
