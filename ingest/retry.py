"""`kiezbox rejects retry`: rejected messages are read again by today's code, and stored as if they had been read then.

One verdict depends on when it is given: a time that was ahead of the hub's clock may be in the past by now.

A retry receives nothing, it changes an outcome: in the minute in which the message was received the ledger then says
stored (or duplicate) where it said rejected, so received = stored + duplicate + rejected holds as before. The reject
is deleted in the transaction that stores the readings; what is still rejected stays as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import structs

from devices.boxes import NO_BOX
from devices.readings import Message
from devices.wire import parsing
from ingest import batch, ledger, restoring, rows
from ingest.arrays import literals
from ingest.ledger import LedgerEntry
from ingest.registry import Registry
from ingest.restoring import Heard
from ingest.results import Outcome
from ingest.store import Store
from kiezbox import db, mqtt, sql
from kiezbox.errors import Malformed, Reason, Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.batch import Arrival
    from ingest.rejects import RejectFilter
    from ingest.results import Result
    from kiezbox.db import Connection, Pool
    from kiezbox.settings import Settings

_sql = partial(sql.load, "ingest")
_PAGE_ROWS = 50  # one transaction; a payload has a megabyte at the most


@dataclass(frozen=True, slots=True)
class Rejected:
    """One message of the reject table: one row of it when the whole message was rejected, else one for each reason."""

    ids: tuple[int, ...]
    received_at: datetime
    box: str | None
    topic: str
    payload: bytes
    reason: str
    readings: int  # how many were rejected; 0: the whole message was
    status_at: datetime | None = None  # of a status that was stored without its time, which can be read now


@dataclass(slots=True)
class Tally:
    """What a retry came to. With `is_dry` nothing was written, and the counts say what would be."""

    is_dry: bool
    accepted: int = 0  # messages
    stored: int = 0  # readings; of a dry run: rejected ones that can be read, whether or not they are there already
    duplicate: int = 0
    still: Counter[str] = field(default_factory=Counter)  # messages that stay, by reason

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "dry_run": self.is_dry,
            "accepted": self.accepted,
            "stored": self.stored,
            "duplicate": self.duplicate,
            "still_rejected": dict(self.still),
        }

    def __str__(self) -> str:
        """For people."""
        messages = f"{self.accepted:,} message{'' if self.accepted == 1 else 's'}"
        if self.is_dry:
            first = f"can be read now: {messages}, {self.stored:,} readings (nothing was changed)"
        else:
            first = f"accepted: {messages}, {self.stored:,} readings stored, {self.duplicate:,} were there already"
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(self.still.items()))
        return f"{first}\nstill rejected: {reasons or 'none'}"


def messages(found: Iterable[Mapping[str, Any]]) -> list[Rejected]:
    """Rows of the reject table as messages: those that reject some readings of one message belong together."""
    whole: list[Rejected] = []
    partly: dict[tuple[datetime, str, bytes], list[Mapping[str, Any]]] = defaultdict(list)
    for row in found:
        if row["readings"]:
            partly[row["received_at"], row["topic"], row["payload"]].append(row)
        else:
            whole.append(_rejected([row]))
    return sorted([*whole, *map(_rejected, partly.values())], key=lambda message: message.ids)


def _rejected(found: Sequence[Mapping[str, Any]]) -> Rejected:
    first = found[0]
    return Rejected(
        ids=tuple(row["id"] for row in found),
        readings=sum(row["readings"] for row in found),
        **{name: first[name] for name in ("received_at", "box", "topic", "payload", "reason")},
    )


def reason_to_stay(message: Rejected, content: Message | Malformed) -> Reason | str | None:
    """Why a message stays rejected; None when today's code accepts more of it than was accepted then."""
    if isinstance(content, Malformed):
        return content.reason
    if not message.readings or len(content.rejected) < message.readings:
        is_stored_status = message.readings and content.status is not None and not content.samples
        return message.reason if is_stored_status else None  # a status that is there already is not changed any more
    return content.rejected[0].reason


def correction(message: Rejected, result: Result) -> LedgerEntry:
    """What the ledger's entry must gain, after the store has counted this message as if it had just come.

    Where only some readings had been rejected the others are in the table, so the store met them as duplicates: they
    are subtracted again. A reading that was rejected and is there by now counts as duplicate already.
    """
    entry = LedgerEntry()
    if not message.readings:
        entry.messages[Outcome.REJECTED] -= 1
        return entry
    total = result.stored + result.duplicate + result.rejected
    entry.messages[Outcome.REJECTED if total == message.readings else result.outcome] -= 1
    accepted = max(message.readings - result.rejected, result.stored)
    entry.duplicate = accepted - result.stored - result.duplicate
    entry.rejected = -accepted - result.rejected
    entry.differing = -result.differing
    return entry


async def settle(connection: Connection, results: list[Result]) -> None:
    """The end of the store's transaction: accepted rejects go, and the ledger is put right.

    Raises Unavailable when somebody else took one of the rejects meanwhile.
    """
    entries: dict[tuple[datetime, str], LedgerEntry] = defaultdict(LedgerEntry)
    accepted: list[int] = []
    for result in results:
        message = _origin(result.arrival)
        minute = ledger.minute_of(message.received_at)
        if isinstance(result.arrival.content, Malformed):  # the database refuses it: everything stays as it was
            entries[minute, result.box].messages[Outcome.REJECTED] -= 1
            await connection.execute(
                _sql("delete_repeated"), message.received_at, message.topic, message.payload, list(message.ids)
            )
            continue
        if message.status_at is not None:
            await connection.execute(_sql("move_status"), result.box, message.received_at, message.status_at)
        box = result.box if message.readings else message.box or NO_BOX
        entries[minute, box].merge(correction(message, result))
        accepted += message.ids
    removed = await connection.fetch(_sql("delete_rejects"), accepted)
    if len(removed) != len(accepted):
        raise Unavailable("rejects", "somebody else changes them at this moment; run it again")
    await connection.execute(_sql("upsert_ledger"), *literals(rows.ledger_columns(entries)))
    await restoring.restore(connection, map(_heard, results))


def _heard(result: Result) -> Heard | None:
    message = _origin(result.arrival)
    if message.status_at is None:
        return restoring.heard(result)
    return Heard(result.box, message.received_at, message.status_at)


def _count(tally: Tally, results: Iterable[Result]) -> None:
    """Count what was committed."""
    for result in results:
        message, content = _origin(result.arrival), result.arrival.content
        if isinstance(content, Malformed):
            tally.still[content.reason] += 1
            continue
        tally.accepted += 1
        tally.stored += result.stored
        tally.duplicate += result.duplicate
        if message.readings:
            tally.duplicate += correction(message, result).duplicate


def _origin(arrival: Arrival) -> Rejected:
    """The message that an arrival was read from."""
    origin = arrival.origin
    assert isinstance(origin, Rejected)
    return origin


async def retry(settings: Settings, choice: RejectFilter, *, is_dry: bool, behind: timedelta | None = None) -> Tally:
    """Read the chosen rejects again and store what can be stored. Safe to repeat. Raises Unavailable.

    `behind`: how far the hub's clock was, so that times are judged by when a message really came, and not by now.
    """
    tally, now = Tally(is_dry), datetime.now(UTC)
    async with db.pool(settings.database, "kiezbox-rejects") as pool:
        await migrate.verify_pool(pool)
        registry = Registry()
        await registry.refresh(pool)
        store = Store(
            pool,
            registry,
            accept_unknown_boxes=settings.ingest.accept_unknown_boxes,
            also=settle,
        )
        newest = await pool.fetchrow("SELECT coalesce(max(id), 0) AS id FROM reject")
        assert newest is not None
        after, seen = 0, set[int]()
        # What is still wrong with an accepted message becomes a new row, which this run does not read.
        while page := await _page(pool, choice, after, newest["id"]):
            after = page[0]["through"]
            fresh = [message for message in messages(page) if seen.isdisjoint(message.ids)]
            seen = {number for number in (*seen, *(n for message in fresh for n in message.ids)) if number > after}
            arrivals = [_read(message, registry, _judged_at(message, now, behind)) for message in fresh]
            chosen = [arrival for arrival in arrivals if not _stays(arrival, registry, settings, tally)]
            if is_dry:
                tally.accepted += len(chosen)
                tally.stored += sum(map(_readable, chosen))
            elif chosen:
                _count(tally, await store.write(chosen))
    return tally


async def _page(pool: Pool, choice: RejectFilter, after: int, newest: int) -> list[Mapping[str, Any]]:
    rows_found = await pool.fetch(_sql("select_rejects"), *choice.arguments(), after, newest, _PAGE_ROWS)
    return [dict(row) for row in rows_found]


def _judged_at(message: Rejected, now: datetime, behind: timedelta | None) -> datetime:
    return now if behind is None else min(now, message.received_at + behind)


def _read(message: Rejected, registry: Registry, now: datetime) -> Arrival:
    """What the bytes say today, with the time at which they came; their origin is the message.

    Whether a time is ahead of the hub is judged by now: the hub's clock may have been behind when the message came.
    """
    delivery = mqtt.stored_delivery(message.topic, message.payload, message.received_at)
    arrival = batch.read(delivery, registry.catalogue)
    content = arrival.content
    if now > message.received_at and isinstance(content, Message) and _has_bad_time(content):
        judged = parsing.parse(message.topic, message.payload, now, registry.catalogue)
        # The status was stored when it came, without its time: alone it gets that, beside readings it stays as it is.
        if judged.status is not None and judged.status.at is not None and not judged.samples:
            message = replace(message, status_at=judged.status.at)
        is_stored = judged.samples or message.status_at is not None
        content = structs.replace(judged, status=None) if is_stored else judged
    return structs.replace(arrival, content=content, origin=message)


def _has_bad_time(content: Message) -> bool:
    return any(reading.reason is Reason.BAD_TIME for reading in content.rejected)


def _readable(arrival: Arrival) -> int:
    """How many readings that were rejected can be read now."""
    message = _origin(arrival)
    if not isinstance(arrival.content, Message):
        return 0
    return message.readings - len(arrival.content.rejected) if message.readings else arrival.content.reading_count


def _stays(arrival: Arrival, registry: Registry, settings: Settings, tally: Tally) -> bool:
    """Whether a message stays rejected; if so, it is counted."""
    reason = reason_to_stay(_origin(arrival), arrival.content)
    box = arrival.content.box
    if reason is None and not settings.ingest.accept_unknown_boxes and box and box not in registry.registered:
        reason = Reason.UNKNOWN_BOX
    if reason is not None:
        tally.still[str(reason)] += 1
    return reason is not None
