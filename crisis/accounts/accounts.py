"""Who may sign in at a node: accounts with a role. They are never removed, because events name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import password_strength, passwords
from crisis.model import event_bodies, events
from crisis.model.commands import Actor
from crisis.model.roles import Role
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.password_strength import Weakness
    from crisis.accounts.store import AccountStore

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_RESERVED = {events.HUB, events.RESIDENT}  # actors of events that no account wrote
_sql = partial(sql.load, "crisis.accounts")


class AccountError(Exception):
    """An account was not made or changed; the message says why, in a sentence for whoever asked."""


class WeakPasswordError(AccountError):
    """A password was refused; `weakness` says why, for pages in several languages."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(password_strength.SENTENCES[weakness])
        self.weakness = weakness


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `password_at` None: it has no password, and is used with tokens only."""

    name: str
    role: Role
    is_enabled: bool
    made_at: datetime
    password_at: datetime | None
    signed_in_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Who acts with this account."""
        return Actor(self.name, self.role)


def known_name(typed: str) -> str:
    """The account's name as somebody typed it: upper case counts as lower case."""
    return typed.strip().casefold()


def add(store: AccountStore, typed: str, role: Role, password: str | None, now: datetime) -> Account:
    """Make an account. Raises AccountError for a name that is invalid or taken, and for a weak password."""
    name = known_name(typed)
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise AccountError(
            f"{typed!r} cannot be an account's name: 2 to 32 letters a-z, digits, dots, dashes or underscores, a letter"
            " first, and neither `hub` nor `resident`"
        )
    now_ms = event_bodies.milliseconds(now)
    row = {
        "name": name,
        "role": role.value,
        "password": None if password is None else _made(password, name),
        "made_ms": now_ms,
        "password_ms": None if password is None else now_ms,
    }
    if not store.run(_sql("insert_account"), row):
        raise AccountError(f"there is an account {name} already")
    return get(store, name)


def _made(password: str, name: str) -> str:
    weakness = password_strength.weakness(password, name)
    if weakness is not None:
        raise WeakPasswordError(weakness)
    return passwords.make_hash(password)


def find(store: AccountStore, typed: str) -> Account | None:
    """The account of this name; None when there is no such account."""
    rows = store.rows(_sql("select_account"), {"name": known_name(typed)})
    return _read(rows[0]) if rows else None


def get(store: AccountStore, typed: str) -> Account:
    """The account of this name. Raises AccountError when there is no such account."""
    found = find(store, typed)
    if found is None:
        raise AccountError(f"there is no account {known_name(typed)!r}")
    return found


def everybody(store: AccountStore) -> tuple[Account, ...]:
    """All accounts, by name."""
    return tuple(_read(row) for row in store.rows(_sql("select_accounts")))


def is_empty(store: AccountStore) -> bool:
    """Whether nobody can sign in, because there is no account at all."""
    return not store.rows(_sql("select_any_account"))


def _read(row: tuple[str, str, int, int, int | None, int | None]) -> Account:
    name, role, is_enabled, made_ms, password_ms, signed_in_ms = row
    return Account(
        name,
        Role(role),
        bool(is_enabled),
        readings.moment(made_ms),
        None if password_ms is None else readings.moment(password_ms),
        None if signed_in_ms is None else readings.moment(signed_in_ms),
    )


def set_enabled(store: AccountStore, typed: str, *, is_enabled: bool) -> Account:
    """Enable an account, or disable it: its sessions then end at once. Raises AccountError."""
    name = get(store, typed).name
    with store.transaction():
        store.run(_sql("update_enabled"), {"name": name, "is_enabled": is_enabled})
        if not is_enabled:
            store.run(_sql("delete_account_sessions"), {"account": name, "keep": b""})
    return get(store, name)


def set_role(store: AccountStore, typed: str, role: Role) -> Account:
    """Give an account another role; it counts from the next request on. Raises AccountError."""
    name = get(store, typed).name
    store.run(_sql("update_role"), {"name": name, "role": role.value})
    return get(store, name)


def set_password(store: AccountStore, typed: str, password: str, now: datetime, keep: bytes = b"") -> Account:
    """Change a password, and end the account's sessions except the one with the id `keep`. Raises AccountError."""
    name = get(store, typed).name
    row = {"name": name, "password": _made(password, name), "password_ms": event_bodies.milliseconds(now)}
    with store.transaction():
        store.run(_sql("update_password"), row)
        store.run(_sql("delete_account_sessions"), {"account": name, "keep": keep})
    return get(store, name)


def stored_password(store: AccountStore, typed: str) -> str | None:
    """The stored hash of the password; None for an account that is unknown, is disabled or has no password."""
    rows = store.rows(_sql("select_password"), {"name": known_name(typed)})
    return None if not rows else rows[0][0]
