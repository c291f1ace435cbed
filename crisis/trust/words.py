"""What residents said, and what staff wrote of their work, stays with the hub and where it was said.

Everybody else gets the event without it.

The hub seals the event for itself (sealed_box.py) and sends it along: a stolen box's disk holds only its own words, and
a hub that lost its log gets them back from the boxes.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.model import events
from crisis.model.events import EncodedEvent, InvalidEventError
from crisis.trust import sealed_box

if TYPE_CHECKING:
    from crisis.trust.identity import Identity
    from crisis.trust.keys import SigningKey

# By kind: what is left of a body when the words are withheld. Whatever is not named here is somebody's words.
PUBLIC: dict[str, tuple[str, ...]] = {
    "distress_received": ("kind", "people", "box", "source", "exercise", "number", "v"),
    "report_received": ("kind", "box", "source", "exercise", "v"),
    "distress_taken": ("distress", "v"),
    "distress_closed": ("distress", "v"),
    "distress_reopened": ("distress", "v"),
    "distress_assigned": ("distress", "to", "v"),
    "distress_noted": ("distress", "said", "v"),
    "distress_prioritized": ("distress", "priority", "v"),
    "report_answered": ("report", "v"),
    "entry_written": ("sort", "area", "exercise", "v"),
    "entry_struck": ("event", "area", "v"),
    "incident_put": ("incident", "fields", "number", "begins", "v"),
    "card_put": ("card", "sort", "fields", "v"),
}
# And which of the fields that such an event changes.
PUBLIC_FIELDS: dict[str, tuple[str, ...]] = {
    "incident_put": ("sort", "area", "state", "exercise"),
    "card_put": ("area", "incident", "state", "status", "is_released", "exercise"),
}
_WITHHELD, _SEALED = "withheld", "sealed"
_MARK = f'"{_WITHHELD}":true'
_SEALED_MAX = events.BODY_BYTES_MAX * 7 // 10  # bytes of an event that still fit when they are in base64
_CACHED = 2_048


def is_withheld(event: EncodedEvent) -> bool:
    """Whether this is an event without its words."""
    return event.kind in PUBLIC and _MARK in event.body


def subject_of(event: EncodedEvent) -> UUID:
    """The call or report that these words belong to."""
    body: dict[str, Any] = json.loads(event.body)
    for name in ("distress", "report"):
        if name in body:
            return UUID(str(body[name]))
    return event.id


def blank(event: EncodedEvent, sealed: str = "") -> EncodedEvent:
    """The event without its words and without its signature, which was over them."""
    body: dict[str, Any] = json.loads(event.body)
    left = {name: body[name] for name in PUBLIC[event.kind] if name in body}
    if event.kind in PUBLIC_FIELDS:
        left["fields"] = _public_fields(event.kind, left.get("fields"))
    if event.kind == "report_answered":
        left["text"] = ""
    left[_WITHHELD] = True
    if sealed:
        left[_SEALED] = sealed
    return dataclasses.replace(event, body=events.compact(left), serial=None, signature=None)


def _public_fields(kind: str, fields: Any) -> dict[str, Any]:
    known = fields if isinstance(fields, dict) else {}
    return {name: value for name, value in known.items() if name in PUBLIC_FIELDS[kind]}


def withheld(event: EncodedEvent, identity: Identity) -> EncodedEvent:
    """The event for a box that has no need of the words: on the hub, signed by the hub."""
    key = identity.key
    if key is None:
        return blank(event)
    return _withheld(event, key, identity)


@functools.lru_cache(_CACHED)
def _withheld(event: EncodedEvent, key: SigningKey, identity: Identity) -> EncodedEvent:
    whole = json.dumps(events.to_json(event), ensure_ascii=False, separators=(",", ":")).encode()
    # A text so long that it would not fit into an event once it is sealed stays at the hub.
    sealed = (
        base64.b64encode(sealed_box.seal(sealed_box.public_of(key), whole)).decode() if len(whole) < _SEALED_MAX else ""
    )
    return identity.sign(blank(event, sealed))


def opened(event: EncodedEvent, identity: Identity) -> EncodedEvent:
    """On the hub: the event that was sealed in this one; anywhere else, or if it was not for us, as it is."""
    key = identity.key if identity.is_hub and is_withheld(event) else None
    if key is None:
        return event
    try:
        sealed = base64.b64decode(json.loads(event.body).get(_SEALED, ""), validate=True)
        found = events.from_json(json.loads(sealed_box.open_sealed(key, sealed)))
    except (sealed_box.InvalidSealError, InvalidEventError, ValueError, RecursionError):
        return event
    return found if (found.id, found.node, found.kind) == (event.id, event.node, event.kind) else event
