"""Measurements in the forms that openSenseMap takes: JSON as object or array, CSV, and bytes. Pure."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devices.wire import details, json_text
from devices.wire.inputs import moments, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

MEASUREMENTS_MAX = 2_500
_SENSOR = re.compile(r"[0-9a-f]{24}")
_CELLS = (2, 3, 5, 6)  # with a time, with a place, with a height
_ROW, _TIMED_ROW = struct.Struct("<12sf"), struct.Struct("<12sfI")
_NOTHING = (None, "")


class BadMeasurementError(Exception):
    """A batch that is refused as a whole: `complaint` says which part of it is wrong."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = details.one_line(complaint)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of a sensor; `at_ms` since 1970 UTC, None: no time. `place`: latitude and longitude in degrees."""

    sensor: str
    value: float
    at_ms: int | None = None
    place: tuple[float, float] | None = None


def of_json(payload: bytes) -> list[Measurement]:
    """Of a body of JSON. Raises BadMeasurementError."""
    try:
        content, _ = json_text.parsed(payload)
    except ValueError as error:
        raise BadMeasurementError(f"Invalid JSON: {error}") from None
    if isinstance(content, dict | list):
        _bound(len(content))
    if isinstance(content, dict):
        rows = [(sensor, *(said if isinstance(said, list) else [said])) for sensor, said in content.items()]
    elif isinstance(content, list):
        rows = [_of_object(each) for each in content]
    else:
        raise BadMeasurementError("neither an object nor a list of measurements")
    return [_measurement(index, *row[:4]) for index, row in enumerate(rows)]


def of_csv(payload: bytes) -> list[Measurement]:
    """Of lines `sensor,value[,time[,longitude,latitude[,height]]]`, padded with blanks. Raises BadMeasurementError."""
    found: list[Measurement] = []
    for index, line in enumerate(payload.decode("utf-8", "replace").splitlines()):
        cells = [cell.strip() for cell in line.strip().strip("\0").split(",")]
        if cells == [""]:
            continue
        _bound(len(found) + 1)
        if len(cells) not in _CELLS:
            raise BadMeasurementError(f"/{index}: {len(cells)} cells, not {', '.join(map(str, _CELLS))}")
        place = [numbers.of(cell) for cell in cells[3:5]] or None
        if len(cells) > 2 and not cells[2]:  # noqa: PLR2004 -- the cell of the time
            raise BadMeasurementError(f"/{index}: a time is missing")
        found.append(_measurement(index, cells[0], cells[1], cells[2] if len(cells) > 2 else None, place))  # noqa: PLR2004
    return found


def of_bytes(payload: bytes, *, is_timed: bool) -> list[Measurement]:
    """Of rows of an id, a float and, if they are timed, Unix seconds. Raises BadMeasurementError."""
    row = _TIMED_ROW if is_timed else _ROW
    if not payload or len(payload) % row.size:
        raise BadMeasurementError(f"{len(payload)} bytes are no rows of {row.size}")
    _bound(len(payload) // row.size)
    found = []
    for index, (sensor, value, *at) in enumerate(row.iter_unpack(payload)):
        number = numbers.of(float(f"{value:.7g}"))  # of a float of four bytes: the shortest text that means it
        if number is None:
            raise BadMeasurementError(f"/{index}: its value is no number")
        found.append(Measurement(sensor.hex(), number, at[0] * 1000 if at else None))
    return found


def of_value(sensor: str, payload: bytes) -> list[Measurement]:
    """Of the body for a single sensor. Raises BadMeasurementError."""
    try:
        content, _ = json_text.parsed(payload)
    except ValueError as error:
        raise BadMeasurementError(f"Invalid JSON: {error}") from None
    if not isinstance(content, dict):
        raise BadMeasurementError("not an object with a value")
    return [_measurement(0, sensor, content.get("value"), content.get("createdAt"), content.get("location"))]


def _of_object(each: Any) -> tuple[Any, ...]:
    if not isinstance(each, dict):
        return (None,)
    sensor = each.get("sensor", each.get("sensor_id"))
    return sensor, each.get("value"), each.get("createdAt"), each.get("location")


def _measurement(index: int, sensor: Any, value: Any = None, at: Any = None, place: Any = None) -> Measurement:
    if not (isinstance(sensor, str) and _SENSOR.fullmatch(sensor.lower())):
        raise BadMeasurementError(f"/{index}: {details.excerpt(sensor)} is no sensor id (24 hexadecimal digits)")
    number = numbers.of(value)
    if number is None:
        raise BadMeasurementError(f"/{index}/value: {details.excerpt(value)} is no number")
    at_ms = None
    if at not in _NOTHING:
        at_ms = moments.ms_of(at) if isinstance(at, str) else None
        if at_ms is None:
            raise BadMeasurementError(f"/{index}/createdAt: {details.excerpt(at)} is no time with its zone (RFC 3339)")
    return Measurement(sensor.lower(), number, at_ms, _place(place))


def _place(said: Any) -> tuple[float, float] | None:
    """Longitude comes first. What is no place is left out: the value counts without it."""
    if isinstance(said, dict):
        said = [said.get("lng"), said.get("lat")]
    if not isinstance(said, list) or len(said) < 2:  # noqa: PLR2004 -- longitude and latitude
        return None
    longitude, latitude = numbers.of(said[0]), numbers.of(said[1])
    if longitude is None or latitude is None or abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 -- degrees
        return None
    return latitude, longitude


def _bound(count: int) -> None:
    """Before they are read: nobody else is served meanwhile."""
    if count > MEASUREMENTS_MAX:
        raise BadMeasurementError(f"more than {MEASUREMENTS_MAX} measurements")


def newest_place(found: list[Measurement]) -> tuple[float, float] | None:
    """The place of the last measurement that has one."""
    return next(_places(found), None)


def _places(found: list[Measurement]) -> Iterator[tuple[float, float]]:
    yield from (each.place for each in reversed(found) if each.place is not None)
