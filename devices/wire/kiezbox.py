"""The binary messages of real Kiezbox hardware (kiezbox-protobuf.md, kiezbox.proto)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from devices import boxes
from devices.readings import Distress, DistressKind, Message, Mode, RejectedReading, Status
from devices.wire import calls, kiezbox_names, kiezbox_pb2, times
from devices.wire.samples import Samples
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

# The tags of KiezboxMessage's three fields. No JSON object, and no ServiceEnvelope, starts with one of them.
FIRST_BYTES = (b"\x22", b"\x2a", b"\x32")

_ID_MAX = 255
_VALUE_SCALE = 1000  # every value is the true value times 1000
_MODULES = {kiezbox_pb2.DEVICE_DISPLAY: "display", kiezbox_pb2.DEVICE_BUTTON: "button"}
_MODES = {
    kiezbox_pb2.MODE_MAINTENANCE: Mode.MAINTENANCE,
    kiezbox_pb2.MODE_NORMAL: Mode.NORMAL,
    kiezbox_pb2.MODE_EMERGENCY: Mode.EMERGENCY,
}
_KINDS = {
    kiezbox_pb2.TYPE_MEDICAL: DistressKind.MEDICAL,
    kiezbox_pb2.TYPE_FIRE: DistressKind.FIRE,
    kiezbox_pb2.TYPE_CRIME: DistressKind.CRIME,
    kiezbox_pb2.TYPE_SICK: DistressKind.SICK,
    kiezbox_pb2.TYPE_HELP: DistressKind.HELP,
}


@dataclass(frozen=True, slots=True)
class Origin:
    """How a message came: on which topic and of which box, or with which sender and packet in its envelope."""

    topic: str
    received_at: datetime
    box: str | None = None
    node: int | None = None
    packet_id: int | None = None


def read(payload: bytes, origin: Origin, catalogue: Catalogue) -> Message:
    """The update or the call for help in a KiezboxMessage. Raises Malformed when there is neither."""
    try:
        message = kiezbox_pb2.KiezboxMessage.FromString(payload)
    except DecodeError:
        raise Malformed(
            Reason.BAD_PROTOBUF, "neither a JSON object nor a whole KiezboxMessage", box=origin.box
        ) from None
    if message.HasField("distress"):
        return _distress(message, payload, origin)
    if message.HasField("update"):
        return _update(message.update, origin, catalogue)
    if message.HasField("control"):  # a command for a box that a gateway overheard: there is nothing to store
        raise Malformed(Reason.NOT_KIEZBOX, "a control message is no message of a box", box=origin.box)
    raise Malformed(Reason.BAD_PROTOBUF, "no update, control or distress in it", box=origin.box)


def _update(update: kiezbox_pb2.Update, origin: Origin, catalogue: Catalogue) -> Message:
    box = _box(update, origin)
    samples = Samples(catalogue, origin.received_at, box)
    at_ms = update.unix_time * 1000  # never arrival_time: that is a gateway's clock
    if update.HasField("core"):
        samples.judge("/update/core", "core", at_ms, _values(update.core.values, kiezbox_names.CORE))
    if update.HasField("sensor"):
        # A module that is not numbered is number 0, as a box that is not numbered is 00-00.
        source = f"{_MODULES.get(update.meta.dev_type, 'sensor')}-{update.meta.sens_id}"
        samples.judge("/update/sensor", source, at_ms, _values(update.sensor.values, kiezbox_names.SENSOR))
    return Message(
        box=box,
        samples=tuple(samples.found),
        rejected=tuple(samples.rejected),
        status=_status(update.core, times.measured(at_ms, origin.received_at)) if update.HasField("core") else None,
        node=origin.node,
    )


def _box(update: kiezbox_pb2.Update, origin: Origin) -> str:
    """The box that speaks. Old firmware used the tag of Update for another message, which has no such Meta."""
    meta = update.meta
    if not (meta.HasField("box_id") and meta.HasField("dist_id")):
        raise Malformed(Reason.BAD_PROTOBUF, "/update/meta: no box_id and dist_id", box=origin.box)
    if max(meta.box_id, meta.dist_id, meta.sens_id) > _ID_MAX:
        detail = f"/update/meta: ids {meta.dist_id}, {meta.box_id}, {meta.sens_id}, at most {_ID_MAX}"
        raise Malformed(Reason.BAD_PROTOBUF, detail, box=origin.box)
    box = boxes.numbered(meta.dist_id, meta.box_id)
    if origin.box is not None and origin.box != box:
        detail = f"/update/meta: the message of box {box} on the topic of box {origin.box}"
        raise Malformed(Reason.BAD_TOPIC, detail, box=origin.box)
    return box


def _values(values: kiezbox_pb2.CoreValues | kiezbox_pb2.SensorValues, names: dict[str, str]) -> dict[str, float]:
    """The measured values by quantity, in its unit. A field that is absent was not measured (kiezbox.proto)."""
    return {names[field.name]: value / _VALUE_SCALE for field, value in values.ListFields()}


def _status(core: kiezbox_pb2.Core, at: datetime | None) -> Status:
    """The status that a core reports for its box; `at` is None when its clock cannot be right."""
    return Status(
        online=True,
        at=at,
        mode=_MODES.get(core.mode, Mode.UNKNOWN) if core.HasField("mode") else Mode.UNKNOWN,
        router_powered=core.router.powered if core.HasField("router") else None,
        uplink="mesh",
    )


def _distress(message: kiezbox_pb2.KiezboxMessage, payload: bytes, origin: Origin) -> Message:
    """A call for help, never refused for a field. It does not name its box: that is the topic's, or not known."""
    call = message.distress
    at = times.measured(call.unix_time * 1000, origin.received_at)
    notes = [] if call.type in _KINDS else [f"type: {call.type}"]
    if origin.node and origin.packet_id:
        call_id = calls.id_of_packet(origin.node, origin.packet_id)
    else:
        call_id = calls.id_of_bytes(origin.topic, payload, "" if at else origin.received_at.isoformat())
    ignored = RejectedReading("core", "update", Reason.BAD_PROTOBUF, "/update: not read beside a distress")
    return Message(
        box=origin.box,
        rejected=(ignored,) if message.HasField("update") else (),  # no firmware sends both
        distress=Distress(
            id=call_id,
            at=at or origin.received_at,
            kind=_KINDS.get(call.type, DistressKind.HELP),
            text=calls.text(call.message.decode(errors="replace"), notes),
            button=call.button_id if call.HasField("button_id") else None,
        ),
        node=origin.node,
    )
