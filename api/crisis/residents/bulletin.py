"""The bulletin as JSON: what the page says, for programs. And the state behind a receipt."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.crisis.residents import situation
from api.crisis.residents.situation import Help, Picture
from api.http import times
from api.http.times import Instant
from crisis.model.contents import Certainty, Hazard, NoticeText, PointKind, Severity, Urgency
from crisis.state.views import AreaMode, Distress, Notice, Report
from devices.readings import Mode


class Aged(BaseModel):
    """As of when an answer holds. Null on a box that has not heard its hub since it was set up."""

    as_of: Instant | None
    age_s: float | None = Field(examples=[0.0])
    stale: bool = Field(description="Nobody heard the hub lately: what is said may be out of date.")


class Declared(BaseModel):
    """A mode and since when; `is_emergency` only for a real one that is known to hold now."""

    mode: Mode
    area: str = Field(examples=["district-71"], description="The area whose decision holds here.")
    since: Instant | None
    reason: str
    exercise: bool
    is_emergency: bool


class Elsewhere(BaseModel):
    """An emergency in another area."""

    area: str = Field(examples=["district-72"])
    since: Instant | None
    exercise: bool


class ShownNotice(BaseModel):
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


class ShownPoint(BaseModel):
    """A place of help. `open_now` null: nobody knows; `confirmed` false: nobody looked lately."""

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
    mode: Declared
    elsewhere: list[Elsewhere]
    notices: list[ShownNotice]
    points: list[ShownPoint]


class Answer(BaseModel):
    """What somebody told the holder of a receipt."""

    at: Instant
    text: str


class Receipt(Aged):
    """How far a call or report got. `state` of a call: received, taken, closed; of a report: received, answered."""

    receipt: str = Field(examples=["7KQ2-M0XA"])
    type: str = Field(examples=["distress"])
    state: str = Field(examples=["received"])
    received_at: Instant
    answers: list[Answer]


class Taken(BaseModel):
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


def of(shown: Picture, now: datetime) -> Bulletin:
    """The bulletin of a picture."""
    mode = shown.mode
    return Bulletin(
        node=shown.node,
        place=shown.spot.place,
        mode=Declared(
            mode=mode.mode,
            area=mode.area,
            since=mode.since,
            reason=mode.reason,
            exercise=mode.exercise,
            is_emergency=shown.is_emergency,
        ),
        elsewhere=[_elsewhere(each) for each in shown.elsewhere],
        notices=[_notice(notice) for notice in shown.notices],
        points=[_point(each, now) for each in shown.helps],
        **aged(shown.as_of, now, is_stale=shown.is_stale),
    )


def is_confirmed(each: Help, now: datetime) -> bool:
    """Whether somebody looked lately at this place of help."""
    at = each.point.content.confirmed_at
    return at is not None and now - at <= situation.CONFIRMED_WITHIN


def _elsewhere(mode: AreaMode) -> Elsewhere:
    return Elsewhere(area=mode.area, since=None if mode.act is None else mode.act.at, exercise=mode.exercise)


def _notice(notice: Notice) -> ShownNotice:
    content = notice.content
    return ShownNotice(
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


def _point(each: Help, now: datetime) -> ShownPoint:
    content = each.point.content
    return ShownPoint(
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
        confirmed=is_confirmed(each, now),
        exercise=content.exercise,
    )


def state_of(found: Distress | Report) -> str:
    """How far a call or a report got."""
    if isinstance(found, Distress):
        return found.status.value
    return "answered" if found.answers else "received"


def receipt(code: str, found: Distress | Report, **age: Any) -> Receipt:
    """What the holder of a receipt may know. Not the text, nor what staff noted: a receipt may get lost."""
    answers = () if isinstance(found, Distress) else found.answers
    return Receipt(
        receipt=code,
        type="distress" if isinstance(found, Distress) else "report",
        state=state_of(found),
        received_at=found.received.at,
        answers=[Answer(at=step.act.at, text=step.text) for step in answers],
        **age,
    )
