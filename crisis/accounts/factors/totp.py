"""One-time codes by time (RFC 6238), as authenticator apps show them: six digits, a new one every 30 seconds."""

from __future__ import annotations

import hmac
from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import outbox
from crisis.accounts.factors import changes
from crisis.model import event_bodies
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.accounts.store import AccountStore

ISSUER = "Kiezbox"
WHAT = "totp"
_STEP_SECONDS = 30
_STEPS_OFF = 1  # clocks may differ by one code, as RFC 6238 advises (5.2)
_DIGITS = 6
_sql = partial(sql.load, "crisis.accounts.factors")


def new_secret() -> str:
    """A secret for an authenticator app, in base32: 160 bits, as RFC 4226 (4) recommends."""
    import pyotp  # noqa: PLC0415 -- only where somebody uses it: a box never does

    return pyotp.random_base32()


def address(secret: str, account: str, node: str) -> str:
    """The `otpauth://` address that an authenticator app reads from a QR code."""
    import pyotp  # noqa: PLC0415

    return pyotp.TOTP(secret).provisioning_uri(name=f"{account}@{node}", issuer_name=ISSUER)


def is_code(typed: str) -> bool:
    """Whether this looks like a code of an app: six digits."""
    code = "".join(typed.split())
    return len(code) == _DIGITS and code.isascii() and code.isdigit()


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code this is, now or one step off; None for any other text."""
    if not is_code(typed):
        return None
    import pyotp  # noqa: PLC0415

    code = "".join(typed.split())
    made = pyotp.TOTP(secret)
    present = int(now.timestamp()) // _STEP_SECONDS
    near = range(present - _STEPS_OFF, present + _STEPS_OFF + 1)
    return next((step for step in near if hmac.compare_digest(made.generate_otp(step), code)), None)


def is_set_up(store: AccountStore, account: str) -> bool:
    """Whether the account has an authenticator app."""
    return bool(store.rows(_sql("select_totp"), {"account": account}))


def set_up(store: AccountStore, account: str, secret: str, typed: str, now: datetime) -> bool:
    """Keep the secret when the code shows that the app has it; it replaces an earlier one. False for a wrong code."""
    step = step_of(secret, typed, now)
    if step is None:
        return False
    row = {"account": account, "secret": secret, "step": step, "now_ms": event_bodies.milliseconds(now)}
    with store.transaction():
        store.run(_sql("upsert_totp"), row)
        outbox.put(store, account, changes.FACTOR_ADDED, account, detail=WHAT)
    return True


def take(store: AccountStore, account: str, typed: str, now: datetime) -> bool:
    """Whether this is the account's code of now, and was not taken before: whoever looks on cannot use it again."""
    rows = store.rows(_sql("select_totp"), {"account": account})
    step = step_of(rows[0][0], typed, now) if rows else None
    return step is not None and store.run(_sql("update_totp_step"), {"account": account, "step": step}) == 1


def remove(store: AccountStore, account: str) -> None:
    """Its owner removes the app. Nothing is done when there is none."""
    with store.transaction():
        if store.run(_sql("delete_totp"), {"account": account}):
            outbox.put(store, account, changes.FACTOR_REMOVED, account, detail=WHAT)
