"""Accounts, grants and tokens as `kiezbox user` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.accounts.accounts import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crisis.accounts.accounts import Account
    from crisis.accounts.grants import Grant, Sent
    from crisis.accounts.sessions import Token


def described(account: Account, granted: Sequence[Grant], sent: Sequence[Sent]) -> dict[str, Any]:
    """An account for machines. At a hub: where it is granted, and which boxes have it; at a box: since when."""
    return {
        "name": account.name,
        "role": account.role.value,
        "enabled": account.is_enabled,
        "made_at": iso(account.made_at),
        "password_at": iso(account.password_at),
        "signed_in_at": iso(account.signed_in_at),
        "origin": account.origin.value,
        "granted_at": iso(account.granted_at),
        "blocked": account.is_blocked,
        "areas": [{"area": grant.area, "since": iso(grant.since)} for grant in granted],
        "boxes": [{"box": each.box, "sent_at": iso(each.sent_at), "taken_at": iso(each.taken_at)} for each in sent],
    }


def state(account: Account) -> str:
    """Whether somebody can sign in with it."""
    if account.is_blocked:
        return "disabled here"
    if account.origin is Origin.HUB and account.granted_at is None:
        return "taken back"
    return "enabled" if account.is_enabled else "disabled"


def where(account: Account, granted: Sequence[Grant], sent: Sequence[Sent], *, is_box: bool) -> str:
    """Where an account is granted, and since when a box has it: `district-71 (71-01 since 2026-01-03 06:45 UTC)`."""
    if is_box:
        if account.origin is Origin.LOCAL:
            return "this box alone"
        return f"from the hub, since {day(account.granted_at)}" if account.granted_at else "from the hub"
    if not granted:
        return "the hub"
    boxes = [f"{each.box} {f'since {day(each.taken_at)}' if each.taken_at else 'on its way'}" for each in sent]
    areas = ", ".join(grant.area for grant in granted)
    return f"{areas} ({', '.join(boxes)})" if boxes else f"{areas} (no box has it yet)"


def token(token: Token) -> dict[str, Any]:
    """A token for machines."""
    return {
        "name": token.name,
        "made_at": iso(token.made_at),
        "until_at": iso(token.until_at),
        "seen_at": iso(token.seen_at),
    }


def iso(at: datetime | None) -> str | None:
    """A time for machines."""
    return None if at is None else at.isoformat(timespec="seconds")


def day(at: datetime | None) -> str:
    """A time for people; empty for None."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its head; `none` without rows."""
    if not rows:
        return "none"
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)
    ]
    return "\n".join(lines)
