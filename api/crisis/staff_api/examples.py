"""One answer of each address for staff, as the OpenAPI document shows it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from api.crisis.staff_api import outage_json, schemas
from api.http import problems
from crisis.model.contents import Certainty, Hazard, NoticeText, PointKind, Severity, Urgency
from crisis.model.event_bodies import Source
from crisis.state.need import Rule
from devices.readings import DistressKind, Mode, ReportKind

ACT_ERRORS = (401, 403, 404, 409, 422, 503, 507)

_AT = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)
_ID = UUID("0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e")
_AGE = {"as_of": "2025-11-23T08:01:00.000Z", "age_s": 0.0}
_DONE = schemas.ActJson(event=_ID, at=_AT, by="anna", node="hub", doubtful=False, unsigned=False)

_SENT: dict[str, Any] = {
    "id": _ID,
    "received": schemas.ActJson(event=_ID, at=_AT, by="resident", node="71-01", doubtful=False, unsigned=False),
    "age_s": 60.0,
    "people": 3,
    "latitude": None,
    "longitude": None,
    "box": "71-01",
    "contact": "",
    "language": "de",
    "source": Source.PAGE,
    "receipt": "7KQ2-M0XA",
    "exercise": False,
    "withheld": False,
}


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


_NOTICE = _json(
    schemas.StaffNotice(
        id=_ID,
        state="active",
        texts={"de": NoticeText(headline="Stromausfall in Schöneberg", text="Dauer noch nicht bekannt.")},
        severity=Severity.SEVERE,
        urgency=Urgency.IMMEDIATE,
        certainty=Certainty.OBSERVED,
        hazard=Hazard.BLACKOUT,
        area="district-71",
        from_at=None,
        until_at=None,
        replaces=None,
        exercise=False,
        published=_DONE,
        changed=_DONE,
        withdrawn=None,
        withdrawn_reason="",
        replaced_by=None,
    )
)
_POINT = _json(
    schemas.StaffPoint(
        id=_ID,
        kind=PointKind.KAT_LEUCHTTURM,
        name="Rathaus Schöneberg",
        latitude=52.4847,
        longitude=13.3435,
        address="John-F.-Kennedy-Platz",
        area="district-71",
        open_now=True,
        hours="rund um die Uhr",
        offers=["Strom", "Wasser"],
        note="",
        confirmed_at=_AT,
        exercise=False,
        put=_DONE,
        changed=_DONE,
        closed=None,
        closed_reason="",
    )
)
_MODE = _json(
    schemas.DecidedMode(
        area="district-71",
        mode=Mode.EMERGENCY,
        reason="Stromausfall, Dauer unbekannt",
        exercise=False,
        decided=_DONE,
        proposed_by="bert",
        alone=False,
        proposals=[],
    )
)
_DISTRESS = _json(
    schemas.StaffDistress(
        number="H 71-01/3",
        kind=DistressKind.FIRE,
        status="taken",
        escalated=False,
        button=None,
        mesh_node=None,
        priority=2,
        priority_rule=Rule.KIND,
        taken=[schemas.StepJson(did=_DONE, text="Streife 3, in 5 Minuten da")],
        closed=[],
        assigned=None,
        notes=[schemas.StepJson(did=_DONE, text="Sind vor Ort, die Tür ist verschlossen")],
        reopened=[],
        added=[schemas.StepJson(did=_DONE, text="3. Stock links, die Klingel geht nicht")],
        withdrawn=None,
        text="Rauch im Keller",
        **_SENT,
    )
)
_REPORT = _json(
    schemas.StaffReport(
        kind=ReportKind.NEED,
        answers=[schemas.StepJson(did=_DONE, text="Das Rathaus kühlt Insulin, rund um die Uhr.")],
        text="Insulin muss gekühlt werden",
        **_SENT,
    )
)

NOTICES = {**_AGE, "items": [_NOTICE]}
NOTICE = {**_AGE, "notice": _NOTICE}
POINTS = {**_AGE, "items": [_POINT]}
POINT = {**_AGE, "point": _POINT}
MODE = {**_AGE, "mode": _MODE}
DISTRESS = {**_AGE, "distress": _DISTRESS}
REPORT = {**_AGE, "report": _REPORT}
HISTORY = {
    **_AGE,
    "items": [
        {
            "id": str(_ID),
            "seq": 412,
            "kind": "distress_taken",
            "at": "2025-11-23T08:00:00.000Z",
            "written_at": "2025-11-23T08:00:00.000Z",
            "clock_at": None,
            "received_at": "2025-11-23T08:00:00.000Z",
            "by": "cem",
            "node": "hub",
            "via": "",
            "unsigned": False,
            "body": {"distress": str(_ID), "note": "Streife 3, in 5 Minuten da", "v": 1},
        }
    ],
    "next": None,
}
SITUATION = {
    **_AGE,
    "stale": False,
    "past": None,
    "this": {
        "node": "hub",
        "role": "hub",
        "events": 412,
        "unread": 0,
        "held": 0,
        "rejected": None,
        "boxes_current": True,
        "values_as_of": "2025-11-23T08:00:55.000Z",
        "values_stale": False,
    },
    "open": {"distress": 1, "escalated": 0, "reports": 0},
    "modes": [_MODE],
    "districts": [
        {
            "district": "71",
            "reachable": 1,
            "unreachable": 0,
            "on_battery": 1,
            "open_distress": 1,
            "open_reports": 0,
            "boxes": [
                {
                    "box": "71-01",
                    "reachable": True,
                    "since": "2025-11-23T06:45:00.000Z",
                    "heard_at": "2025-11-23T08:00:50.000Z",
                    "age_s": 10.0,
                    "uplink": "mesh",
                    "clients": 4,
                    "power": {
                        "mains": False,
                        "battery_percent": 81.5,
                        "hours_left": 17.5,
                        "as_of": "2025-11-23T08:00:50.000Z",
                        "age_s": 10.0,
                    },
                    "mode": {
                        "decided": "emergency",
                        "area": "district-71",
                        "exercise": False,
                        "seen": "normal",
                        "seen_since": "2025-11-22T12:00:00.000Z",
                        "agrees": False,
                    },
                    "values": [
                        {
                            "source": "core",
                            "quantity": "temperature_outside",
                            "unit": "Cel",
                            "value": -4.25,
                            "measured_at": "2025-11-23T08:00:50.000Z",
                            "age_s": 10.0,
                        }
                    ],
                    "open_distress": 1,
                    "open_reports": 0,
                }
            ],
        }
    ],
    "outages": [outage_json.OUTAGE],
    "distress": [_DISTRESS],
    "reports": [],
    "incidents": [],
    "tasks": [],
    "units": [],
    "nodes": [
        {
            "node": "71-01",
            "state": "level",
            "heard_at": "2025-11-23T08:00:50.000Z",
            "age_s": 10.0,
            "waiting": 0,
            "missing": 0,
            "clock_skew_s": 0.2,
        }
    ],
}
MODE_NUMBER = {
    "mode": 2,
    "coordinates": [13.3425, 52.4886],
    "is_emergency": True,
    "name": "emergency",
    "area": "district-71",
    "exercise": False,
    "since": "2025-11-23T06:45:00.000Z",
    "as_of": "2025-11-23T08:00:00.000Z",
    "age_s": 0.0,
    "stale": False,
}
INFO = {
    "lon": 13.3425,
    "lat": 52.4886,
    "coordinates": [13.3425, 52.4886],
    "node": "71-01",
    "place": "Rathaus Schöneberg",
    "is_emergency": True,
    "since": "2025-11-23T06:45:00.000Z",
    "as_of": "2025-11-23T08:00:00.000Z",
    "age_s": 0.0,
    "stale": False,
}


def of(answer: dict[str, Any], *errors: int) -> dict[int | str, Any]:
    """The documented responses of an address: this answer, and its errors."""
    return {200: {"content": {"application/json": {"example": answer}}}, **problems.documented(*errors)}
