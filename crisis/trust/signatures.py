"""What is signed: the canonical bytes of an event. Defined here and nowhere else (docs/adr/0014-signed-events.md).

The bytes are the fields `kiezbox-event-1`, id, node, at, clock_at, actor, kind, body, in UTF-8, with a NUL between two:
none of them can contain one. The id is written with hyphens, times are milliseconds since 1970, `clock_at` is empty
when there is none, and the body is JSON in the author's order of keys, without spaces, as `events.compact` writes it.
The SHA-256 of the same bytes will name an event in a chain over the log.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING

from crisis.model import events
from crisis.trust import keys

if TYPE_CHECKING:
    from crisis.model.events import EncodedEvent
    from crisis.trust.keys import SigningKey

_EVENT = "kiezbox-event-1"


def canonical(event: EncodedEvent) -> bytes:
    """The bytes of an event that its signature is over. The signature itself and the serial are not among them."""
    clock = "" if event.clock_ms is None else event.clock_ms
    who = f"{event.id}\0{event.node}\0{event.at_ms}\0{clock}\0{event.actor}"
    return f"{_EVENT}\0{who}\0{event.kind}\0{event.body}".encode()


def digest(event: EncodedEvent) -> bytes:
    """The SHA-256 of the canonical bytes."""
    return hashlib.sha256(canonical(event)).digest()


def signed(event: EncodedEvent, key: SigningKey, serial: int) -> EncodedEvent:
    """The event with a signature by this key, whose certificate has this serial."""
    return dataclasses.replace(event, serial=serial, signature=key.sign(canonical(event)))


def is_valid(event: EncodedEvent, key: bytes) -> bool:
    """Whether the holder of this public key signed the event as it is."""
    return event.signature is not None and keys.is_valid(key, event.signature, canonical(event))


def normalized(event: EncodedEvent) -> EncodedEvent:
    """The event with its body as every node writes it; a log of the version before may have written numbers otherwise.

    Raises InvalidEventError when the body is no JSON, which only damage can cause.
    """
    try:
        body = json.loads(event.body)
    except (ValueError, RecursionError) as error:
        raise events.InvalidEventError(f"body: {error}") from None
    return dataclasses.replace(event, body=events.compact(body))
