"""The body of a board's request: JSON in which all values are texts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devices.wire import details, json_text
from devices.wire.formats.airrohr import names
from devices.wire.inputs import formats, values
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue
    from devices.readings import Message

VALUES_MAX = 200  # a board with all sensors sends about 60


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The values of one interval, dated by their receipt: a board sends no time. Raises Malformed."""
    box, _ = formats.of_parcel(topic)
    found = sent(payload, box)
    return values.message("airrohr", box, names.values(found), received_at, catalogue, position=names.position(found))


def sent(payload: bytes, box: str | None = None) -> dict[str, Any]:
    """What stands under each `value_type`; of two the first. Raises Malformed."""
    try:
        content, _ = json_text.parsed(payload)
    except ValueError as error:
        raise Malformed(Reason.BAD_JSON, details.one_line(f"Invalid JSON: {error}"), box=box) from None
    listed = content.get("sensordatavalues") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise Malformed(Reason.BAD_SCHEMA, "/sensordatavalues: not a list of values", box=box)
    if len(listed) > VALUES_MAX:
        raise Malformed(Reason.TOO_LARGE, f"/sensordatavalues: {len(listed)} values, {VALUES_MAX} are read", box=box)
    found: dict[str, Any] = {}
    for each in listed:
        if isinstance(each, dict) and isinstance(name := each.get("value_type"), str) and name:
            found.setdefault(name, each.get("value"))
    return found
