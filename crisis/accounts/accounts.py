"""Who may sign in at a node: accounts with a role. They are never removed, because events name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import outbox, password_strength, passwords
from crisis.model import account_bodies, event_bodies, events
from crisis.model import areas as area_names
from crisis.model.commands import Actor
from crisis.model.roles import Role
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Any

    from crisis.accounts.password_strength import Weakness
    from crisis.accounts.store import AccountStore

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_RESERVED = {events.HUB, events.RESIDENT}  # actors of events that no account wrote
_sql = partial(sql.load, "crisis.accounts")


class Why(StrEnum):
    """Why an account was not made or changed, for pages in several languages."""

    BAD_NAME = "bad_name"
    TAKEN = "taken"
    UNKNOWN = "unknown"
    BAD_AREA = "bad_area"
    FROM_HUB = "from_hub"  # at a box: it is changed at the hub
    WEAK_PASSWORD = "weak_password"  # noqa: S105 -- a reason, not a password
    OTHER = "other"


class AccountError(Exception):
    """An account was not made or changed; the message says why, in a sentence for whoever asked.

    `about` names what the reason is about: the name, the area.
    """

    def __init__(self, message: str, why: Why = Why.OTHER, about: str = "") -> None:
        super().__init__(message)
        self.why = why
        self.about = about


class WeakPasswordError(AccountError):
    """A password was refused; `weakness` says why, for pages in several languages."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(password_strength.SENTENCES[weakness], Why.WEAK_PASSWORD)
        self.weakness = weakness


class Origin(StrEnum):
    """Who made an account of a box: the box itself, or the hub. At a hub all accounts are its own."""

    LOCAL = "local"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `password_at` None: it has no password, and is used with tokens only.

    At a box: `granted_at` is since when the hub lets it be used there; `is_blocked`: disabled there alone.
    """

    name: str
    role: Role
    is_enabled: bool
    made_at: datetime
    password_at: datetime | None
    signed_in_at: datetime | None
    origin: Origin = Origin.LOCAL
    granted_at: datetime | None = None
    credential: bytes | None = None
    is_blocked: bool = False

    @property
    def actor(self) -> Actor:
        """Who acts with this account."""
        return Actor(self.name, self.role)


def known_name(typed: str) -> str:
    """The account's name as somebody typed it: upper case counts as lower case."""
    return typed.strip().casefold()


def add(
    store: AccountStore,
    typed: str,
    role: Role,
    password: str | None,
    now: datetime,
    *,
    areas: Sequence[str] = (),
    by: str = events.COMMAND_LINE,
) -> Account:
    """Make an account; at a hub it may be granted to areas at once.

    Raises AccountError for a name that is invalid or taken, for a weak password, and for an invalid area.
    """
    name = known_name(typed)
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise AccountError(
            f"{typed!r} cannot be an account's name: 2 to 32 letters a-z, digits, dots, dashes or underscores, a letter"
            " first, and neither `hub` nor `resident`",
            Why.BAD_NAME,
            typed,
        )
    granted = checked_areas(areas)
    now_ms = event_bodies.milliseconds(now)
    row = {
        "name": name,
        "role": role.value,
        "password": None if password is None else _made(password, name),
        "made_ms": now_ms,
        "password_ms": None if password is None else now_ms,
    }
    with store.transaction():
        if not store.run(_sql("insert_account"), row):
            raise AccountError(f"there is an account {name} already", Why.TAKEN, name)
        for area in granted:
            store.run(_sql("insert_area"), {"account": name, "area": area, "now_ms": now_ms})
        outbox.put(store, by, outbox.MADE, name, role=role.value, areas=granted)
    return get(store, name)


def checked_areas(typed: Iterable[str]) -> tuple[str, ...]:
    """The areas, each once. Raises AccountError for what is no area, and for too many."""
    found = tuple(dict.fromkeys(area.strip().casefold() for area in typed if area.strip()))
    for area in found:
        if not re.fullmatch(area_names.PATTERN, area):
            raise AccountError(
                f"{area!r} is no area: `all`, a district such as district-71, or a box such as 71-01",
                Why.BAD_AREA,
                area,
            )
    if len(found) > account_bodies.AREAS_MAX:
        raise AccountError(f"at most {account_bodies.AREAS_MAX} areas at once")
    return found


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
        raise AccountError(f"there is no account {known_name(typed)!r}", Why.UNKNOWN, known_name(typed))
    return found


def own(store: AccountStore, typed: str) -> Account:
    """The account of this name, to be changed here. Raises AccountError when it is unknown or the hub issued it."""
    found = get(store, typed)
    if found.origin is Origin.HUB:
        raise AccountError(
            f"the hub issued the account {found.name}: it is changed at the hub, and this box hears of it",
            Why.FROM_HUB,
            found.name,
        )
    return found


def everybody(store: AccountStore) -> tuple[Account, ...]:
    """All accounts, by name."""
    return tuple(_read(row) for row in store.rows(_sql("select_accounts")))


def is_empty(store: AccountStore) -> bool:
    """Whether nobody can sign in, because there is no account at all."""
    return not store.rows(_sql("select_any_account"))


def _read(row: tuple[Any, ...]) -> Account:
    name, role, is_enabled, made_ms, password_ms, signed_in_ms, origin, granted_ms, credential, is_blocked = row
    return Account(
        name,
        Role(role),
        bool(is_enabled),
        readings.moment(made_ms),
        None if password_ms is None else readings.moment(password_ms),
        None if signed_in_ms is None else readings.moment(signed_in_ms),
        Origin(origin),
        None if granted_ms is None else readings.moment(granted_ms),
        credential,
        bool(is_blocked),
    )


def set_enabled(store: AccountStore, typed: str, *, is_enabled: bool, by: str = events.COMMAND_LINE) -> Account:
    """Enable an account, or disable it: its sessions, tokens and streams then end. Raises AccountError.

    At a box an account of the hub may be disabled, there alone, and enabled again.
    """
    account = get(store, typed)
    name = account.name
    with store.transaction():
        if account.origin is Origin.HUB:
            if is_enabled and not account.is_blocked:
                own(store, name)
            store.run(_sql("update_blocked"), {"name": name, "is_blocked": not is_enabled})
            is_enabled = is_enabled and account.granted_at is not None
        store.run(_sql("update_enabled"), {"name": name, "is_enabled": is_enabled})
        if not is_enabled:
            end_access(store, name)
        outbox.put(store, by, outbox.ENABLED if is_enabled else outbox.DISABLED, name)
    return get(store, name)


def set_role(store: AccountStore, typed: str, role: Role, by: str = events.COMMAND_LINE) -> Account:
    """Give an account another role; its sessions, tokens and streams end. Raises AccountError."""
    account = own(store, typed)
    if account.role is role:
        return account
    with store.transaction():
        store.run(_sql("update_role"), {"name": account.name, "role": role.value})
        end_access(store, account.name)
        outbox.put(store, by, outbox.ROLE, account.name, role=role.value)
    return get(store, account.name)


def set_password(
    store: AccountStore,
    typed: str,
    password: str,
    now: datetime,
    keep: bytes = b"",
    *,
    by: str = events.COMMAND_LINE,
) -> Account:
    """Change a password; the account's sessions, tokens and streams end, except the session with the id `keep`.

    Raises AccountError.
    """
    name = own(store, typed).name
    row = {"name": name, "password": _made(password, name), "password_ms": event_bodies.milliseconds(now)}
    with store.transaction():
        store.run(_sql("update_password"), row)
        end_access(store, name, keep)
        outbox.put(store, by, outbox.PASSWORD, name)
    return get(store, name)


def end_access(store: AccountStore, name: str, keep: bytes = b"") -> None:
    """End an account's sessions, except the one with the id `keep`, its tokens, and the streams of both."""
    store.run(_sql("delete_account_tokens"), {"account": name})
    end_sessions(store, name, keep)


def end_sessions(store: AccountStore, name: str, keep: bytes = b"") -> None:
    """End an account's sessions, except the one with the id `keep`, and their streams; its programs go on."""
    store.run(_sql("delete_account_sessions"), {"account": name, "keep": keep})
    store.run(_sql("update_ended"))


def ended(store: AccountStore) -> int:
    """How often access was ended: while the number is the same, whoever was signed in a moment ago still is."""
    return int(store.meta("ended") or 0)


def stored_password(store: AccountStore, typed: str) -> str | None:
    """The stored hash of the password; None for an account that is unknown, is disabled or has no password."""
    rows = store.rows(_sql("select_password"), {"name": known_name(typed)})
    return None if not rows else rows[0][0]
