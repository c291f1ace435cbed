"""Accounts of people whom a city's OpenID provider vouches for: by its name and theirs there, which never changes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import accounts
from crisis.model import event_bodies
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.store import AccountStore
    from crisis.model.roles import Role

ACTOR = "identity provider"  # who made such an account: with a space, so that no account has this name
_OTHERS = re.compile(r"[^a-z0-9._-]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NAME_MAX = 32
_sql = partial(sql.load, "crisis.accounts.factors")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider. `subject` never changes there; the name and the groups may."""

    issuer: str
    subject: str
    name: str
    groups: frozenset[str] = frozenset()


class Why(StrEnum):
    """Why somebody whom the provider knows does not sign in."""

    NAME_TAKEN = "name_taken"  # by an account that is not linked to them
    BAD_NAME = "bad_name"  # nothing in it can be an account's name
    DISABLED = "disabled"


class IdentityRefusedError(Exception):
    """Somebody whom the provider knows does not sign in; `name` is their account's, as it would be."""

    def __init__(self, why: Why, name: str) -> None:
        super().__init__(f"{why}: {name}")
        self.why = why
        self.name = name


def name_of(given: str) -> str:
    """An account's name for somebody: `Anna.Müller@berlin.example` is `anna.mueller`."""
    plain = unicodedata.normalize("NFC", given).casefold().partition("@")[0].translate(_GERMAN)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return _OTHERS.sub("-", ascii_only).strip("-._")[:_NAME_MAX]


def account_of(store: AccountStore, issuer: str, subject: str) -> str | None:
    """The account of somebody at a provider; None when they have none yet."""
    rows = store.rows(_sql("select_identity"), {"issuer": issuer, "subject": subject})
    return rows[0][0] if rows else None


def link(store: AccountStore, typed: str, issuer: str, subject: str, now: datetime) -> str:
    """Let an account belong to somebody at a provider. Returns its name. Raises AccountError."""
    account = accounts.own(store, typed)
    _insert(store, account.name, issuer, subject, now)
    return account.name


def _insert(store: AccountStore, account: str, issuer: str, subject: str, now: datetime) -> None:
    row = {"issuer": issuer, "subject": subject, "account": account, "made_ms": event_bodies.milliseconds(now)}
    store.run(_sql("upsert_identity"), row)


def enter(store: AccountStore, identity: Identity, role: Role, now: datetime) -> str:
    """The account of somebody who has signed in at the provider, with the role that their groups give them.

    It is made at the first time, and its role follows the groups. Raises IdentityRefusedError, Full, Unwritable.
    """
    name = account_of(store, identity.issuer, identity.subject)
    if name is None:
        name = name_of(identity.name)
        if accounts.find(store, name) is not None:
            raise IdentityRefusedError(Why.NAME_TAKEN, name)
        try:
            accounts.add(store, name, role, None, now, by=ACTOR)
        except accounts.AccountError:
            raise IdentityRefusedError(Why.BAD_NAME, name or identity.name[:_NAME_MAX]) from None
        _insert(store, name, identity.issuer, identity.subject, now)
        return name
    account = accounts.get(store, name)
    if not account.is_enabled:
        raise IdentityRefusedError(Why.DISABLED, name)
    if account.role is not role:
        accounts.set_role(store, name, role, by=ACTOR)
    return name


def leave(store: AccountStore, identity: Identity) -> None:
    """Somebody is in no group any more that may work here: whatever is open with their account ends."""
    name = account_of(store, identity.issuer, identity.subject)
    if name is not None:
        with store.transaction():
            accounts.end_access(store, name)
