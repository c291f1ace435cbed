"""Messages as columns: what the statements in `statements/` take. Pure."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from devices import boxes
from devices.readings import Distress, Message, RejectedReading, Status
from ingest.batch import Arrival
from ingest.verdict import NOWHERE, Line, Verdict
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ingest.progress import Progress

Columns = list[list[Any]]

_DETAIL_CHARACTERS = 500
# The columns of insert_statuses.sql from the seventh on.
_STATUS_FIELDS = (
    *("mains", "router_powered", "uplink", "battery_percent", "clients", "interval_s"),
    *("outbox", "boot", "firmware", "latitude", "longitude"),
)


def rejected(arrival: Arrival, reason: Reason, detail: str) -> Arrival:
    """The same delivery with the verdict that it is not stored; it keeps its name, so that its box can be told."""
    content = arrival.content
    return Arrival(
        arrival.delivery,
        Malformed(reason, detail[:_DETAIL_CHARACTERS], box=content.box, boot=content.boot, seq=content.seq),
    )


def nameless(arrival: Arrival) -> Arrival:
    """A rejected delivery without what names it: nothing that the message itself says is left but its bytes."""
    content = arrival.content
    assert isinstance(content, Malformed)
    return Arrival(arrival.delivery, Malformed(content.reason, content.detail))


def beyond_readings(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those with anything in them but readings that are stored: a status, a call for help, something rejected."""
    return [
        entry
        for entry in verdicts
        if isinstance(content := entry.arrival.content, Malformed)
        or content.rejected
        or content.status is not None
        or content.distress is not None
    ]


def status_of(verdict: Verdict) -> Status | None:
    """The status in this message, if there is one."""
    content = verdict.arrival.content
    return content.status if isinstance(content, Message) else None


def distress_of(verdict: Verdict) -> Distress | None:
    """The call for help in this message, if there is one."""
    content = verdict.arrival.content
    return content.distress if isinstance(content, Message) else None


def box_columns(found: dict[str, list[Verdict]]) -> Columns:
    """The columns of upsert_boxes.sql: every box that said something readable.

    A retained status was not heard now: the broker repeats it on every subscription, also that of a box long gone.
    """
    columns = []
    for box, own in found.items():
        if box == NOWHERE:
            continue
        heard_at, is_readable = None, False
        for entry in reversed(own):
            if isinstance(entry.arrival.content, Message) or entry.arrival.content.seq is not None:
                is_readable = True
                if not entry.arrival.delivery.retained:
                    heard_at = entry.arrival.delivery.received_at
                    break
        if is_readable:
            district, number = boxes.district_and_number(box) or (None, None)
            columns.append((box, district, number, heard_at, *_position(own)))
    return _columns(columns, 7)


def _position(own: Iterable[Verdict]) -> tuple[float | None, float | None, datetime | None]:
    """Where a box says that it is, and when it said so: latitude and longitude in degrees. The last status counts."""
    found: tuple[float | None, float | None, datetime | None] = None, None, None
    for entry in own:
        status = status_of(entry)
        if status is not None and status.latitude is not None and status.longitude is not None:
            found = status.latitude, status.longitude, status.at or entry.arrival.delivery.received_at
    return found


def nodes(verdicts: Iterable[Verdict]) -> dict[int, str]:
    """Which Meshtastic node spoke for which box."""
    found = {}
    for entry in verdicts:
        content = entry.arrival.content
        if isinstance(content, Message) and content.node is not None and content.box is not None:
            found[content.node] = content.box
    return found


def status_columns(held: Iterable[Verdict]) -> Columns:
    """The columns of insert_statuses.sql. A status with no time of its own takes the hub's."""
    found = []
    for entry in held:
        status, delivery = status_of(entry), entry.arrival.delivery
        received_at = delivery.received_at
        assert status is not None
        is_will = status.at is None and not status.online
        when = status.at or received_at, received_at, is_will
        said = (getattr(status, name) for name in _STATUS_FIELDS)
        how = delivery.retained, delivery.redelivered
        found.append((entry.box, *when, status.online, status.mode.value, *said, *how))
    return _columns(found, 19)


def distress_columns(held: Iterable[Verdict]) -> Columns:
    """The columns of insert_distress.sql."""
    found = []
    for entry in held:
        distress, delivery, content = distress_of(entry), entry.arrival.delivery, entry.arrival.content
        assert distress is not None
        assert isinstance(content, Message)
        body = {key: value for key, value in dataclasses.asdict(distress).items() if value is not None}
        body |= {"id": str(distress.id), "at": distress.at.isoformat(), "kind": distress.kind.value}
        body |= {"box": None if entry.box == NOWHERE else entry.box, "node": content.node, "topic": delivery.topic}
        actor = entry.box if content.node is None else f"!{content.node:08x}"
        found.append((distress.id, "ingest", distress.at, actor, json.dumps(body), delivery.received_at))
    return _columns(found, 6)


def reject_records(entry: Verdict) -> Iterator[tuple[Any, ...]]:
    """What the reject table keeps of a message: one row when it is lost whole, one a reason for single readings."""
    delivery, content = entry.arrival.delivery, entry.arrival.content
    box = None if entry.box == NOWHERE else entry.box
    head = (delivery.received_at, box, delivery.topic.replace("\0", "\N{REPLACEMENT CHARACTER}"), delivery.payload)
    if isinstance(content, Malformed):
        yield (*head, content.reason.value, content.detail, 0)
        return
    by_reason: dict[Reason, list[RejectedReading]] = defaultdict(list)
    for reading in content.rejected:
        by_reason[reading.reason].append(reading)
    for reason, readings in by_reason.items():
        detail = "; ".join(reading.detail for reading in readings[:10])[:_DETAIL_CHARACTERS]
        yield (*head, reason.value, detail, len(readings))


def progress_columns(gathered: dict[tuple[str, str], Progress]) -> Columns:
    """The columns of upsert_progress.sql. The skew is sent minus received: what the box's clock is ahead."""
    found = []
    for (box, boot), entry in gathered.items():
        sent_at, received_at = entry.sent_at, entry.received_at
        skew_s = None if sent_at is None else (sent_at - received_at).total_seconds()
        found.append((box, boot, max(entry.seqs), entry.seen(), entry.clock, skew_s, sent_at, received_at))
    return _columns(found, 8)


def ledger_columns(lines: dict[tuple[datetime, str], Line]) -> Columns:
    """The columns of upsert_ledger.sql, in an order that two workers lock rows in alike."""
    return _columns(((minute, box, *line.columns()) for (minute, box), line in sorted(lines.items())), 12)


def _columns(found: Iterable[tuple[Any, ...]], width: int) -> Columns:
    columns = [list(column) for column in zip(*found, strict=True)]
    return columns or [[] for _ in range(width)]
