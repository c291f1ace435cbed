"""What arrives over MQTT, read: `parse` turns a topic and its bytes into a Message, whatever the wire format."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from devices import boxes
from devices.quantities import CATALOGUE
from devices.readings import Message
from devices.wire import details, kiezbox, salvage
from devices.wire.meshtastic import uplink
from devices.wire.v1 import people, status, telemetry
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

__all__ = ["may_be_retained", "parse"]

PAYLOAD_BYTES_MAX = 64 * 1024
# Boxes send on the same few topics for ever. Only short topics are cached, so that nobody can fill the memory.
_TOPICS_KEPT = 20_000
_TOPIC_KEPT = 100  # characters
_NO_ROOTS = ("", "kb")  # first levels of topics that are not of the mesh
CALL_BYTES_MAX = 1024 * 1024  # a call with a long text is taken, and its text cut (calls.py)


def parse(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue = CATALOGUE) -> Message:
    """The message. Raises Malformed when nothing of it can be stored, and never anything else.

    A value that cannot be stored is in the message's `rejected`, and its neighbours are in `samples`.
    """
    kind, box = _address(topic) if len(topic) <= _TOPIC_KEPT else _address.__wrapped__(topic)
    match kind:
        case "telemetry":
            return _telemetry(topic, box, payload, received_at, catalogue)
        case "status":
            return _status(box, payload, received_at, catalogue)
        case "distress" | "report":
            _admit(box, payload, CALL_BYTES_MAX)
            said_by_people = people.distress if kind == "distress" else people.report
            return said_by_people(box, topic, payload, received_at)
        case "below telemetry" if payload[:1] in kiezbox.FIRST_BYTES:
            message = _telemetry(topic, box, payload, received_at, catalogue)
            if message.distress is not None:
                return message  # a call of real hardware, and no call is lost for a level too many
        case "other make" | "strange":
            return _of_other_make(topic, payload, received_at, catalogue)
        case "mesh":
            _check_size(payload, PAYLOAD_BYTES_MAX)
            return uplink.read(payload, kiezbox.Origin(topic, received_at), catalogue)
    raise Malformed(Reason.BAD_TOPIC, details.one_line(f"no message is expected on {topic}"))


def may_be_retained(topic: str) -> bool:
    """Whether the broker may keep a message on this topic for later subscribers: no reading, no call, no report."""
    kind, _ = _address(topic) if len(topic) <= _TOPIC_KEPT else _address.__wrapped__(topic)
    return kind not in {"telemetry", "distress", "report", "mesh"}


@functools.lru_cache(maxsize=_TOPICS_KEPT)
def _address(topic: str) -> tuple[str, str]:
    """The kind of message that is sent on this topic, and its box; two empty texts for an unknown topic."""
    match topic.split("/"):
        case ["kb", "v1", box, "telemetry" | "status" as kind]:
            return kind, box
        case ["kb", "v1", box, "distress" | "report" as kind, *_]:  # no call is lost for a level too many
            return kind, box
        case ["kb", "v1", box, "telemetry", partition] if partition.isdecimal():
            return "telemetry", box  # a broker added the number of a partition (docs/scaling.md); boxes never do
        case ["kb", "v1", box, "telemetry", *_]:
            return "below telemetry", box
    return _kind_beside_boxes(topic), ""


def _kind_beside_boxes(topic: str) -> str:
    """The kind of message that is sent on a topic of no box; an empty text for an unknown topic."""
    match topic.split("/"):
        case [root, *_] if root in _NO_ROOTS or root.startswith("$"):
            return ""
        case ["in", *_]:
            return "other make"
        case [_, *_, "2", "e", _, _]:  # the root is free text (KIEZBOX_MQTT_MESH_ROOTS)
            return "mesh"
    return "strange"  # JSON, maps, state of gateways: words and places of people who do not know us


def _of_other_make(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """What another make's device says; Malformed for what is of no format that we know."""
    from devices.wire.inputs import formats  # noqa: PLC0415 -- a box never needs them

    found = formats.of_topic(topic)
    if found is None:
        raise Malformed(Reason.NOT_KIEZBOX, details.one_line(f"another message of the mesh, on {topic}"))
    _check_size(payload, CALL_BYTES_MAX)
    try:
        return found.read(topic, payload, received_at, catalogue)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # A fault of ours in one format. It must not end the process: what nobody acknowledges comes again for ever.
        detail = f"a fault in reading {found.name}, please report it: {type(error).__name__}: {error}"
        raise Malformed(Reason.BAD_SCHEMA, details.one_line(detail)) from error


def _telemetry(topic: str, box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """In JSON or, from real Kiezbox hardware, in its binary format."""
    _admit(box, payload, PAYLOAD_BYTES_MAX)
    if payload[:1] in kiezbox.FIRST_BYTES:
        return kiezbox.read(payload, kiezbox.Origin(topic, received_at, box), catalogue)
    return telemetry.read(box, payload, received_at, catalogue)


def _status(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    _admit(box, payload, PAYLOAD_BYTES_MAX)
    if not payload:  # somebody deletes what the broker retains: no word of the box [MQTT-3.3.1-10]
        return Message(box=None)
    return status.read(box, payload, received_at, catalogue)


def _admit(box: str, payload: bytes, bytes_max: int) -> None:
    """Raise Malformed when the topic names no box, or the payload is too large."""
    if not boxes.is_id(box):
        raise Malformed(Reason.BAD_TOPIC, details.one_line(f"{box} is no box id (protocol.md)"))
    _check_size(payload, bytes_max, box)


def _check_size(payload: bytes, bytes_max: int, box: str | None = None) -> None:
    """Raise Malformed when the payload is larger than protocol.md allows."""
    if len(payload) > bytes_max:
        boot, seq = salvage.from_head(payload)
        detail = f"{len(payload)} bytes, at most {bytes_max} are read"
        raise Malformed(Reason.TOO_LARGE, detail, box=box, boot=boot, seq=seq)
