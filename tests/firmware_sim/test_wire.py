"""What a box writes is protocol v1; what it reads may be anything. (How the hub reads it: tests/devices.)"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim import wire
from firmware_sim.box_ids import Position
from firmware_sim.errors import ProtocolError

# A shared machine may stall: an example has no deadline.
many = settings(deadline=None, max_examples=100)

BOX, BOOT, SENT_MS = "71-01", "5f0c9a1e", 1_763_853_600_200
STATUS = wire.Status(
    online=True,
    boot=BOOT,
    at_ms=SENT_MS,
    battery_percent=81.5,
    clients=4,
    uplink="mesh",
    interval_s=60,
    outbox=17,
    dropped=3,
    position=Position(52.4886, 13.3425),
)


def test_telemetry_looks_as_in_the_protocol() -> None:
    taken = [
        wire.Sample(1_763_853_590_000, "core", {"temperature_outside": -4.25, "battery_voltage": 13.28}),
        wire.Sample(1_763_853_591_000, "sensor-3", {"pm2_5": 12.3, "noise": 51.2}),
    ]

    payload = wire.telemetry(BOOT, 412, SENT_MS, wire.samples(taken))

    assert json.loads(payload) == {
        "v": 1,
        "boot": "5f0c9a1e",
        "seq": 412,
        "sent": 1763853600200,
        "clock": "ntp",
        "samples": [
            {"at": 1763853590000, "source": "core", "values": {"temperature_outside": -4.25, "battery_voltage": 13.28}},
            {"at": 1763853591000, "source": "sensor-3", "values": {"pm2_5": 12.3, "noise": 51.2}},
        ],
    }


def test_a_status_looks_as_in_the_protocol_with_a_count_of_what_was_dropped() -> None:
    assert json.loads(wire.status(STATUS)) == {
        "v": 1,
        "online": True,
        "boot": "5f0c9a1e",
        "at": 1763853600200,
        "mode": "normal",
        "mains": True,
        "router_powered": True,
        "uplink": "mesh",
        "battery_percent": 81.5,
        "clients": 4,
        "interval_s": 60,
        "outbox": 17,
        "outbox_dropped": 3,
        "firmware": wire.FIRMWARE,
        "latitude": 52.4886,
        "longitude": 13.3425,
    }


def test_the_last_will_is_that_of_the_protocol() -> None:
    assert json.loads(wire.WILL) == {"v": 1, "online": False}


def test_an_ack_is_read_as_in_the_protocol() -> None:
    payload = b'{"v": 1, "boot": "5f0c9a1e", "stored": [412, 413], "rejected": [{"seq": 410, "reason": "bad_json"}]}'

    assert wire.ack(payload) == wire.Ack(BOOT, (412, 413), ((410, "bad_json"),))


def test_an_ack_of_a_newer_hub_is_read() -> None:
    payload = b'{"v": 1, "boot": "5f0c9a1e", "stored": [1], "slow_down": true}'

    assert wire.ack(payload) == wire.Ack(BOOT, (1,), ())


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        b'{"v": 2, "boot": "5f0c9a1e", "stored": [1]}',
        b'{"v": 1, "stored": [1]}',
        b'{"v": 1, "boot": 7, "stored": [1]}',
        b'{"v": 1, "boot": "5f0c9a1e", "stored": {"1": 1}}',
        b'{"v": 1, "boot": "5f0c9a1e", "stored": [true]}',
        b'{"v": 1, "boot": "5f0c9a1e", "stored": [0]}',
        b'{"v": 1, "boot": "5f0c9a1e", "stored": [1e300]}',
        b'{"v": 1, "boot": "5f0c9a1e", "stored": [99999999999999999999]}',
        b'{"v": 1, "boot": "5f0c9a1e", "rejected": [3]}',
        b'{"v": 1, "boot": "5f0c9a1e", "rejected": [{"reason": "bad_json"}]}',
    ],
)
def test_what_is_no_ack_is_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        wire.ack(payload)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@many
@given(
    st.binary(max_size=50) | st.fixed_dictionaries({"v": st.just(1), "boot": _JSON, "stored": _JSON, "rejected": _JSON})
)
def test_whatever_the_hub_sends_is_an_ack_or_refused(payload: bytes | dict[str, Any]) -> None:
    encoded = payload if isinstance(payload, bytes) else json.dumps(payload).encode()

    try:
        read = wire.ack(encoded)
    except ProtocolError:
        return

    assert all(isinstance(seq, int) for seq in read.stored)
