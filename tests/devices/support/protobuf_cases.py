"""What real Kiezbox hardware sends, bare and in Meshtastic's envelope (kiezbox-protobuf.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from devices.readings import Flag, Mode, Reading, Status
from kiezbox.errors import Reason
from tests.devices.support import mesh_call_cases
from tests.devices.support.case import MESH, Case
from tests.devices.support.protobuf_bytes import (
    CORE,
    ENVELOPE,
    FIXTURE,
    NODE,
    SENSOR,
    UNIX_TIME,
    core,
    envelope,
    field,
    fields,
    fixed32,
    update,
)

_FIXTURE_AT = datetime(2025, 4, 7, 13, 48, 50, tzinfo=UTC)
_AT = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
_FIXTURE_STATUS = Status(online=True, at=_FIXTURE_AT, mode=Mode.NORMAL, router_powered=True, uplink="mesh")
_CORE_STATUS = Status(online=True, at=_AT, mode=Mode.UNKNOWN, router_powered=True, uplink="mesh")
_PLAIN_STATUS = Status(online=True, at=_AT, uplink="mesh")

_CORE_READINGS = tuple(
    Reading("core", quantity, _AT, value)
    for quantity, value in {
        "temperature_outside": -4.25,
        "temperature_inside": 31.0,
        "humidity_inside": 55.0,
        "solar_voltage": 18.5,
        "solar_power": 45.0,
        "solar_energy_today": 0.32,
        "solar_energy_total": 98.0,
        "battery_voltage": 13.28,
        "battery_current": 2.5,
        "temperature_clock": 30.25,
    }.items()
)
_SENSOR_READINGS = tuple(
    Reading("sensor-3", quantity, _AT, value)
    for quantity, value in {
        "temperature": 21.5,
        "humidity": 55.0,
        "pressure": 1013.25,
        "gas_resistance": 93.274,
        "pm2_5": 12.3,
        "pm10": 20.7,
        "temperature_clock": 22.0,
        "battery_voltage": 4.212,
    }.items()
)


def _core(name: str, number: int, values: dict[int, int], good: dict[str, float], bad: tuple[str, ...] = ()) -> Case:
    """A core with these thousandths: what is stored of it, and what is rejected."""
    return Case(
        name,
        MESH,
        envelope(update(number, core=core(values))),
        readings=tuple(Reading("core", quantity, _AT, value) for quantity, value in good.items()),
        rejected=tuple(("core", quantity, Reason.OUT_OF_RANGE) for quantity in bad),
        status=_PLAIN_STATUS,
        box=f"c8-{number:02x}",
        node=NODE,
    )


def _state(name: str, number: int, part: bytes, status: Status, unix_time: int = UNIX_TIME, **expected: Any) -> Case:
    """A core with a state and no values."""
    payload = envelope(update(number, unix_time=unix_time, core=part))
    return Case(name, MESH, payload, status=status, box=f"c8-{number:02x}", node=NODE, **expected)


def _module(name: str, number: int, meta: dict[int, int], source: str) -> Case:
    """A module that sends its battery's voltage."""
    payload = update(number, meta, sensor=field(1, field(9, 4212)))
    reading = Reading(source, "battery_voltage", _AT, 4.212)
    return Case(name, MESH, envelope(payload), readings=(reading,), box=f"c8-{number:02x}", node=NODE)


def _refused(
    name: str, payload: bytes, reason: Reason = Reason.BAD_PROTOBUF, topic: str = MESH, **expected: Any
) -> Case:
    return Case(name, topic, payload, malformed=reason, **expected)


VECTORS = (
    Case("vector-fixture", MESH, FIXTURE, status=_FIXTURE_STATUS, box="02-01"),
    Case("vector-core", MESH, CORE, readings=_CORE_READINGS, status=_CORE_STATUS, box="71-01"),
    Case("vector-sensor", MESH, SENSOR, readings=_SENSOR_READINGS, box="71-01"),
    Case("vector-envelope", MESH, ENVELOPE, status=_FIXTURE_STATUS, box="02-01", node=NODE),
)

UPDATES = (
    Case(
        "fixture-on-its-own-topic",
        "kb/v1/02-01/telemetry",
        FIXTURE,
        status=_FIXTURE_STATUS,
        box="02-01",
    ),
    Case("fixture-below-its-topic", "kb/v1/02-01/telemetry/core", FIXTURE, malformed=Reason.BAD_TOPIC),
    Case("mesh-topic-short", "msh/2/e/kiezbox/!12345678", ENVELOPE, status=_FIXTURE_STATUS, box="02-01", node=NODE),
    Case(
        "mesh-topic-long",
        "msh/EU_868/DE/BE/2/e/kiezbox/!12345678",
        ENVELOPE,
        status=_FIXTURE_STATUS,
        box="02-01",
        node=NODE,
    ),
    Case(
        "mesh-topic-other-root",
        "kiez/berlin/2/e/kiezbox/!12345678",
        ENVELOPE,
        status=_FIXTURE_STATUS,
        box="02-01",
        node=NODE,
    ),
    _core("core-negative", 1, {1: -1, 9: -500_000}, {"temperature_outside": -0.001, "battery_current": -500.0}),
    _core("core-zeros-that-were-measured", 2, {1: 0, 5: 0}, {"temperature_outside": 0.0, "solar_power": 0.0}),
    _core("core-no-values", 3, {}, {}),
    _core(
        "core-nan-as-zeros",
        4,
        {2: 0, 3: 0, 10: 0},
        {"temperature_clock": 0.0},
        ("temperature_inside", "humidity_inside"),
    ),
    _core("core-nan-as-int32-max", 5, {2: 2**31 - 1, 8: 13_280}, {"battery_voltage": 13.28}, ("temperature_inside",)),
    _core("core-nan-as-int32-min", 6, {2: -(2**31), 3: -(2**31)}, {}, ("temperature_inside", "humidity_inside")),
    _core("core-outside-unplugged", 7, {1: -127_000, 8: 0}, {"battery_voltage": 0.0}, ("temperature_outside",)),
    Case(
        "core-outside-power-on",
        MESH,
        envelope(update(8, core=core({1: 85_000}))),
        readings=(Reading("core", "temperature_outside", _AT, 85.0, Flag.SUSPECT),),
        status=_PLAIN_STATUS,
        box="c8-08",
        node=NODE,
    ),
    _core("core-value-of-a-newer-firmware", 9, {8: 13_000, 99: 5}, {"battery_voltage": 13.0}),
    _state("core-maintenance", 10, core({}, mode=0), Status(True, _AT, mode=Mode.MAINTENANCE, uplink="mesh")),
    _state("core-emergency", 11, core({}, mode=2), Status(True, _AT, mode=Mode.EMERGENCY, uplink="mesh")),
    _state("core-mode-unheard-of", 12, core({}, mode=9), _PLAIN_STATUS),
    _state("core-router-off", 13, core({}, router=b""), Status(True, _AT, router_powered=False, uplink="mesh")),
    _state("core-empty", 14, b"", _PLAIN_STATUS),
    _state(
        "core-time-absent",
        15,
        core({1: 1000, 2: 1000}),
        Status(True, uplink="mesh"),
        unix_time=0,
        rejected=(
            ("core", "temperature_outside", Reason.BAD_TIME),
            ("core", "temperature_inside", Reason.BAD_TIME),
        ),
    ),
    _state(
        "core-time-int64-max",
        16,
        core({1: 1000}),
        Status(True, uplink="mesh"),
        unix_time=2**63 - 1,
        rejected=(("core", "temperature_outside", Reason.BAD_TIME),),
    ),
    _state(
        "core-time-ahead",
        17,
        core({1: 1000}),
        Status(True, uplink="mesh"),
        unix_time=1_763_853_901,
        rejected=(("core", "temperature_outside", Reason.BAD_TIME),),
        only_at_received_at=True,
    ),
    Case(
        "core-and-sensor",
        MESH,
        envelope(update(18, {3: 2}, core=core({1: 1000}), sensor=field(1, field(1, 2000)))),
        readings=(
            Reading("core", "temperature_outside", _AT, 1.0),
            Reading("sensor-2", "temperature", _AT, 2.0),
        ),
        status=_PLAIN_STATUS,
        box="c8-12",
        node=NODE,
    ),
    _module("sensor-255", 255, {3: 255, 4: 1}, "sensor-255"),
    _module("sensor-not-numbered", 19, {4: 1}, "sensor-0"),
    _module("sensor-of-an-unheard-of-type", 20, {3: 4, 4: 77}, "sensor-4"),
    _module("display", 21, {3: 5, 4: 2}, "display-5"),
    _module("button", 22, {3: 6, 4: 3}, "button-6"),
    Case("module-without-values", MESH, envelope(update(23, {3: 6, 4: 3})), box="c8-17", node=NODE),
    Case(
        "unconfigured-hardware",
        MESH,
        envelope(field(4, fields({1: fields({1: 0, 2: 0}), 2: UNIX_TIME, 3: core({1: 1000})}))),
        readings=(Reading("core", "temperature_outside", _AT, 1.0, Flag.UNCONFIGURED),),
        status=_PLAIN_STATUS,
        box="00-00",
        node=NODE,
    ),
    Case("sender-absent", MESH, envelope(update(24), sender=0), box="c8-18"),
)

REFUSED = (
    _refused("protobuf-empty", b""),
    _refused("protobuf-text", b"hello"),
    _refused("protobuf-json", b'{"from": 305419896}'),
    _refused("envelope-of-unknown-fields", field(9, 1) + field(10, b"x")),
    _refused("envelope-without-packet", field(2, b"kiezbox") + field(3, b"!12345678")),
    _refused("envelope-of-an-empty-packet", field(1, b"")),
    _refused("envelope-around-nothing", envelope(b"")),
    _refused("envelope-around-noise", envelope(b"\xff" * 20)),
    _refused("envelope-around-unknown-fields", envelope(field(1, 5) + field(7, b"x"))),
    _refused("envelope-around-another-envelope", envelope(ENVELOPE)),
    _refused("envelope-encrypted", field(1, fixed32(1, NODE) + field(5, b"\x01\x02")), Reason.NOT_KIEZBOX),
    _refused("envelope-of-a-text-message", envelope(b"hallo", portnum=1), Reason.NOT_KIEZBOX),
    _refused("envelope-without-portnum", field(1, field(4, field(2, FIXTURE))), Reason.NOT_KIEZBOX),
    _refused("envelope-of-a-control", envelope(field(5, field(2, 1))), Reason.NOT_KIEZBOX),
    _refused("control", field(5, b""), Reason.NOT_KIEZBOX),
    _refused("update-empty", field(4, b"")),
    _refused("update-without-meta", field(4, fields({2: UNIX_TIME, 3: core({1: 1000})}))),
    _refused("update-of-old-firmware", field(4, fields({1: b"\x08\x05", 2: UNIX_TIME}))),
    _refused("update-without-district", field(4, fields({1: field(1, 1), 2: UNIX_TIME}))),
    _refused("update-box-256", field(4, fields({1: fields({1: 256, 2: 1}), 2: UNIX_TIME}))),
    _refused("update-district-256", field(4, fields({1: fields({1: 1, 2: 256}), 2: UNIX_TIME}))),
    _refused("update-sensor-256", field(4, fields({1: fields({1: 1, 2: 1, 3: 256}), 2: UNIX_TIME}))),
    _refused("update-of-another-box", CORE, Reason.BAD_TOPIC, "kb/v1/71-02/telemetry", box="71-02"),
    _refused("noise-on-a-box-topic", b'"hello"', topic="kb/v1/71-01/telemetry", box="71-01"),
    _refused("number-on-a-box-topic", b"21.5", topic="kb/v1/71-01/telemetry", box="71-01"),
    _refused("control-on-a-box-topic", field(5, b""), Reason.NOT_KIEZBOX, "kb/v1/71-01/telemetry", box="71-01"),
    _refused("protobuf-as-status", FIXTURE, Reason.BAD_JSON, "kb/v1/02-01/status", box="02-01"),
    _refused("protobuf-64-kib-and-1", field(6, field(4, bytes(65_536))), Reason.TOO_LARGE),
)

# What a ServiceEnvelope has behind its packet may be missing: these lengths of it are whole.
_WHOLE_ENVELOPES = (63, 72)
TRUNCATED = tuple(
    _refused(f"{vector.name}-cut-to-{length}", vector.payload[:length])
    for vector in VECTORS + mesh_call_cases.VECTORS
    for length in range(len(vector.payload))
    if vector.payload is not ENVELOPE or length not in _WHOLE_ENVELOPES
)

CASES = VECTORS + UPDATES + REFUSED + TRUNCATED
