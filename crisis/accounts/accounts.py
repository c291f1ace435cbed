"""Who may sign in at a node: accounts with a role. They are never removed, because the history names them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis import node
from crisis.accounts import passwords
from crisis.model import event_bodies
from crisis.model.commands import Person
from crisis.model.roles import Role

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.store import Book

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_NOT_PEOPLE = {node.HUB, node.RESIDENT}  # the log has acts of these
_COLUMNS = "name, role, is_enabled, made_ms, password_ms, signed_in_ms"


class NotDone(Exception):  # noqa: N818 -- says what did not happen
    """Why an account was not changed, in a sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `password_at` None: it has no password, and signs in with tokens only."""

    name: str
    role: Role
    is_enabled: bool
    made_at: datetime
    password_at: datetime | None
    signed_in_at: datetime | None

    @property
    def person(self) -> Person:
        """Who acts with this account."""
        return Person(self.name, self.role)


def known_name(typed: str) -> str:
    """The account's name that somebody typed: capitals count as small letters."""
    return typed.strip().casefold()


def add(book: Book, typed: str, role: Role, password: str | None, now: datetime) -> Account:
    """Make an account. Raises NotDone for a name that is none or is taken, and for a weak password."""
    name = known_name(typed)
    if not _NAME.fullmatch(name) or name in _NOT_PEOPLE:
        raise NotDone(
            f"{typed!r} cannot be an account's name: 2 to 32 letters a-z, digits, dots, dashes or underscores, a letter"
            " first, and neither `hub` nor `resident`"
        )
    stored = None if password is None else _made(password, name)
    password_ms = None if password is None else event_bodies.milliseconds(now)
    statement = (
        "INSERT INTO account (name, role, password, made_ms, password_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    )
    if not book.run(statement, (name, role.value, stored, event_bodies.milliseconds(now), password_ms)):
        raise NotDone(f"there is an account {name} already")
    return get(book, name)


def _made(password: str, name: str) -> str:
    why = passwords.weakness(password, name)
    if why is not None:
        raise NotDone(why)
    return passwords.make(password)


def find(book: Book, typed: str) -> Account | None:
    """One account; None when there is none of this name."""
    rows = book.rows(f"SELECT {_COLUMNS} FROM account WHERE name = ?", (known_name(typed),))  # noqa: S608 -- constants
    return _read(rows[0]) if rows else None


def get(book: Book, typed: str) -> Account:
    """One account. Raises NotDone when there is none of this name."""
    found = find(book, typed)
    if found is None:
        raise NotDone(f"there is no account {known_name(typed)!r}")
    return found


def everybody(book: Book) -> tuple[Account, ...]:
    """All accounts, by name."""
    return tuple(_read(row) for row in book.rows(f"SELECT {_COLUMNS} FROM account ORDER BY name"))  # noqa: S608 -- constants


def is_empty(book: Book) -> bool:
    """Whether nobody can sign in, because there is no account at all."""
    return not book.rows("SELECT 1 FROM account LIMIT 1")


def _read(row: tuple[str, str, int, int, int | None, int | None]) -> Account:
    name, role, is_enabled, made_ms, password_ms, signed_in_ms = row
    return Account(
        name,
        Role(role),
        bool(is_enabled),
        event_bodies.moment(made_ms),
        None if password_ms is None else event_bodies.moment(password_ms),
        None if signed_in_ms is None else event_bodies.moment(signed_in_ms),
    )


def set_enabled(book: Book, typed: str, *, is_enabled: bool) -> Account:
    """Let an account sign in, or not any more: its sessions end at once. Raises NotDone."""
    name = get(book, typed).name
    with book.together():
        book.run("UPDATE account SET is_enabled = ? WHERE name = ?", (is_enabled, name))
        if not is_enabled:
            book.run("DELETE FROM session WHERE account = ?", (name,))
    return get(book, name)


def set_role(book: Book, typed: str, role: Role) -> Account:
    """Give an account another role; it counts from the next request on. Raises NotDone."""
    name = get(book, typed).name
    book.run("UPDATE account SET role = ? WHERE name = ?", (role.value, name))
    return get(book, name)


def set_password(book: Book, typed: str, password: str, now: datetime, keep: bytes = b"") -> Account:
    """Change a password, and end the account's sessions, but the one to keep. Raises NotDone."""
    name = get(book, typed).name
    stored = _made(password, name)
    with book.together():
        book.run(
            "UPDATE account SET password = ?, password_ms = ? WHERE name = ?",
            (stored, event_bodies.milliseconds(now), name),
        )
        book.run("DELETE FROM session WHERE account = ? AND id <> ?", (name, keep))
    return get(book, name)


def stored_password(book: Book, typed: str) -> str | None:
    """What is stored of the password of an account that may sign in; None when there is none."""
    rows = book.rows("SELECT password FROM account WHERE name = ? AND is_enabled", (known_name(typed),))
    return None if not rows else rows[0][0]
