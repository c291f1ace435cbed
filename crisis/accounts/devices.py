"""Browsers that staff use, told apart by a signed cookie: which accounts have signed in on which.

A browser on which an account has signed in before keeps its place while others guess that account's password
(api/crisis/auth/), and two people do not confirm each other on one browser (crisis/state/rules.py).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import sessions
from crisis.model import event_bodies
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.sessions import Terms
    from crisis.accounts.store import AccountStore

DEVICES_MAX = 50  # of one account; the one that it used longest ago is forgotten
_COOKIE = re.compile(r"([A-Za-z0-9_-]{16})\.([0-9a-f]{64})")
_sql = partial(sql.load, "crisis.accounts")


@dataclass(frozen=True, slots=True)
class Device:
    """A browser. `id` names it in events; `cookie` proves it; `is_known`: this account has signed in on it before."""

    id: str
    cookie: str
    is_known: bool


def read(store: AccountStore, cookie: str, account: str) -> Device | None:
    """The browser with this cookie; None when the cookie is none of ours."""
    found = _COOKIE.fullmatch(cookie)
    if found is None:
        return None
    nonce, signature = found.groups()
    key = sessions.device_key(store)
    name = _id_of(nonce)
    if hmac.compare_digest(signature, _sign(key, f"device {nonce}")):
        return Device(name, cookie, bool(store.rows(_sql("select_device"), {"account": account, "device": name})))
    # Cookies of before held the account, too.
    if hmac.compare_digest(signature, _sign(key, f"{account} {nonce}")):
        return Device(name, _signed(key, nonce), True)
    return None


def make(store: AccountStore) -> Device:
    """A browser that was never seen before. Raises Full, Unwritable."""
    nonce = secrets.token_urlsafe(12)
    return Device(_id_of(nonce), _signed(sessions.device_key(store), nonce), False)


def sign_in(
    store: AccountStore, account: str, cookie: str, now: datetime, terms: Terms, *, is_noted: bool
) -> tuple[str, Device]:
    """Begin a session of this account in the browser with this cookie. Returns the session's secret and the browser.

    Raises Full, Unwritable.
    """
    device = read(store, cookie, account) or make(store)
    secret = sessions.begin(store, account, now, terms, device.id, is_noted=is_noted)
    note(store, device, account, now)
    return secret, device


def note(store: AccountStore, device: Device, account: str, now: datetime) -> None:
    """The account has signed in on this browser. Raises Full, Unwritable."""
    row = {"account": account, "device": device.id, "now_ms": event_bodies.milliseconds(now)}
    store.run(_sql("upsert_device"), row)
    store.run(_sql("delete_old_devices"), {"account": account, "count": DEVICES_MAX})


def _id_of(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()[:12]


def _signed(key: bytes, nonce: str) -> str:
    return f"{nonce}.{_sign(key, f'device {nonce}')}"


def _sign(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
