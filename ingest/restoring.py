"""When a box was seen, put right after the hub's clock was: what that clock had said until then is off by years."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from devices import readings
from devices.readings import Message
from ingest import hub_clock
from ingest.arrays import literals
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ingest.results import Result
    from kiezbox.db import Connection

_sql = partial(sql.load, "ingest")


class Heard(NamedTuple):
    """A message that came while the hub's clock was behind: when, by that clock and by the box's."""

    box: str
    received_at: datetime
    right_at: datetime


def heard(result: Result) -> Heard | None:
    """When a box says that it sent this, or else measured the newest of it; None if not ahead of its arrival."""
    content, received_at = result.arrival.content, result.arrival.delivery.received_at
    if not isinstance(content, Message) or content.box is None:
        return None
    newest = [readings.moment(sample.measured_ms) for sample in content.samples]
    right_at = content.sent_at or max(newest, default=received_at)
    return Heard(content.box, received_at, right_at) if right_at - received_at > hub_clock.LIMIT else None


async def restore(connection: Connection, found: Iterable[Heard | None]) -> None:
    """Correct since when, and until when, these boxes were seen. Part of the transaction that stores what they sent."""
    first: dict[str, Heard] = {}
    for each in found:
        if each is not None and (each.box not in first or each.received_at < first[each.box].received_at):
            first[each.box] = each
    if first:
        await connection.execute(_sql("restore_seen"), *literals(zip(*first.values(), strict=True)))
