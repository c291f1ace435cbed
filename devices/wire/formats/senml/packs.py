"""Packs of records, resolved: each with its whole name, unit, value and time (RFC 8428, 4.6). Pure."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from devices.wire import details, json_text
from devices.wire.inputs import numbers

_VERSION = 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]{0,199}")
_DEVICE = re.compile(r"urn:dev:(?P<kind>mac|ow):(?P<id>[0-9a-fA-F]{8,26})(?:[:/_.](?P<rest>.*))?")
_RECORDS_MAX = 1_000
_SECONDS_MAX = 1e12  # some thirty thousand years: milliseconds of more may be no finite number


class BadPackError(Exception):
    """A pack that is refused; `complaint` says where and why."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = details.one_line(complaint)


@dataclass(frozen=True, slots=True)
class Record:
    """A resolved record with a number. `time`: Unix seconds, or seconds after now where it is below 2^28."""

    name: str
    unit: str | None
    value: float
    time: float

    @property
    def device(self) -> tuple[str, str]:
        """The box that its name names, and what follows it; an empty text where it names none."""
        found = _DEVICE.fullmatch(self.name)
        if found is None:
            return "", self.name
        return f"{found['kind']}-{found['id'].lower()}", found["rest"] or ""


def records(payload: bytes) -> list[Record]:
    """The records with a number; texts, booleans and bytes are none. Raises BadPackError."""
    try:
        content, _ = json_text.parsed(payload)
    except ValueError as error:
        raise BadPackError(f"Invalid JSON: {error}") from None
    if not isinstance(content, list) or len(content) > _RECORDS_MAX:
        raise BadPackError(f"not a list of at most {_RECORDS_MAX} records")
    found = []
    base: dict[str, Any] = {}
    for index, each in enumerate(content):
        if not isinstance(each, dict):
            raise BadPackError(f"/{index}: not a record")
        base = {**base, **{label: each[label] for label in each if label in {"bn", "bt", "bu", "bv"}}}
        _check_labels(index, each)
        record = _resolved(index, each, base)
        if record is not None:
            found.append(record)
    return found


def written(found: list[Record]) -> bytes:
    """Resolved records as a pack, which is read as it was."""
    return json.dumps(
        [
            {"n": each.name, "v": each.value, "t": each.time} | ({} if each.unit is None else {"u": each.unit})
            for each in found
        ]
    ).encode()


def _check_labels(index: int, each: dict[str, Any]) -> None:
    for label in each:
        if label.endswith("_"):
            raise BadPackError(f"/{index}/{label}: this label must be understood, and is not")
    version = each.get("bver", _VERSION)
    if type(version) is not int or version > _VERSION:
        raise BadPackError(f"/{index}/bver: version {details.excerpt(version)}, {_VERSION} is read")


def _resolved(index: int, each: dict[str, Any], base: dict[str, Any]) -> Record | None:
    if not each.keys() & {"n", "v", "vs", "vb", "vd", "s"}:
        return None  # base fields alone
    if not each.keys() & {"v", "vs", "vb", "vd", "s"} and "bv" not in base:
        raise BadPackError(f"/{index}: a record without a value")
    name = f"{base.get('bn', '')}{each.get('n', '')}"
    if not _NAME.fullmatch(name):
        raise BadPackError(f"/{index}/n: {details.excerpt(name)} is no name")
    if each.keys() & {"vs", "vb", "vd"} or ("v" not in each and "s" in each):
        return None
    value, base_value = numbers.of(each.get("v", 0)), numbers.of(base.get("bv", 0))
    time, base_time = numbers.of(each.get("t", 0)), numbers.of(base.get("bt", 0))
    if value is None or base_value is None or time is None or base_time is None:
        raise BadPackError(f"/{index}: its value or its time is no number")
    value, time = value + base_value, time + base_time
    if not math.isfinite(value) or abs(time) > _SECONDS_MAX:
        raise BadPackError(f"/{index}: its value or its time is beyond all that can be")
    unit = each.get("u", base.get("bu"))
    return Record(name, unit if isinstance(unit, str) else None, value, time)
