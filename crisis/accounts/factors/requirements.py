"""Which second factors an account has, and which roles need one. Off for every role until a commander says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import accounts, outbox
from crisis.accounts.factors import changes, passkeys, recovery_codes, totp
from crisis.model import event_bodies
from crisis.model.roles import Role
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from crisis.accounts.factors.passkeys import Passkey
    from crisis.accounts.store import AccountStore

_sql = partial(sql.load, "crisis.accounts.factors")


@dataclass(frozen=True, slots=True)
class Requirement:
    """Accounts of this role need a second factor at the hub, since then, by the word of this person."""

    role: Role
    since_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of one account."""

    has_totp: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def is_any(self) -> bool:
        """Whether there is one. Recovery codes alone are none: they stand for one that is lost."""
        return self.has_totp or bool(self.passkeys)


def of(store: AccountStore, account: str) -> Factors:
    """The second factors of this account."""
    return Factors(totp.is_set_up(store, account), passkeys.of(store, account), recovery_codes.left(store, account))


def reset(store: AccountStore, account: str, by: str) -> None:
    """Forget every second factor of this account: its owner has lost them, and sets up new ones."""
    with store.transaction():
        for statement in ("delete_totp", "delete_passkeys", "delete_recovery_codes"):
            store.run(_sql(statement), {"account": account})
        accounts.end_sessions(store, account)
        outbox.put(store, by, changes.FACTORS_RESET, account)


def required(store: AccountStore) -> tuple[Requirement, ...]:
    """The roles that need a second factor."""
    return tuple(
        Requirement(Role(role), readings.moment(since_ms), by)
        for role, since_ms, by in store.rows(_sql("select_required"))
    )


def require(store: AccountStore, wanted: Collection[Role], by: str, now: datetime) -> None:
    """Let these roles need a second factor from their next sign-in on, and no others."""
    before = {each.role: each for each in required(store)}
    with store.transaction():
        store.run(_sql("delete_required"))
        for role in wanted:
            kept = before.get(role, Requirement(role, now, by))
            row = {"role": role.value, "since_ms": event_bodies.milliseconds(kept.since_at), "by": kept.by}
            store.run(_sql("insert_required"), row)
        if set(before) != set(wanted):
            outbox.put(store, by, changes.FACTORS_REQUIRED, by, detail=", ".join(sorted(wanted)) or "none")


def is_required(store: AccountStore, role: Role) -> bool:
    """Whether accounts of this role need a second factor."""
    return any(each.role is role for each in required(store))
