"""Protocol v1 as a box writes and reads it (protocol.md): JSON over MQTT, times in milliseconds since 1970 UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from firmware_sim.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_sim.boxes import Position

VERSION = 1
MAX_PAYLOAD_BYTES = 64 * 1024
MAX_SAMPLES = 1_000
FIRMWARE = "sim-0.1.0"
WILL = b'{"v":1,"online":false}'

Topic = Literal["telemetry", "status", "ack"]


@dataclass(frozen=True, slots=True)
class Sample:
    """What one part of the box measured at one moment."""

    at_ms: int
    source: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Status:
    """What a box says about itself. `dropped` is ours alone: hubs that don't know it ignore it."""

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


@dataclass(frozen=True, slots=True)
class Ack:
    """What the hub has committed of one boot, and what it refused and why: (seq, reason)."""

    boot: str
    stored: tuple[int, ...]
    rejected: tuple[tuple[int, str], ...]


def topic(box: str, kind: Topic) -> str:
    """Where a box says or hears something."""
    return f"kb/v1/{box}/{kind}"


def samples(taken: list[Sample]) -> str:
    """The samples of a message, encoded once: this is what the outbox keeps."""
    return _dump([{"at": one.at_ms, "source": one.source, "values": one.values} for one in taken])


def telemetry(boot: str, seq: int, sent_ms: int, encoded_samples: str) -> bytes:
    """A telemetry message. Only `sent` differs when it is sent again."""
    return (
        f'{{"v":{VERSION},"boot":"{boot}","seq":{seq},"sent":{sent_ms},"clock":"ntp","samples":{encoded_samples}}}'
    ).encode()


def status(said: Status) -> bytes:
    """A status message, to be retained by the broker."""
    return _dump(
        {
            "v": VERSION,
            "online": said.online,
            "boot": said.boot,
            "at": said.at_ms,
            "mode": "normal",
            "mains": True,
            "router_powered": True,
            "uplink": said.uplink,
            "battery_percent": said.battery_percent,
            "clients": said.clients,
            "interval_s": said.interval_s,
            "outbox": said.outbox,
            "outbox_dropped": said.dropped,
            "firmware": FIRMWARE,
            "latitude": said.position.latitude,
            "longitude": said.position.longitude,
        }
    ).encode()


def ack(payload: bytes) -> Ack:
    """An ack as the hub sent it. Raises Unreadable when it is anything else; unknown keys are ignored."""
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError) as error:  # also what is not UTF-8
        raise Unreadable("an ack that is no JSON") from error
    if not isinstance(said, dict) or said.get("v") != VERSION or not isinstance(said.get("boot"), str):
        raise Unreadable("an ack of another version, or without boot")
    stored, rejected = said.get("stored", []), said.get("rejected", [])
    if not isinstance(stored, list) or not isinstance(rejected, list):
        raise Unreadable("an ack whose stored or rejected is no list")
    return Ack(said["boot"], tuple(_seq(one) for one in stored), tuple(_rejection(one) for one in rejected))


def _seq(said: Any) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 < said < 2**63:
        raise Unreadable("an ack with a seq that is no positive number")
    return said


def _rejection(said: Any) -> tuple[int, str]:
    if not isinstance(said, dict):
        raise Unreadable("an ack with a rejection that is no object")
    reason = said.get("reason")
    return _seq(said.get("seq")), reason if isinstance(reason, str) else "unknown"


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
