"""Wall displays: a token each, which opens the situation page of one node and nothing else. It belongs to no account.

As with sessions, the file holds only the hash of the token.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis.accounts import accounts, outbox, sessions
from crisis.log.errors import NotKept
from crisis.model import event_bodies, events
from devices import readings
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.store import AccountStore

PREFIX = "kbw_"
DAYS = 90  # how long a token is good for, unless somebody says otherwise
DAYS_MAX = 365  # somebody should look at a display now and then
WALLS_MAX = 50
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_NOTED_EVERY = timedelta(minutes=1)
_sql = partial(sql.load, "crisis.accounts")


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall display. `made_by` is an account, or the command line."""

    name: str
    made_at: datetime
    made_by: str
    until_at: datetime
    seen_at: datetime | None

    @property
    def principal(self) -> str:
        """How the history and the log name it: no account can have such a name."""
        return f"wall:{self.name}"


def add(store: AccountStore, typed: str, now: datetime, days: int = DAYS, by: str = events.COMMAND_LINE) -> str:
    """Make a wall display, and return its token, this once.

    Raises AccountError for a name that is invalid or taken, for a time that is too long, and when there are too many.
    """
    name = typed.strip().casefold()
    if not _NAME.fullmatch(name):
        raise accounts.AccountError(
            f"{typed!r} cannot be a display's name: 1 to 32 letters a-z, digits, dots, dashes or underscores, such as"
            " situation-room"
        )
    if not 1 <= days <= DAYS_MAX:
        raise accounts.AccountError(f"a display's token is good for 1 to {DAYS_MAX} days")
    secret = PREFIX + secrets.token_urlsafe(32)
    until = now + timedelta(days=days)
    row = {
        "id": sessions.hash_of(secret),
        "name": name,
        "made_ms": event_bodies.milliseconds(now),
        "made_by": by,
        "until_ms": event_bodies.milliseconds(until),
    }
    with store.transaction():
        if len(of(store)) >= WALLS_MAX:
            raise accounts.AccountError(f"there are {WALLS_MAX} wall displays already: revoke one first")
        if not store.run(_sql("insert_wall"), row):
            raise accounts.AccountError(f"there is a wall display {name} already: revoke it, or choose another name")
        outbox.put(store, by, outbox.WALL_MADE, f"wall:{name}", detail=f"{until:%Y-%m-%d}")
    return secret


def of(store: AccountStore) -> tuple[Wall, ...]:
    """The wall displays of this node, by name; those whose token has ended, too."""
    return tuple(_read(row) for row in store.rows(_sql("select_walls")))


def _read(row: tuple[Any, ...]) -> Wall:
    name, made_ms, made_by, until_ms, seen_ms = row
    return Wall(
        name,
        readings.moment(made_ms),
        made_by,
        readings.moment(until_ms),
        None if seen_ms is None else readings.moment(seen_ms),
    )


def revoke(store: AccountStore, typed: str, by: str = events.COMMAND_LINE) -> None:
    """Make a display's token good for nothing, at once; its stream ends. Raises AccountError for an unknown name."""
    name = typed.strip().casefold()
    with store.transaction():
        if not store.run(_sql("delete_wall"), {"name": name}):
            raise accounts.AccountError(f"there is no wall display {name!r}")
        store.run(_sql("update_ended"))
        outbox.put(store, by, outbox.WALL_REVOKED, f"wall:{name}")


def find(store: AccountStore, secret: str, now: datetime) -> Wall | None:
    """The display of this token; None when it is unknown or has ended. Notes the use."""
    key = {"id": sessions.hash_of(secret)}
    rows = store.rows(_sql("select_wall"), key)
    if not rows:
        return None
    wall = _read(rows[0])
    if now >= wall.until_at:
        return None
    if wall.seen_at is None or now - wall.seen_at >= _NOTED_EVERY:
        with contextlib.suppress(NotKept):  # a full disk must not darken a wall: only the last use is not written down
            store.run(_sql("update_wall_seen"), key | {"now_ms": event_bodies.milliseconds(now)})
    return wall


def note_sign_in(store: AccountStore, wall: Wall) -> None:
    """A browser was given the display's cookie: an entry in the history."""
    outbox.put(store, wall.principal, outbox.SIGNED_IN, wall.principal)
