"""Badges: a printed code for the forgotten password at night. The first device that uses one keeps it for itself."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis.accounts import accounts, sessions
from crisis.accounts.factors import codes
from crisis.log.errors import NotKept
from crisis.model import event_bodies
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
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
    """A new badge and its code, which can be read this once. Raises AccountError for an unknown account."""
    account = accounts.get(store, typed)
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
    store.run(_sql("insert_badge"), row)
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
        if not store.run(_sql("bind_badge"), {"id": badge.id, "device": sessions.hash_of(device)}):
            raise BadgeRefusedError(Why.OTHER_DEVICE, badge.account, badge.serial)  # one was faster
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


def revoke(store: AccountStore, serial: str, now: datetime) -> Badge:
    """Make a badge good for nothing, at once. Raises AccountError when there is none, or it was revoked before."""
    return _change(store, serial, "revoke_badge", now)


def release(store: AccountStore, serial: str, now: datetime) -> Badge:
    """Let the next device have the badge. Raises AccountError when there is none, or it was revoked."""
    return _change(store, serial, "release_badge", now)


def _change(store: AccountStore, typed: str, statement: str, now: datetime) -> Badge:
    serial = codes.read(typed)
    changed = store.run(_sql(statement), {"serial": serial, "now_ms": event_bodies.milliseconds(now)})
    if not changed:
        raise accounts.AccountError(f"there is no badge {serial or typed!r} that is good")
    return next(badge for badge in of(store) if badge.serial == serial)
