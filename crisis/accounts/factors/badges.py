"""Badges: a printed code for the forgotten password at night. The first device that uses one keeps it for itself."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis.accounts import accounts, outbox, sessions
from crisis.accounts.factors import changes, codes
from crisis.log.errors import NotKept
from crisis.model import event_bodies, events
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from crisis.accounts.store import AccountStore

BADGES_MAX = 20  # good ones of one account
_SERIAL_GROUPS = 1
_sql = partial(sql.load, "crisis.accounts.factors")


class Why(StrEnum):
    """Why a badge does not sign anybody in."""

    UNKNOWN = "unknown"  # or its account is disabled: nobody learns which
    REVOKED = "revoked"
    OTHER_DEVICE = "other_device"


class BadgeRefusedError(Exception):
    """A badge does not sign anybody in here. `serial` and `account` are empty for an unknown code."""

    def __init__(self, why: Why, account: str = "", serial: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.account = account
        self.serial = serial


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge of an account, without its code, which only the paper has."""

    id: bytes
    account: str
    serial: str
    made_at: datetime
    made_by: str
    device: bytes | None
    seen_at: datetime | None
    revoked_at: datetime | None
    is_enabled: bool  # its account

    @property
    def is_bound(self) -> bool:
        """Whether a device has it for itself."""
        return self.device is not None

    @property
    def is_good(self) -> bool:
        """Whether it was not revoked."""
        return self.revoked_at is None


@dataclass(frozen=True, slots=True)
class Entry:
    """A badge was accepted: whose it is, which one, and what its device keeps as a cookie."""

    account: str
    serial: str
    device: str


def make(store: AccountStore, typed: str, by: str, now: datetime) -> tuple[Badge, str]:
    """A new badge and its code, which can be read this once.

    Raises AccountError for an account that is unknown, that the hub issued, or that has too many.
    """
    account = accounts.own(store, typed)
    if sum(badge.is_good for badge in of(store, account.name)) >= BADGES_MAX:
        raise accounts.AccountError(f"{account.name} has {BADGES_MAX} badges already: revoke one first")
    code = codes.make(codes.BADGE_GROUPS)
    taken = {badge.serial for badge in of(store)}
    serial = next(made for made in iter(lambda: codes.make(_SERIAL_GROUPS), "") if made not in taken)
    row = {
        "id": codes.hash_of(code),
        "account": account.name,
        "serial": serial,
        "made_ms": event_bodies.milliseconds(now),
        "made_by": by,
    }
    with store.transaction():
        store.run(_sql("insert_badge"), row)
        outbox.put(store, by, changes.BADGE_MADE, account.name, detail=serial)
    return next(badge for badge in of(store, account.name) if badge.serial == serial), code


def of(store: AccountStore, account: str | None = None) -> tuple[Badge, ...]:
    """The badges of one account, or of all; the revoked ones, too."""
    return tuple(_read(row) for row in store.rows(_sql("select_badges"), {"account": account}))


def _read(row: tuple[Any, ...]) -> Badge:
    key, account, serial, made_ms, made_by, device, seen_ms, revoked_ms, is_enabled = row
    return Badge(
        key,
        account,
        serial,
        readings.moment(made_ms),
        made_by,
        device,
        None if seen_ms is None else readings.moment(seen_ms),
        None if revoked_ms is None else readings.moment(revoked_ms),
        bool(is_enabled),
    )


def _find(store: AccountStore, code: str) -> Badge:
    """The badge of this code. Raises BadgeRefusedError unless it is good, and its account enabled."""
    rows = store.rows(_sql("select_badge"), {"id": codes.hash_of(code)})
    badge = _read(rows[0]) if rows else None
    if badge is None or not badge.is_enabled:
        raise BadgeRefusedError(Why.UNKNOWN)
    if not badge.is_good:
        raise BadgeRefusedError(Why.REVOKED, badge.account, badge.serial)
    return badge


def use(store: AccountStore, code: str, device: str, now: datetime) -> Entry:
    """Sign in with a badge on a device. `device` is what its cookie holds, or empty; a new badge then makes one.

    Raises BadgeRefusedError, and Full or Unwritable when a new badge cannot be given to its device.
    """
    badge = _find(store, code)
    if badge.device is None:
        device = device or secrets.token_urlsafe(32)
        with store.transaction():
            if not store.run(_sql("bind_badge"), {"id": badge.id, "device": sessions.hash_of(device)}):
                raise BadgeRefusedError(Why.OTHER_DEVICE, badge.account, badge.serial)  # one was faster
            outbox.put(store, badge.account, changes.BADGE_BOUND, badge.account, detail=badge.serial)
    elif not device or not secrets.compare_digest(sessions.hash_of(device), badge.device):
        raise BadgeRefusedError(Why.OTHER_DEVICE, badge.account, badge.serial)
    with contextlib.suppress(NotKept):  # a full disk must not keep anybody out
        store.run(_sql("update_badge_seen"), {"id": badge.id, "now_ms": event_bodies.milliseconds(now)})
    return Entry(badge.account, badge.serial, device)


def confirm(store: AccountStore, code: str, account: str, device: str, now: datetime) -> Entry | None:
    """As `use`, for a badge of this account; None when this is no badge of the account."""
    if not any(badge.id == codes.hash_of(code) for badge in of(store, account)):
        return None
    return use(store, code, device, now)


def revoke(store: AccountStore, serial: str, by: str, now: datetime) -> Badge:
    """Make a badge good for nothing; the account's sessions end, because one may be whoever found the badge.

    Raises AccountError when there is no such badge, or it was revoked before.
    """
    with store.transaction():
        badge = _change(store, serial, "revoke_badge", now)
        accounts.end_sessions(store, badge.account)
        outbox.put(store, by, changes.BADGE_REVOKED, badge.account, detail=badge.serial)
    return badge


def release(store: AccountStore, serial: str, by: str, now: datetime) -> Badge:
    """Let the next device have the badge. Raises AccountError when there is none, or it was revoked."""
    with store.transaction():
        badge = _change(store, serial, "release_badge", now)
        outbox.put(store, by, changes.BADGE_RELEASED, badge.account, detail=badge.serial)
    return badge


def _change(store: AccountStore, typed: str, statement: str, now: datetime) -> Badge:
    serial = codes.read(typed)
    changed = store.run(_sql(statement), {"serial": serial, "now_ms": event_bodies.milliseconds(now)})
    if not changed:
        raise accounts.AccountError(f"there is no badge {serial or typed!r} that is good")
    return next(badge for badge in of(store) if badge.serial == serial)


# -- between the hub and its boxes -----------------------------------------------------------------------------------


def shared(store: AccountStore) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """At a hub: what a box needs of the good badges, by account: serial and the hash of the code, in hex.

    An account whose badges are all revoked is among them: boxes have to hear of it.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for badge in of(store):
        held = found.setdefault(badge.account, [])
        if badge.is_good:
            held.append((badge.serial, badge.id.hex()))
    return {account: tuple(sorted(badges)) for account, badges in found.items()}


def take_over(store: AccountStore, account: str, wanted: Iterable[tuple[str, str]], now: datetime) -> bool:
    """At a box, in the caller's transaction: take the hub's badges of an account. Whether one was revoked.

    A badge keeps its device, and stays revoked when it was revoked here.
    """
    now_ms = event_bodies.milliseconds(now)
    good = {bytes.fromhex(code): serial for serial, code in wanted}
    known = {badge.id: badge for badge in of(store, account)}
    for code, serial in good.items():
        if code not in known:
            row = {"id": code, "account": account, "serial": serial, "made_ms": now_ms, "made_by": events.HUB}
            store.run(_sql("insert_badge"), row)
    gone = [badge.serial for badge in known.values() if badge.is_good and badge.id not in good]
    for serial in gone:
        store.run(_sql("revoke_badge"), {"serial": serial, "now_ms": now_ms})
    return bool(gone)
