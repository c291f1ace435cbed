"""Passkeys of the accounts: public keys, which prove nothing to whoever copies the file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import outbox
from crisis.accounts.factors import changes
from crisis.model import event_bodies
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.store import AccountStore

WHAT = "passkey"
PASSKEYS_MAX = 10  # of one account
NAME_CHARACTERS_MAX = 60
_sql = partial(sql.load, "crisis.accounts.factors")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key of somebody's device. `public_key` is COSE; `sign_count` is as the device counts its signatures."""

    id: bytes
    name: str
    public_key: bytes
    sign_count: int
    made_at: datetime
    seen_at: datetime | None


def of(store: AccountStore, account: str) -> tuple[Passkey, ...]:
    """The passkeys of an account, the oldest first."""
    return tuple(
        Passkey(
            key,
            name,
            public_key,
            sign_count,
            readings.moment(made_ms),
            None if seen_ms is None else readings.moment(seen_ms),
        )
        for key, name, public_key, sign_count, made_ms, seen_ms in store.rows(
            _sql("select_passkeys"), {"account": account}
        )
    )


def add(
    store: AccountStore, account: str, name: str, *, key: bytes, public_key: bytes, sign_count: int, now: datetime
) -> bool:
    """Keep a key under the name that its owner gives it, else the day. False when it is known, or one of too many."""
    if len(of(store, account)) >= PASSKEYS_MAX:
        return False
    printable = "".join(character for character in name.strip() if character.isprintable())
    row = {
        "id": key,
        "account": account,
        "name": printable[:NAME_CHARACTERS_MAX] or f"{now:%d.%m.%Y}",
        "public_key": public_key,
        "sign_count": sign_count,
        "now_ms": event_bodies.milliseconds(now),
    }
    with store.transaction():
        is_new = store.run(_sql("insert_passkey"), row) == 1
        if is_new:
            outbox.put(store, account, changes.FACTOR_ADDED, account, detail=WHAT)
    return is_new


def used(store: AccountStore, account: str, key: bytes, sign_count: int, now: datetime) -> None:
    """Note that the key was used, and what its device counted."""
    now_ms = event_bodies.milliseconds(now)
    store.run(_sql("update_passkey"), {"id": key, "account": account, "sign_count": sign_count, "now_ms": now_ms})


def remove(store: AccountStore, account: str, key: bytes) -> bool:
    """Its owner removes a key. False when the account has no such key."""
    with store.transaction():
        is_gone = store.run(_sql("delete_passkey"), {"id": key, "account": account}) == 1
        if is_gone:
            outbox.put(store, account, changes.FACTOR_REMOVED, account, detail=WHAT)
    return is_gone
