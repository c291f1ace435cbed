"""Results of messages as columns: the parameters of the statements in `sql/`. Pure."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec import structs

from devices import boxes
from devices.boxes import NO_BOX, OTHERS
from devices.readings import Distress, Message, RejectedReading, Status
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ingest.batch import Arrival
    from ingest.ledger import LedgerEntry
    from ingest.progress import Progress
    from ingest.results import Result

Columns = list[list[Any]]

_DETAIL_CHARACTERS = 500
_SLASHES = 3  # in the topic of a box
# The columns of insert_statuses.sql from the seventh on.
_STATUS_FIELDS = (
    *("mains", "router_powered", "uplink", "battery_percent", "clients", "interval_s"),
    *("outbox", "boot", "firmware", "latitude", "longitude"),
)


def rejected(arrival: Arrival, reason: Reason, detail: str) -> Arrival:
    """The same arrival, to be rejected. It keeps box, boot and seq, so that its box gets an answer."""
    content = arrival.content
    malformed = Malformed(reason, detail[:_DETAIL_CHARACTERS], box=content.box, boot=content.boot, seq=content.seq)
    return structs.replace(arrival, content=malformed)


def nameless(arrival: Arrival) -> Arrival:
    """A rejected arrival without box, boot and seq: of what the message said only its bytes are left."""
    content = arrival.content
    assert isinstance(content, Malformed)
    return structs.replace(arrival, content=Malformed(content.reason, content.detail))


def beyond_readings(results: Iterable[Result]) -> list[Result]:
    """The results of messages with more in them than accepted readings: a status, a call for help, a rejection."""
    return [
        result
        for result in results
        if isinstance(content := result.arrival.content, Malformed)
        or content.rejected
        or content.status is not None
        or content.distress is not None
    ]


def status_of(result: Result) -> Status | None:
    """The status in this message, if there is one."""
    content = result.arrival.content
    return content.status if isinstance(content, Message) else None


def distress_of(result: Result) -> Distress | None:
    """The call for help in this message, if there is one."""
    content = result.arrival.content
    return content.distress if isinstance(content, Message) else None


def box_columns(found: dict[str, list[Result]]) -> Columns:
    """The columns of upsert_boxes.sql: every box that sent something readable.

    A retained status does not count as heard: the broker repeats it on every subscription, also for a box long gone.
    """
    columns = []
    for box, own in found.items():
        if box in (NO_BOX, OTHERS):
            continue
        heard_at, is_readable = None, False
        for result in reversed(own):
            if isinstance(result.arrival.content, Message) or result.arrival.content.seq is not None:
                is_readable = True
                if not result.arrival.delivery.retained:
                    heard_at = result.arrival.delivery.received_at
                    break
        if is_readable:
            district, number = boxes.district_and_number(box) or (None, None)
            columns.append((box, district, number, heard_at, *_position(own)))
    return _columns(columns, 7)


def _position(own: Iterable[Result]) -> tuple[float | None, float | None, datetime | None]:
    """The last position in the statuses of a box, in degrees, and when the box said it."""
    found: tuple[float | None, float | None, datetime | None] = None, None, None
    for result in own:
        content, status = result.arrival.content, status_of(result)
        if isinstance(content, Message) and content.position is not None:
            found = *content.position, result.arrival.delivery.received_at
        if status is not None and status.latitude is not None and status.longitude is not None:
            found = status.latitude, status.longitude, status.at or result.arrival.delivery.received_at
    return found


def nodes(results: Iterable[Result]) -> dict[int, str]:
    """Which Meshtastic node spoke for which box."""
    found = {}
    for result in results:
        content = result.arrival.content
        if isinstance(content, Message) and content.node is not None and content.box is not None:
            found[content.node] = content.box
    return found


def status_columns(held: Iterable[Result]) -> Columns:
    """The columns of insert_statuses.sql. A status with no time of its own takes the hub's."""
    found = []
    for result in held:
        status, delivery = status_of(result), result.arrival.delivery
        received_at = delivery.received_at
        assert status is not None
        is_will = status.at is None and not status.online
        when = status.at or received_at, received_at, is_will
        fields = (getattr(status, name) for name in _STATUS_FIELDS)
        how = delivery.retained, delivery.redelivered
        found.append((result.box, *when, status.online, status.mode.value, *fields, *how))
    return _columns(found, 19)


def withdrawn_boxes(results: Iterable[Result]) -> Columns:
    """The columns of withdraw_boxes.sql: boxes whose retained status somebody deleted, and when [MQTT-3.3.1-10]."""
    found = {}
    for result in results:
        delivery = result.arrival.delivery
        if not delivery.payload and isinstance(result.arrival.content, Message):
            *_, box, kind = delivery.topic.split("/")
            if kind == "status":
                found[box] = delivery.received_at
    return _columns(sorted(found.items()), 2)


def distress_columns(held: Iterable[Result]) -> Columns:
    """The columns of insert_distress.sql."""
    found = []
    for result in held:
        distress, delivery, content = distress_of(result), result.arrival.delivery, result.arrival.content
        assert distress is not None
        assert isinstance(content, Message)
        body = {
            key: value
            for key, value in dataclasses.asdict(distress).items()
            if value is not None and value is not False
        }
        body |= {"id": str(distress.id), "at": distress.at.isoformat(), "kind": distress.kind.value}
        body |= {"box": None if result.box == NO_BOX else result.box, "node": content.node, "topic": delivery.topic}
        actor = result.box if content.node is None else f"!{content.node:08x}"
        found.append((distress.id, "ingest", distress.at, actor, json.dumps(body), delivery.received_at))
    return _columns(found, 6)


def _is_for_nobody(topic: str, reason: Reason) -> bool:
    """Whether nobody will ask for a rejected message: strangers' words, and what is on no topic of a box."""
    is_too_deep = topic.startswith("kb/") and topic.count("/") > _SLASHES
    return reason is Reason.NOT_KIEZBOX or (reason is Reason.BAD_TOPIC and is_too_deep)


def reject_records(result: Result) -> Iterator[tuple[Any, ...]]:
    """The rows of `reject` for a message: one when the whole message is rejected, else one for each reason.

    None for a message that was never meant for us, or has a level too many: it is counted, and not kept. Names that
    nobody mapped are kept of registered boxes only.
    """
    delivery, content = result.arrival.delivery, result.arrival.content
    if isinstance(content, Malformed) and _is_for_nobody(delivery.topic, content.reason):
        return
    box = None if result.box == NO_BOX else result.box
    head = (delivery.received_at, box, delivery.topic.replace("\0", "\N{REPLACEMENT CHARACTER}"), delivery.payload)
    if isinstance(content, Malformed):
        yield (*head, content.reason.value, content.detail, 0)
        return
    by_reason: dict[Reason, list[RejectedReading]] = defaultdict(list)
    for reading in content.rejected:
        if reading.reason is not Reason.UNMAPPED or result.keeps_unmapped:
            by_reason[reading.reason].append(reading)
    for reason, readings in by_reason.items():
        detail = "; ".join(reading.detail for reading in readings[:10])[:_DETAIL_CHARACTERS]
        yield (*head, reason.value, detail, len(readings))


def progress_columns(gathered: dict[tuple[str, str], Progress]) -> Columns:
    """The columns of upsert_progress.sql. The skew is sent minus received: how far the box's clock is ahead."""
    found = []
    for (box, boot), progress in gathered.items():
        sent_at, received_at = progress.sent_at, progress.received_at
        skew_s = None if sent_at is None else (sent_at - received_at).total_seconds()
        found.append((box, boot, max(progress.seqs), progress.seen(), progress.clock, skew_s, sent_at, received_at))
    return _columns(found, 8)


def ledger_columns(entries: dict[tuple[datetime, str], LedgerEntry]) -> Columns:
    """The columns of upsert_ledger.sql, sorted so that two workers lock rows in the same order."""
    return _columns(((minute, box, *entry.columns()) for (minute, box), entry in sorted(entries.items())), 12)


def _columns(found: Iterable[tuple[Any, ...]], width: int) -> Columns:
    columns = [list(column) for column in zip(*found, strict=True)]
    return columns or [[] for _ in range(width)]
