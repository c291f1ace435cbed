"""Sessions of people and tokens of programs. The file holds hashes only: a copy of it opens nothing."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.accounts import accounts
from crisis.log.errors import NotKept
from crisis.model import event_bodies
from crisis.model.commands import Person
from crisis.model.roles import Role

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.store import Book

TOKEN_PREFIX = "kbx_"  # noqa: S105 -- so that people and scanners see what it is
_NOTED_EVERY = timedelta(minutes=1)  # a session's last use: a memory card is not written at each request
_AHEAD_MAX = timedelta(minutes=5)  # later than now by more: a clock was wrong, and when it ends cannot be known
_DEVICE_KEY = "device"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a session lasts: unused, and at the most."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. `id` is what the file knows of it."""

    id: bytes
    person: Person
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
    """What is stored of a secret. Secrets are random and long, so a quick hash is enough."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


# -- people ----------------------------------------------------------------------------------------------------------


def begin(book: Book, name: str, now: datetime, terms: Terms) -> str:
    """Sign an account in: the secret for its cookie. Sessions that are over are cleared away."""
    secret = secrets.token_urlsafe(32)
    now_ms = event_bodies.milliseconds(now)
    with book.together():
        book.run(
            "DELETE FROM session WHERE made_ms < ? OR seen_ms < ?",
            (event_bodies.milliseconds(now - terms.whole), event_bodies.milliseconds(now - terms.idle)),
        )
        book.run("INSERT INTO session (id, account, made_ms, seen_ms) VALUES (?, ?, ?, ?)", (
            hash_of(secret), name, now_ms, now_ms,
        ))  # fmt: skip
        book.run("UPDATE account SET signed_in_ms = ? WHERE name = ?", (now_ms, name))
    return secret


def find(book: Book, secret: str, now: datetime, terms: Terms, *, is_use: bool = True) -> Session | None:
    """Whose session this is; None when there is none, it is over, or the account is disabled. Notes that it is used.

    Without `is_use` it is only looked at: a screen that nobody stands before must not keep somebody signed in.
    """
    rows = book.rows(
        "SELECT s.id, a.name, a.role, s.made_ms, s.seen_ms FROM session s JOIN account a ON a.name = s.account"
        " WHERE s.id = ? AND a.is_enabled",
        (hash_of(secret),),
    )
    if not rows:
        return None
    name, person = rows[0][0], Person(rows[0][1], Role(rows[0][2]))
    made_at, seen_at = event_bodies.moment(rows[0][3]), event_bodies.moment(rows[0][4])
    ends_at = min(made_at + terms.whole, (now if is_use else seen_at) + terms.idle)
    if now >= made_at + terms.whole or now >= seen_at + terms.idle or max(made_at, seen_at) > now + _AHEAD_MAX:
        return None
    if is_use and now - seen_at >= _NOTED_EVERY:
        _note(book, "UPDATE session SET seen_ms = ? WHERE id = ?", name, now)
    return Session(name, person, made_at, ends_at)


def end(book: Book, secret: str) -> None:
    """Sign out."""
    book.run("DELETE FROM session WHERE id = ?", (hash_of(secret),))


def _note(book: Book, statement: str, name: bytes, now: datetime) -> None:
    # A full disk keeps nobody from working: only the last use is not written down.
    with contextlib.suppress(NotKept):
        book.run(statement, (event_bodies.milliseconds(now), name))


# -- programs --------------------------------------------------------------------------------------------------------


def add_token(book: Book, account: str, name: str, now: datetime, until: datetime | None) -> str:
    """Make a token: it is told this once. Raises NotDone for a name that is taken or too long."""
    found = accounts.get(book, account)
    name = name.strip()
    if not 1 <= len(name) <= 60 or not name.isprintable():  # noqa: PLR2004 -- the message says it
        raise accounts.NotDone("a token's name has 1 to 60 printable characters")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    until_ms = None if until is None else event_bodies.milliseconds(until)
    statement = "INSERT INTO token (id, account, name, made_ms, until_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    if not book.run(statement, (hash_of(secret), found.name, name, event_bodies.milliseconds(now), until_ms)):
        raise accounts.NotDone(f"{found.name} has a token {name!r} already: revoke that one, or choose another name")
    return secret


def tokens(book: Book, account: str | None = None) -> tuple[Token, ...]:
    """The tokens of one account, or of all."""
    statement = (
        "SELECT account, name, made_ms, until_ms, seen_ms FROM token WHERE ? IS NULL OR account = ?"
        " ORDER BY account, name"
    )
    return tuple(
        Token(
            holder,
            name,
            event_bodies.moment(made_ms),
            None if until_ms is None else event_bodies.moment(until_ms),
            None if seen_ms is None else event_bodies.moment(seen_ms),
        )
        for holder, name, made_ms, until_ms, seen_ms in book.rows(statement, (account, account))
    )


def revoke_token(book: Book, account: str, name: str) -> None:
    """Take a token back; it is good for nothing at once. Raises NotDone when there is none."""
    found = accounts.get(book, account)
    if not book.run("DELETE FROM token WHERE account = ? AND name = ?", (found.name, name.strip())):
        raise accounts.NotDone(f"{found.name} has no token {name!r}")


def bearer(book: Book, secret: str, now: datetime) -> Person | None:
    """Whose token this is; None when there is none, it is over, or the account is disabled. Notes that it is used."""
    rows = book.rows(
        "SELECT t.id, a.name, a.role, t.until_ms, t.seen_ms FROM token t JOIN account a ON a.name = t.account"
        " WHERE t.id = ? AND a.is_enabled",
        (hash_of(secret),),
    )
    if not rows:
        return None
    name, account, role, until_ms, seen_ms = rows[0]
    if until_ms is not None and now >= event_bodies.moment(until_ms):
        return None
    if seen_ms is None or now - event_bodies.moment(seen_ms) >= _NOTED_EVERY:
        _note(book, "UPDATE token SET seen_ms = ? WHERE id = ?", name, now)
    return Person(account, Role(role))


# -- devices ---------------------------------------------------------------------------------------------------------


def device_key(book: Book) -> bytes:
    """What this node signs the marks of known devices with (api/crisis/staff/sign_in.py); made at the first call."""
    book.run(
        "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (_DEVICE_KEY, secrets.token_bytes(32))
    )
    value: bytes = book.rows("SELECT value FROM secret WHERE name = ?", (_DEVICE_KEY,))[0][0]
    return value
