"""At a box: the accounts that the hub issued and granted here, with what their owners prove themselves by.

The hub sends each box what it needs of an account, sealed for that box alone (`Credential`). It is the stored hash of a
password, never the password.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis.accounts import accounts
from crisis.accounts.accounts import Origin
from crisis.accounts.factors import badges
from crisis.model import event_bodies
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crisis.accounts.store import AccountStore
    from crisis.state.views import IssuedAccount

_sql = partial(sql.load, "crisis.accounts")


class InvalidCredentialError(ValueError):
    """Not a credential of this account as a hub writes it."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a box needs to know of an account: the hash of its password (argon2id), and when that was set; its badges.

    `badges`: the serial of each, and the hash of its code in hex.
    """

    account: str
    password: str | None
    password_ms: int | None
    badges: tuple[tuple[str, str], ...] = ()

    def to_bytes(self) -> bytes:
        """The credential as it is sealed; the same content is the same bytes."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()


def read(opened: bytes, account: str) -> Credential:
    """The credential of this account. Raises InvalidCredentialError. Keys of newer hubs are ignored."""
    try:
        value = json.loads(opened)
        found = tuple((str(serial), bytes.fromhex(code).hex()) for serial, code in value.get("badges", ()))
        made = Credential(value["account"], value["password"], value["password_ms"], found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidCredentialError(f"not a credential: {error!r}") from None
    types = (type(made.password), type(made.password_ms))
    if types not in {(str, int), (type(None), type(None))}:
        raise InvalidCredentialError("not a credential: its password and when that was set are no text and no time")
    if made.account != account:
        raise InvalidCredentialError(f"a credential of {made.account!r}")
    return made


def credentials(store: AccountStore) -> Mapping[str, Credential]:
    """At a hub: the credential of every account that has a password or a badge, by account."""
    held = badges.shared(store)
    return {
        name: Credential(name, password, password_ms, held.get(name, ()))
        for name, _, _, password, password_ms in store.rows(_sql("select_passwords"))
        if password is not None or name in held
    }


def apply(store: AccountStore, issued: IssuedAccount, event: bytes, credential: Credential, now: datetime) -> bool:
    """Let an account of the hub be used at this box; False when nothing changed. `event` brought the credential.

    An account of the same name that the box made itself is taken over: the hub's password is the one that counts.
    When its role, its password or whether it is enabled changed, or a badge was revoked, its sessions, tokens and
    streams end.
    """
    found = accounts.find(store, issued.name)
    before = None if found is None else _facts(found.origin, found.role, found.granted_at, found.credential)
    is_enabled = issued.is_enabled and not (found is not None and found.is_blocked)
    if before == _facts(Origin.HUB, issued.role, now, event) and found is not None and found.is_enabled is is_enabled:
        return False
    row = {
        "name": issued.name,
        "role": issued.role.value,
        "password": credential.password,
        "password_ms": credential.password_ms,
        "made_ms": event_bodies.milliseconds(issued.issued.at),
        "is_enabled": issued.is_enabled,
        "granted_ms": event_bodies.milliseconds(now),
        "credential": event,
    }
    is_same = (
        found is not None
        and (found.origin, found.role, found.is_enabled) == (Origin.HUB, issued.role, is_enabled)
        and accounts.stored_password(store, issued.name) == credential.password
    )
    with store.transaction():
        store.run(_sql("upsert_issued"), row)
        has_lost_badge = badges.take_over(store, issued.name, credential.badges, now)
        if has_lost_badge or not is_same:  # a new badge alone ends nothing
            accounts.end_access(store, issued.name)
    return True


def _facts(origin: Origin, role: object, granted_at: datetime | None, credential: bytes | None) -> tuple[Any, ...]:
    return origin, role, granted_at is not None, credential


def withdraw(store: AccountStore, name: str) -> bool:
    """The hub has taken an account from this box: it signs nobody in, and its password is forgotten. False: nothing
    changed, or the account is the box's own.
    """
    found = accounts.find(store, name)
    if found is None or found.origin is not Origin.HUB or found.granted_at is None:
        return False
    with store.transaction():
        store.run(_sql("withdraw_issued"), {"name": found.name})
        accounts.end_access(store, found.name)
    return True
