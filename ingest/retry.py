"""`kiezbox rejects retry`: rejected messages read again by today's code, and stored as if they had been read then.

A retry takes a verdict back, it receives nothing: in the minute in which the message was received the ledger then says
stored (or duplicate) where it said rejected, so received = stored + duplicate + rejected holds as before. The reject
goes in the transaction that stores the readings; what is still rejected stays as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devices.readings import Message
from ingest import batch, rows, verdict
from ingest.arrays import literals
from ingest.registry import Registry
from ingest.store import Store
from ingest.verdict import Line, Outcome, Verdict
from kiezbox import db, mqtt, sql
from kiezbox.errors import Malformed, Reason, Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from ingest.batch import Arrival
    from ingest.rejects import RejectFilter
    from kiezbox.db import Connection, Pool
    from kiezbox.settings import Settings

_PAGE_ROWS = 50  # one transaction; a payload has a megabyte at the most


@dataclass(frozen=True, slots=True)
class Rejected:
    """One message, as the reject table has it: one row when it was lost whole, one for each reason otherwise."""

    ids: tuple[int, ...]
    received_at: datetime
    box: str | None
    topic: str
    payload: bytes
    reason: str
    readings: int  # rejected ones; 0: the whole message


@dataclass(slots=True)
class Tally:
    """What a retry came to. With `is_dry` nothing was written, and what was read is what would be."""

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


def verdict_of(message: Rejected, content: Message | Malformed) -> Reason | str | None:
    """Why a message stays rejected, or None when today's code accepts more of it than was accepted then."""
    if isinstance(content, Malformed):
        return content.reason
    if not message.readings or len(content.rejected) < message.readings:
        is_stored_status = message.readings and content.status is not None and not content.samples
        return message.reason if is_stored_status else None  # a status that is there already is not changed any more
    return content.rejected[0].reason


def correction(message: Rejected, found: Verdict) -> Line:
    """What the ledger's line of this message must gain, after the store has counted it as if it had just come.

    Where only some readings had been rejected the others are in the table, so the store met them as duplicates: they
    are taken out again. What was rejected and is now there already counts as duplicate.
    """
    line = Line()
    if not message.readings:
        line.messages[Outcome.REJECTED] -= 1
        return line
    total = found.stored + found.duplicate + found.rejected
    line.messages[Outcome.REJECTED if total == message.readings else found.outcome] -= 1
    accepted = max(message.readings - found.rejected, found.stored)
    line.duplicate = accepted - found.stored - found.duplicate
    line.rejected = -accepted - found.rejected
    line.differing = -found.differing
    return line


class Settlement:
    """The end of a retry's transaction: rejects that were accepted go, and the ledger is put right."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._messages: dict[int, Rejected] = {}  # by the identity of their delivery

    def expect(self, pairs: Iterable[tuple[Rejected, Arrival]]) -> list[Arrival]:
        """What is going to be written next."""
        self._messages = {id(arrival.delivery): message for message, arrival in pairs}
        return [arrival for _, arrival in pairs]

    async def settle(self, connection: Connection, verdicts: list[Verdict]) -> None:
        """Runs inside the store's transaction. Raises Unavailable when somebody else took a reject meanwhile."""
        lines: dict[tuple[datetime, str], Line] = defaultdict(Line)
        gone: list[int] = []
        for found in verdicts:
            message = self._messages[id(found.arrival.delivery)]
            minute = verdict.minute_of(message.received_at)
            if isinstance(found.arrival.content, Malformed):  # the database refuses it: everything stays as it was
                lines[minute, found.box].messages[Outcome.REJECTED] -= 1
                await connection.execute(
                    _sql("delete_repeated"), message.received_at, message.topic, message.payload, list(message.ids)
                )
                continue
            box = found.box if message.readings else message.box or verdict.NOWHERE
            _add(lines[minute, box], correction(message, found))
            gone += message.ids
        removed = await connection.fetch(_sql("delete_rejects"), gone)
        if len(removed) != len(gone):
            raise Unavailable("rejects", "somebody else changes them at this moment; run it again")
        await connection.execute(sql.load("ingest", "upsert_ledger"), *literals(rows.ledger_columns(lines)))

    def count(self, verdicts: Iterable[Verdict]) -> None:
        """After the commit."""
        for found in verdicts:
            message, content = self._messages[id(found.arrival.delivery)], found.arrival.content
            if isinstance(content, Malformed):
                self._tally.still[content.reason] += 1
                continue
            known = correction(message, found).duplicate + found.duplicate if message.readings else found.duplicate
            self._tally.accepted += 1
            self._tally.stored += found.stored
            self._tally.duplicate += known


def _add(line: Line, more: Line) -> None:
    for outcome, count in more.messages.items():
        line.messages[outcome] += count
    line.duplicate += more.duplicate
    line.rejected += more.rejected
    line.differing += more.differing


async def retry(settings: Settings, choice: RejectFilter, *, is_dry: bool) -> Tally:
    """Read the chosen rejects again and store what can be stored. Safe to repeat. Raises Unavailable."""
    tally = Tally(is_dry)
    settlement = Settlement(tally)
    async with db.pool(settings.database, "kiezbox-rejects") as pool:
        await migrate.verify_pool(pool)
        registry = Registry()
        await registry.refresh(pool)
        store = Store(
            pool,
            registry,
            accept_unknown_boxes=settings.ingest.accept_unknown_boxes,
            also=settlement.settle,
        )
        newest = await pool.fetchrow("SELECT coalesce(max(id), 0) AS id FROM reject")
        assert newest is not None
        after, seen = 0, set[int]()
        # What is still wrong with an accepted message becomes a new row: not one for this run.
        while page := await _page(pool, choice, after, newest["id"]):
            after = page[0]["through"]
            fresh = [message for message in messages(page) if seen.isdisjoint(message.ids)]
            seen = {number for number in (*seen, *(n for message in fresh for n in message.ids)) if number > after}
            pairs = [(message, _read(message, registry)) for message in fresh]
            chosen = [pair for pair in pairs if not _stays(pair, registry, settings, tally)]
            if is_dry:
                tally.accepted += len(chosen)
                tally.stored += sum(map(_readable, chosen))
            elif chosen:
                settlement.count(await store.write(settlement.expect(chosen)))
    return tally


async def _page(pool: Pool, choice: RejectFilter, after: int, newest: int) -> list[Mapping[str, Any]]:
    rows_found = await pool.fetch(_sql("select_rejects"), *choice.arguments(), after, newest, _PAGE_ROWS)
    return [dict(row) for row in rows_found]


def _read(message: Rejected, registry: Registry) -> Arrival:
    """What the bytes say today, as if they came in the moment in which they came."""
    return batch.read(mqtt.kept(message.topic, message.payload, message.received_at), registry.catalogue)


def _readable(pair: tuple[Rejected, Arrival]) -> int:
    """How many readings that were rejected can be read now."""
    message, arrival = pair
    if not isinstance(arrival.content, Message):
        return 0
    return message.readings - len(arrival.content.rejected) if message.readings else arrival.content.reading_count


def _stays(pair: tuple[Rejected, Arrival], registry: Registry, settings: Settings, tally: Tally) -> bool:
    """Whether a message stays rejected, which is counted."""
    message, arrival = pair
    reason = verdict_of(message, arrival.content)
    box = arrival.content.box
    if reason is None and not settings.ingest.accept_unknown_boxes and box and box not in registry.registered:
        reason = Reason.UNKNOWN_BOX
    if reason is not None:
        tally.still[str(reason)] += 1
    return reason is not None


def _sql(name: str) -> str:
    return sql.load("ingest", name)
