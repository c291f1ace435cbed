"""Calls for help from real Kiezbox hardware (kiezbox-protobuf.md). No other part of a message costs a call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from devices.readings import Distress, DistressKind
from kiezbox.errors import Reason
from tests.devices.support.case import MESH, RECEIVED_AT, Case
from tests.devices.support.protobuf_bytes import FIRE, MEDICAL, NODE, UNIX_TIME, core, envelope, field, fields, update

_AT = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)


def _call(name: str, payload: bytes, call_id: str, stated: dict[str, Any] | None = None, **expected: Any) -> Case:
    """A call for help; without `stated` it is medical, button 7."""
    whole: dict[str, Any] = {"at": _AT, "kind": DistressKind.MEDICAL, "button": 7} | (stated or {})
    expected["only_at_received_at"] = whole["at"] == RECEIVED_AT
    return Case(name, expected.pop("topic", MESH), payload, distress=Distress(id=UUID(call_id), **whole), **expected)


VECTORS = (
    _call(
        "vector-fire",
        FIRE,
        "b2296406-9f29-5a57-90f2-c5400f4a29f7",
        {"kind": DistressKind.FIRE, "text": "Rauch im Keller"},
    ),
    _call("vector-medical", MEDICAL, "0a763c91-0708-54dc-abf7-ae0f48a22705"),
)

CALLS = (
    _call(
        "fire-on-a-box-topic",
        FIRE,
        "6162616f-ef25-5c93-929a-b04559a3ac84",
        {"kind": DistressKind.FIRE, "text": "Rauch im Keller"},
        topic="kb/v1/71-01/telemetry",
        box="71-01",
    ),
    _call(
        "fire-below-a-box-topic",
        FIRE,
        "5751e2c5-fc05-5cce-ad3f-ea90a8ed3d18",
        {"kind": DistressKind.FIRE, "text": "Rauch im Keller"},
        topic="kb/v1/71-01/telemetry/core",
        box="71-01",
    ),
    _call(
        "call-in-an-envelope",
        envelope(FIRE),
        "9304fe30-7c2f-5a07-a543-1a8632c3f511",
        {"kind": DistressKind.FIRE, "text": "Rauch im Keller"},
        node=NODE,
    ),
    _call(
        "call-through-another-gateway",
        envelope(FIRE),
        "9304fe30-7c2f-5a07-a543-1a8632c3f511",
        {"kind": DistressKind.FIRE, "text": "Rauch im Keller"},
        node=NODE,
        topic="msh/EU_868/2/e/kiezbox/!0000beef",
    ),
    _call("call-again", envelope(MEDICAL, packet_id=43), "fcabc5ba-dc11-55c7-ac6a-beb10586a047", node=NODE),
    _call("call-without-packet-id", envelope(MEDICAL, packet_id=0), "0a763c91-0708-54dc-abf7-ae0f48a22705", node=NODE),
    _call(
        "call-empty",
        envelope(field(6, b""), packet_id=44),
        "18da59cb-81fe-5a47-ba6f-0931122a904e",
        {"at": RECEIVED_AT, "button": None},
        node=NODE,
    ),
    _call(
        "call-of-no-time-and-no-id",
        field(6, field(2, 7)),
        "174d933e-c4ca-5636-94fd-20b0200942d6",
        {"at": RECEIVED_AT},
    ),
    _call(
        "call-ahead",
        envelope(field(6, fields({2: 7, 3: 1_763_853_901})), packet_id=45),
        "24521a9e-dfe9-5ce1-8a62-ef30c04a618a",
        {"at": RECEIVED_AT},
        node=NODE,
        only_at_received_at=True,
    ),
    _call(
        "call-of-an-unheard-of-type",
        envelope(field(6, fields({1: 9, 2: 7, 3: UNIX_TIME, 4: b"Flut"})), packet_id=46),
        "3096cf3e-5664-5cd8-b91c-215167aa0d01",
        {"kind": DistressKind.HELP, "text": "Flut [type: 9]"},
        node=NODE,
    ),
    _call(
        "call-with-text-cut-in-a-character",
        envelope(field(6, fields({2: 7, 3: UNIX_TIME, 4: "Küche, Tür".encode()[:10]})), packet_id=47),
        "be32b94e-e455-5068-b92e-c38be761513a",
        {"text": "Küche, T\ufffd"},
        node=NODE,
    ),
    _call(
        "call-with-nul",
        envelope(field(6, fields({2: -7, 3: UNIX_TIME, 4: b"a\0b"})), packet_id=48),
        "bfa29caa-3635-5de2-aef1-e715d463f169",
        {"text": "a\ufffdb", "button": -7},
        node=NODE,
    ),
    _call(
        "call-beside-an-update",
        envelope(update(25, core=core({1: 1000})) + MEDICAL, packet_id=49),
        "7fe550b4-c93a-534b-9395-1923281123a0",
        rejected=(("core", "update", Reason.BAD_PROTOBUF),),
        node=NODE,
    ),
)

CASES = VECTORS + CALLS
