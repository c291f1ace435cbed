"""Protocol v1 as a box writes and reads it (protocol.md): JSON over MQTT, times in milliseconds since 1970 UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from firmware_sim.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_sim.box_ids import Position

VERSION = 1
MAX_PAYLOAD_BYTES = 64 * 1024
MAX_SAMPLES = 1_000
FIRMWARE = "sim-0.1.0"
WILL = b'{"v":1,"online":false}'

Topic = Literal["telemetry", "status", "ack"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The values of one source at one moment."""

    at_ms: int
    source: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Status:
    """The status of a box. `dropped` is an addition of the simulator: a hub that does not know it ignores it."""

    online: bool
    boot: str
    at_ms: int
    battery_percent: float
    clients: int
    uplink: str
    interval_s: float
    outbox: int
    dropped: int
    position: Position
    mains: bool = True


@dataclass(frozen=True, slots=True)
class Ack:
    """What the hub has committed of one boot, and what it rejected: (seq, reason)."""

    boot: str
    stored: tuple[int, ...]
    rejected: tuple[tuple[int, str], ...]


def topic(box: str, kind: Topic) -> str:
    """The topic of a box for one kind of message."""
    return f"kb/v1/{box}/{kind}"


def samples(taken: list[Sample]) -> str:
    """The samples of a message, encoded once: this is what the outbox keeps."""
    return _dump([{"at": each.at_ms, "source": each.source, "values": each.values} for each in taken])


def telemetry(boot: str, seq: int, sent_ms: int, encoded_samples: str) -> bytes:
    """A telemetry message. Only `sent` differs when it is sent again."""
    return (
        f'{{"v":{VERSION},"boot":"{boot}","seq":{seq},"sent":{sent_ms},"clock":"ntp","samples":{encoded_samples}}}'
    ).encode()


def status(values: Status) -> bytes:
    """A status message, to be retained by the broker."""
    return _dump(
        {
            "v": VERSION,
            "online": values.online,
            "boot": values.boot,
            "at": values.at_ms,
            "mode": "normal",
            "mains": values.mains,
            "router_powered": True,
            "uplink": values.uplink,
            "battery_percent": values.battery_percent,
            "clients": values.clients,
            "interval_s": values.interval_s,
            "outbox": values.outbox,
            "outbox_dropped": values.dropped,
            "firmware": FIRMWARE,
            "latitude": values.position.latitude,
            "longitude": values.position.longitude,
        }
    ).encode()


def ack(payload: bytes) -> Ack:
    """Parse an ack of the hub. Raises ProtocolError when it is not one; unknown keys are ignored."""
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError) as error:  # also when it is not UTF-8
        raise ProtocolError("an ack that is no JSON") from error
    if not isinstance(found, dict) or found.get("v") != VERSION or not isinstance(found.get("boot"), str):
        raise ProtocolError("an ack of another version, or without boot")
    stored, rejected = found.get("stored", []), found.get("rejected", [])
    if not isinstance(stored, list) or not isinstance(rejected, list):
        raise ProtocolError("an ack whose stored or rejected is no list")
    return Ack(found["boot"], tuple(_seq(each) for each in stored), tuple(_rejection(each) for each in rejected))


def _seq(found: Any) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 2**63:
        raise ProtocolError("an ack with a seq that is no positive number")
    return found


def _rejection(found: Any) -> tuple[int, str]:
    if not isinstance(found, dict):
        raise ProtocolError("an ack with a rejection that is no object")
    reason = found.get("reason")
    return _seq(found.get("seq")), reason if isinstance(reason, str) else "unknown"


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
