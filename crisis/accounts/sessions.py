"""Sessions of people and tokens of programs. The file holds only hashes of the secrets: a copy of it opens nothing."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import accounts, outbox
from crisis.log.errors import NotKept
from crisis.model import event_bodies, events
from crisis.model.commands import Actor
from crisis.model.roles import Role
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.store import AccountStore

TOKEN_PREFIX = "kbx_"  # noqa: S105 -- so that people and scanners see what it is
# How often the last use is written down: not at each request, for the sake of the memory card.
_NOTED_EVERY = timedelta(minutes=1)
# A session that seems to begin this far in the future: a clock was wrong, so nobody knows when the session ends.
_AHEAD_MAX = timedelta(minutes=5)
_TOKEN_NAME_MAX = 60  # characters
_sql = partial(sql.load, "crisis.accounts")
_DEVICE_KEY = "device"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a session lasts: without being used (`idle`), and at most (`whole`)."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. `id` is the hash of the cookie's secret."""

    id: bytes
    actor: Actor
    made_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A program's right to act as an account. `until_at` None: until it is revoked."""

    account: str
    name: str
    made_at: datetime
    until_at: datetime | None
    seen_at: datetime | None


def hash_of(secret: str) -> bytes:
    """The hash of a secret, to be stored. Secrets are random and long, so a fast hash is enough."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


# -- people ----------------------------------------------------------------------------------------------------------


def begin(
    store: AccountStore, name: str, now: datetime, terms: Terms, device: str = "", *, is_noted: bool = True
) -> str:
    """Sign an account in on a device. Returns the secret for its cookie. Sessions that have ended are deleted.

    `is_noted`: it gets an entry of its own in the history.
    """
    secret = secrets.token_urlsafe(32)
    now_ms = event_bodies.milliseconds(now)
    made_ms, seen_ms = event_bodies.milliseconds(now - terms.whole), event_bodies.milliseconds(now - terms.idle)
    with store.transaction():
        store.run(_sql("delete_old_sessions"), {"made_ms": made_ms, "seen_ms": seen_ms})
        store.run(_sql("insert_session"), {"id": hash_of(secret), "account": name, "now_ms": now_ms, "device": device})
        store.run(_sql("update_signed_in"), {"name": name, "now_ms": now_ms})
        if is_noted:
            outbox.put(store, name, outbox.SIGNED_IN, name, device=device)
    return secret


def find(store: AccountStore, secret: str, now: datetime, terms: Terms, *, is_use: bool = True) -> Session | None:
    """The session of this secret; None when it is unknown or has ended, or the account is disabled.

    Notes that it is used, unless `is_use` is False: a screen that nobody looks at must not keep somebody signed in.
    """
    rows = store.rows(_sql("select_session"), {"id": hash_of(secret)})
    if not rows:
        return None
    session_id, name, role, made_ms, seen_ms, device = rows[0]
    made_at, seen_at = readings.moment(made_ms), readings.moment(seen_ms)
    ends_at = min(made_at + terms.whole, (now if is_use else seen_at) + terms.idle)
    if now >= made_at + terms.whole or now >= seen_at + terms.idle or max(made_at, seen_at) > now + _AHEAD_MAX:
        return None
    if is_use and now - seen_at >= _NOTED_EVERY:
        _note(store, "update_session_seen", session_id, now)
    # A session from before devices were told apart is a device of its own.
    return Session(session_id, Actor(name, Role(role), device or session_id.hex()[:12]), made_at, ends_at)


def end(store: AccountStore, secret: str) -> None:
    """Sign out; the streams of the session end."""
    session = {"id": hash_of(secret)}
    rows = store.rows(_sql("select_session"), session)
    with store.transaction():
        if store.run(_sql("delete_session"), session):
            store.run(_sql("update_ended"))
            for _, account, *_ in rows:
                outbox.put(store, account, outbox.SIGNED_OUT, account)


def _note(store: AccountStore, statement: str, secret_id: bytes, now: datetime) -> None:
    # A full disk must not stop anybody's work: only the last use is not written down.
    with contextlib.suppress(NotKept):
        store.run(_sql(statement), {"id": secret_id, "now_ms": event_bodies.milliseconds(now)})


# -- programs --------------------------------------------------------------------------------------------------------


def add_token(
    store: AccountStore,
    account: str,
    name: str,
    now: datetime,
    until: datetime | None,
    *,
    by: str = events.COMMAND_LINE,
) -> str:
    """Make a token, and return its secret, this once. Raises AccountError for a name that is taken or too long."""
    found = accounts.get(store, account)
    name = name.strip()
    if not 1 <= len(name) <= _TOKEN_NAME_MAX or not name.isprintable():
        raise accounts.AccountError(f"a token's name has 1 to {_TOKEN_NAME_MAX} printable characters")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = {
        "id": hash_of(secret),
        "account": found.name,
        "name": name,
        "made_ms": event_bodies.milliseconds(now),
        "until_ms": None if until is None else event_bodies.milliseconds(until),
    }
    with store.transaction():
        if not store.run(_sql("insert_token"), row):
            raise accounts.AccountError(
                f"{found.name} has a token {name!r} already: revoke that one, or choose another name"
            )
        outbox.put(store, by, outbox.TOKEN_MADE, found.name, detail=name)
    return secret


def tokens(store: AccountStore, account: str | None = None) -> tuple[Token, ...]:
    """The tokens of one account, or of all."""
    return tuple(
        Token(
            holder,
            name,
            readings.moment(made_ms),
            None if until_ms is None else readings.moment(until_ms),
            None if seen_ms is None else readings.moment(seen_ms),
        )
        for holder, name, made_ms, until_ms, seen_ms in store.rows(_sql("select_tokens"), {"account": account})
    )


def revoke_token(store: AccountStore, account: str, name: str, by: str = events.COMMAND_LINE) -> None:
    """Revoke a token and end its streams, at once. Raises AccountError when the account has no token of this name."""
    found, name = accounts.get(store, account), name.strip()
    with store.transaction():
        if not store.run(_sql("delete_token"), {"account": found.name, "name": name}):
            raise accounts.AccountError(f"{found.name} has no token {name!r}")
        store.run(_sql("update_ended"))
        outbox.put(store, by, outbox.TOKEN_REVOKED, found.name, detail=name)


def bearer(store: AccountStore, secret: str, now: datetime) -> Actor | None:
    """Who acts with this token; None when it is unknown or has ended, or the account is disabled. Notes the use."""
    rows = store.rows(_sql("select_bearer"), {"id": hash_of(secret)})
    if not rows:
        return None
    token_id, account, role, until_ms, seen_ms = rows[0]
    if until_ms is not None and now >= readings.moment(until_ms):
        return None
    if seen_ms is None or now - readings.moment(seen_ms) >= _NOTED_EVERY:
        _note(store, "update_token_seen", token_id, now)
    return Actor(account, Role(role), token_id.hex()[:12])


# -- devices ---------------------------------------------------------------------------------------------------------


def device_key(store: AccountStore) -> bytes:
    """The key that signs the cookies of known devices (api/crisis/staff/sign_in.py); made at the first call."""
    store.run(_sql("insert_secret"), {"name": _DEVICE_KEY, "value": secrets.token_bytes(32)})
    value: bytes = store.rows(_sql("select_secret"), {"name": _DEVICE_KEY})[0][0]
    return value
