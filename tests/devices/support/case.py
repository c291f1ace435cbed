"""One wire case: bytes on a topic, and what they must be read as. Pure, so that every test can publish them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from devices.readings import Clock, Flag, Reading

if TYPE_CHECKING:
    from devices.readings import Distress, Status
    from kiezbox.errors import Reason

# When the hub receives every case, for tests that can choose.
RECEIVED_AT = datetime(2025, 11, 22, 23, 20, 0, 250_000, tzinfo=UTC)
AT_MS = 1_763_853_590_000
AT = datetime(2025, 11, 22, 23, 19, 50, tzinfo=UTC)
SENT_MS = 1_763_853_600_200
SENT_AT = datetime(2025, 11, 22, 23, 20, 0, 200_000, tzinfo=UTC)
BOOT = "5f0c9a1e"
MESH = "msh/EU_868/2/e/kiezbox/!12345678"


@dataclass(frozen=True, slots=True)
class Case:
    """What is published, and either the Message's parts or the reason of Malformed with what could be salvaged."""

    name: str
    topic: str
    payload: bytes
    readings: tuple[Reading, ...] = ()
    rejected: tuple[tuple[str, str, Reason], ...] = ()  # source, quantity, reason
    status: Status | None = None
    distress: Distress | None = None
    malformed: Reason | None = None
    box: str | None = None
    boot: str | None = None
    seq: int | None = None
    sent_at: datetime | None = None
    clock: Clock | None = None
    node: int | None = None
    only_at_received_at: bool = False  # what is expected holds only when the hub receives it then


def reading(quantity: str, value: float, source: str = "core", at: datetime = AT, flag: Flag = Flag.NONE) -> Reading:
    return Reading(source, quantity, at, value, flag)


def after(ms: int) -> datetime:
    """So much later than AT."""
    return AT + timedelta(milliseconds=ms)


def sample(values: Any, at: Any = AT_MS, source: Any = "core") -> dict[str, Any]:
    return {"at": at, "source": source, "values": values}


def content(*samples: Any, **changes: Any) -> dict[str, Any]:
    """A telemetry message as protocol.md shows it; a change to ... leaves the key out."""
    whole = {"v": 1, "boot": BOOT, "seq": 412, "sent": SENT_MS, "clock": "ntp", "samples": list(samples)} | changes
    return {key: value for key, value in whole.items() if value is not ...}


def telemetry(name: str, payload: bytes | dict[str, Any], *, box: str | None = None, **expected: Any) -> Case:
    """A case on a telemetry topic. Its box has the case's name, so that no two cases share a reading's key."""
    box = box or name
    whole: dict[str, Any] = {"box": box, "boot": BOOT, "seq": 412, "sent_at": SENT_AT, "clock": Clock.NTP} | expected
    if whole.get("malformed"):
        whole |= {"sent_at": None, "clock": None}
    return Case(name, f"kb/v1/{box}/telemetry", _bytes(payload), **whole)


def on(leaf: str, name: str, payload: bytes | dict[str, Any], **expected: Any) -> Case:
    """A case on another topic of the box that has the case's name."""
    whole: dict[str, Any] = {"box": name} | expected
    return Case(name, f"kb/v1/{name}/{leaf}", _bytes(payload), **whole)


def _bytes(payload: bytes | dict[str, Any]) -> bytes:
    return payload if isinstance(payload, bytes) else json.dumps(payload).encode()
