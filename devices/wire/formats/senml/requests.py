"""A pack by POST. Pure."""

from __future__ import annotations

from devices.wire.formats.senml import packs
from devices.wire.formats.senml.packs import BadPackError, Record
from devices.wire.inputs.format import Answer, NotUnderstood, Parcel, Request, Taken

_STORED = Answer(204)
_TYPES = frozenset({"", "application/senml+json", "application/sensml+json", "application/json"})


def take(request: Request) -> Taken:
    """The records of a pack, by the boxes that their names name. Raises NotUnderstood for a pack that is refused."""
    if request.method != "POST":
        raise NotUnderstood(405, "A pack is posted here.")
    written = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if written not in _TYPES:
        raise NotUnderstood(415, f"Send application/senml+json, not {written}.")
    try:
        found = packs.records(request.body)
    except BadPackError as error:
        raise NotUnderstood(400, error.complaint) from None
    by_box: dict[str, list[Record]] = {}
    for record in found:
        by_box.setdefault(record.device[0], []).append(record)
    return Taken(_STORED, tuple(Parcel(box, packs.written(own)) for box, own in by_box.items()))
