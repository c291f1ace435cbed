"""Messages as boxes send them, delivered and read; and results of messages, as the store makes them."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from devices.quantities import CATALOGUE
from ingest import batch
from ingest.results import Result
from kiezbox.mqtt.backlog import Delivery

if TYPE_CHECKING:
    from ingest.batch import Arrival

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
_numbers = itertools.count(1)


def millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def delivery(topic: str, payload: bytes, received_at: datetime = NOW) -> Delivery:
    return Delivery(topic, payload, received_at, mid=next(_numbers), connection=1)


def arrival(topic: str, payload: bytes, received_at: datetime = NOW) -> Arrival:
    return batch.read(delivery(topic, payload, received_at), CATALOGUE)


def telemetry(
    seq: int,
    values: dict[str, Any],
    *,
    box: str = "71-01",
    boot: str = "5f0c9a1e",
    measured_at: datetime | None = None,
    received_at: datetime = NOW,
    **more: Any,
) -> Arrival:
    """One message with one sample; measured one second apart by seq."""
    at = measured_at or NOW - timedelta(hours=1) + timedelta(seconds=seq)
    said = {"v": 1, "boot": boot, "seq": seq, "sent": millis(received_at), "clock": "ntp"}
    said |= {"samples": [{"at": millis(at), "source": "core", "values": values}], **more}
    return arrival(f"kb/v1/{box}/telemetry", json.dumps(said).encode(), received_at)


def status(box: str = "71-01", received_at: datetime = NOW, **said: Any) -> Arrival:
    return arrival(f"kb/v1/{box}/status", json.dumps({"v": 1, "online": True, **said}).encode(), received_at)


def result(seq: int, *, box: str = "71-01", boot: str = "a", at: datetime = NOW, stored: int = 1) -> Result:
    """What became of a message of one reading that came at `at`."""
    return Result(telemetry(seq, {"noise": 1}, box=box, boot=boot, measured_at=NOW, received_at=at), box, stored=stored)
