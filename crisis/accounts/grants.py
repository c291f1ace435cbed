"""Where an account of the hub may be used besides the hub: at the boxes of some areas. Written at the hub only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import accounts, outbox
from crisis.model import event_bodies, events
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from crisis.accounts.store import AccountStore

_sql = partial(sql.load, "crisis.accounts")


@dataclass(frozen=True, slots=True)
class Grant:
    """An account may be used at the boxes of an area, since then."""

    area: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A box was sent what it needs to know an account; `taken_at` None: it is not known to have it yet."""

    box: str
    sent_at: datetime
    taken_at: datetime | None


def grant(
    store: AccountStore, typed: str, where: Iterable[str], now: datetime, by: str = events.COMMAND_LINE
) -> tuple[str, ...]:
    """Let an account be used at the boxes of these areas, too. Returns the new ones. Raises AccountError."""
    name, now_ms = accounts.own(store, typed).name, event_bodies.milliseconds(now)
    wanted = accounts.checked_areas(where)
    with store.transaction():
        new = tuple(
            area for area in wanted if store.run(_sql("insert_area"), {"account": name, "area": area, "now_ms": now_ms})
        )
        if new:
            outbox.put(store, by, outbox.GRANTED, name, areas=new)
    return new


def revoke(store: AccountStore, typed: str, where: Iterable[str], by: str = events.COMMAND_LINE) -> tuple[str, ...]:
    """Take an account from the boxes of these areas. Returns those that it had. Raises AccountError."""
    name = accounts.own(store, typed).name
    wanted = accounts.checked_areas(where)
    with store.transaction():
        gone = tuple(area for area in wanted if store.run(_sql("delete_area"), {"account": name, "area": area}))
        if gone:
            outbox.put(store, by, outbox.REVOKED, name, areas=gone)
    return gone


def of(store: AccountStore, account: str | None = None) -> Mapping[str, tuple[Grant, ...]]:
    """The grants of one account, or of all, by account."""
    found: dict[str, list[Grant]] = defaultdict(list)
    for name, area, granted_ms in store.rows(_sql("select_areas"), {"account": account}):
        found[name].append(Grant(area, readings.moment(granted_ms)))
    return {name: tuple(each) for name, each in found.items()}


def sent(store: AccountStore) -> Mapping[str, tuple[Sent, ...]]:
    """Which boxes were sent each account, by account."""
    found: dict[str, list[Sent]] = defaultdict(list)
    for name, box, _, sealed_ms, taken_ms in store.rows(_sql("select_sealed")):
        taken_at = None if taken_ms is None else readings.moment(taken_ms)
        found[name].append(Sent(box, readings.moment(sealed_ms), taken_at))
    return {name: tuple(each) for name, each in found.items()}
