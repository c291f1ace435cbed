"""One example answer of each route, for the OpenAPI document: made from the schemas, so it cannot contradict them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from api.http import cursors, formats, problems
from api.http.formats import Format
from api.readings import geojson
from api.readings.buckets import Bucket, Relation
from api.readings.schemas import box_health, boxes, ledger, means, quantities, readings, series
from devices.quantities import Averaging
from devices.readings import Clock, Mode

_AT = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)
_RECEIVED = _AT + timedelta(seconds=1)

_READING = readings.Reading(
    box="71-01",
    source="core",
    quantity="temperature_outside",
    unit="Cel",
    value=-4.25,
    flag=[],
    measured_at=_AT,
    received_at=_RECEIVED,
    age_s=4.2,
)
_STATUS = boxes.Status(
    online=True,
    at=_AT,
    received_at=_RECEIVED,
    age_s=61.0,
    mode=Mode.NORMAL,
    mains=False,
    router_powered=True,
    uplink="mesh",
    battery_percent=81.5,
    clients=4,
    interval_s=60.0,
    outbox=0,
    boot="5f0c9a1e",
    firmware="1.4.0",
    told_at=_RECEIVED,
    told_age_s=61.0,
)
BOX = boxes.Box(
    box="71-01",
    name="Rathaus Schöneberg",
    district="71",
    number="01",
    position=boxes.Position(latitude=52.4886, longitude=13.3425),
    exact_place=True,
    moving=False,
    registered=True,
    registered_at=_AT - timedelta(days=30),
    retired_at=None,
    withdrawn_at=None,
    first_seen_at=_AT - timedelta(days=29),
    last_seen_at=_RECEIVED,
    age_s=4.2,
    status=_STATUS,
)
BOXES = boxes.Boxes(items=[BOX], next=None)
BOX_FEATURES = geojson.boxes([BOX], None)
LATEST = readings.Readings(items=[_READING], next=None)
LATEST_FEATURES = geojson.readings([_READING], [{"latitude": 52.4886, "longitude": 13.3425}], None)
READINGS = readings.Readings(items=[_READING], next=cursors.write("readings", cursors.microseconds(_AT), 1))
READINGS_CSV = (
    "box,source,quantity,unit,value,flag,measured_at,received_at\r\n"
    "71-01,core,temperature_outside,Cel,-4.25,,2025-11-23T08:00:00.000Z,2025-11-23T08:00:01.000Z\r\n"
)
QUANTITIES = quantities.Quantities(
    items=[
        quantities.Quantity(
            quantity="temperature_outside",
            unit="Cel",
            low=-60.0,
            high=70.0,
            standard_name="air_temperature",
            label={"de": "Außentemperatur", "en": "Outdoor temperature"},
            averaging=Averaging.ARITHMETIC,
            decimals=1,
            is_about_box=False,
            limits=[],
            classes=[
                quantities.Class(
                    statistic="night_min",
                    name="tropical_night",
                    low=20.0,
                    low_included=True,
                    high=None,
                    high_included=False,
                    source=quantities.Source(
                        name="dwd",
                        kind="definition",
                        title="Deutscher Wetterdienst, Wetter- und Klimalexikon",
                        url="https://www.dwd.de/DE/service/lexikon/lexikon_node.html",
                    ),
                )
            ],
        )
    ],
    next=None,
)
SERIES = series.SeriesPage(
    from_=_AT,
    to=_AT + timedelta(minutes=10),
    tz="UTC",
    bucket=Bucket.M5,
    bucket_s=300,
    taken_from=Relation.READING_5M,
    items=[
        series.Series(
            box="71-01",
            source="core",
            quantity="temperature_outside",
            unit="Cel",
            averaging="arithmetic",
            at=["2025-11-23T08:00:00.000Z", "2025-11-23T08:05:00.000Z"],
            avg=[-4.2, -4.3],
            min=[-4.25, -4.5],
            max=[-4.0, -4.25],
            count=[5, 5],
            coverage=[1.0, 1.0],
        )
    ],
    next=None,
)
SERIES_CSV = (
    "box,source,quantity,unit,averaging,at,avg,min,max,count,coverage,growth,is_by_message\r\n"
    "71-01,core,temperature_outside,Cel,arithmetic,2025-11-23T08:00:00.000Z,-4.2,-4.25,-4.0,5,1.0,,false\r\n"
)
MEANS = means.MeanPage(
    from_=_AT,
    to=_AT + timedelta(hours=2),
    tz="UTC",
    bucket=Bucket.H1,
    bucket_s=3600,
    taken_from=Relation.READING_1H,
    items=[
        means.Mean(
            quantity="pm10",
            unit="ug/m3",
            averaging="arithmetic",
            at=["2025-11-23T08:00:00.000Z", "2025-11-23T09:00:00.000Z"],
            avg=[18.5, None],
            min=[12.0, None],
            max=[25.0, None],
            boxes=[2, 0],
        )
    ],
    next=None,
)
MEANS_CSV = (
    "quantity,unit,averaging,at,avg,min,max,boxes,is_by_message\r\n"
    "pm10,ug/m3,arithmetic,2025-11-23T08:00:00.000Z,18.5,12.0,25.0,2,false\r\n"
)
BOX_HEALTHS = box_health.BoxHealths(
    items=[
        box_health.BoxHealth(
            box="71-01",
            name="Rathaus Schöneberg",
            district="71",
            last_seen_at=_RECEIVED,
            age_s=4.2,
            interval_s=60.0,
            interval_from=box_health.IntervalFrom.MEASURED,
            expected_within_s=180.0,
            is_overdue=False,
            missed_messages=0,
            clock=box_health.BoxClock(set_by=Clock.NTP, skew_s=0.3, at=_RECEIVED),
            battery=box_health.Battery(percent=81.5, volts=13.28, volts_measured_at=_AT),
            status=_STATUS,
        )
    ],
    next=None,
)
LEDGER = ledger.Ledger(
    items=[
        ledger.LedgerEntry(
            hour=_AT,
            box="71-01",
            balanced=True,
            messages=ledger.MessageOutcomes(received=61, stored=60, duplicate=1, rejected=0, lost=0),
            readings=ledger.ReadingOutcomes(received=488, stored=479, duplicate=8, rejected=1, differing=0),
        )
    ],
    next=None,
)


def of(answer: BaseModel, *errors: int, other_formats: Mapping[Format, object] | None = None) -> dict[int | str, Any]:
    """The documented responses of a route: this answer as JSON, the same in other formats, and its errors by status."""
    content = {formats.MEDIA_TYPES[Format.JSON]: {"example": _json(answer)}}
    for format_, example in (other_formats or {}).items():
        content[formats.MEDIA_TYPES[format_]] = _other(format_, example)
    return {200: {"content": content}, **problems.documented(*errors)}


def _other(format_: Format, example: object) -> dict[str, Any]:
    if isinstance(example, BaseModel):
        return {"schema": type(example).model_json_schema(mode="serialization"), "example": _json(example)}
    if format_ is Format.CSV:
        return {"schema": {"type": "string"}, "example": example}
    return {"schema": {"type": "string", "format": "binary"}}


def _json(answer: BaseModel) -> Any:
    return answer.model_dump(
        mode="json", by_alias=True, exclude_unset=isinstance(answer, (series.SeriesPage, means.MeanPage))
    )
