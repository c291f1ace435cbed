"""Requests of senseBox's sketches: `boxes/{box}/data`, and `boxes/{box}/{sensor}` for a single value. Pure."""

from __future__ import annotations

import re

from devices.wire.formats.opensensemap import parsing
from devices.wire.formats.opensensemap.measurements import BadMeasurementError
from devices.wire.inputs.format import Answer, NotUnderstood, Parcel, Request, Taken

_PATH = re.compile(r"boxes/(?P<box>[0-9a-fA-F]{24})/(?P<rest>data|[0-9a-fA-F]{24})/?")
_PLACEHOLDER = "00112233445566778899aabb"  # in sketches that nobody has filled in
_FORMS = {
    "": "json",
    "application/json": "json",
    "text/csv": "csv",
    "application/sbx-bytes": "bytes",
    "application/sbx-bytes-ts": "bytes-ts",
}
_SAVED = Answer(201, b"Measurements saved in box", "text/plain; charset=utf-8")
_SAVED_ONE = Answer(201, b"Measurement saved in box", "text/plain; charset=utf-8")


def take(request: Request) -> Taken:
    """The measurements of one box. Raises NotUnderstood for a batch with a mistake, which is refused as a whole."""
    found = _PATH.fullmatch(request.path)
    if found is None or request.method != "POST":
        raise NotUnderstood(404, "Measurements are posted to boxes/BOX_ID/data or boxes/BOX_ID/SENSOR_ID.")
    box, rest = found["box"].lower(), found["rest"].lower()
    if box == _PLACEHOLDER:
        raise NotUnderstood(422, "This is the placeholder of the sketch: write your own senseBox ID into it.")
    if rest != "data":
        form = f"value/{rest}"
    elif "luftdaten" in request.query:
        form = "luftdaten"
    else:
        written = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if written not in _FORMS:
            raise NotUnderstood(415, f"Send application/json, text/csv or application/sbx-bytes, not {written}.")
        form = _FORMS[written]
    if form != "luftdaten":
        try:
            parsing.of(form, request.body)
        except BadMeasurementError as error:
            raise NotUnderstood(422, error.complaint) from None
    return Taken(_SAVED if rest == "data" else _SAVED_ONE, (Parcel(f"osem-{box}", request.body, form),))
