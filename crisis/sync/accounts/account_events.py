"""What was done to an account, as an event; and what a hub's log lacks about one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.accounts import outbox
from crisis.model import account_bodies
from crisis.model.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from crisis.accounts.accounts import Account
    from crisis.accounts.outbox import Change
    from crisis.model.account_bodies import AccountBody
    from crisis.state.views import IssuedAccount

# What happens at any node.
_EVERYWHERE: dict[str, Callable[[str, Mapping[str, Any]], AccountBody]] = {
    outbox.SIGNED_IN: lambda name, detail: account_bodies.SignedIn(
        name, detail.get("device", ""), detail.get("count", 1)
    ),
    outbox.SIGNED_OUT: lambda name, _: account_bodies.SignedOut(name),
    outbox.REFUSED: lambda name, detail: account_bodies.SignInsRefused(name, detail["count"], detail["seconds"]),
}
# What is done to the accounts of a hub; anything else is `account_changed`.
_AT_A_HUB: dict[str, Callable[[str, Mapping[str, Any]], AccountBody]] = {
    outbox.MADE: lambda name, detail: account_bodies.AccountIssued(name, Role(detail["role"]), tuple(detail["areas"])),
    outbox.DISABLED: lambda name, _: account_bodies.AccountDisabled(name),
    outbox.ENABLED: lambda name, _: account_bodies.AccountEnabled(name),
    outbox.GRANTED: lambda name, detail: account_bodies.AccountGranted(name, tuple(detail["areas"])),
    outbox.REVOKED: lambda name, detail: account_bodies.AccountRevoked(name, tuple(detail["areas"])),
}


def body_of(change: Change, *, is_hub: bool) -> AccountBody:
    """The body of the event that a change becomes. Raises ValueError, KeyError for what no function of ours notes."""
    name, detail = change.account, change.detail
    made = _EVERYWHERE.get(change.change) or (_AT_A_HUB.get(change.change) if is_hub else None)
    if made is not None:
        return made(name, detail)
    role = None if detail.get("role") is None else Role(detail["role"])
    kind = account_bodies.AccountChanged if is_hub else account_bodies.LocalAccountChanged
    return kind(name, change.change, role, detail.get("detail", ""))


def missing(account: Account, areas: Collection[str], known: IssuedAccount | None) -> list[AccountBody]:
    """What has to be written so that the log says about an account what a hub's file does."""
    name = account.name
    if known is None:
        made: list[AccountBody] = [account_bodies.AccountIssued(name, account.role, tuple(areas))]
        return made if account.is_enabled else [*made, account_bodies.AccountDisabled(name)]
    bodies: list[AccountBody] = []
    if known.role is not account.role:
        bodies.append(account_bodies.AccountChanged(name, outbox.ROLE, account.role))
    if known.is_enabled is not account.is_enabled:
        kind = account_bodies.AccountEnabled if account.is_enabled else account_bodies.AccountDisabled
        bodies.append(kind(name))
    granted, gone = sorted(set(areas) - known.areas), sorted(known.areas - set(areas))
    if granted:
        bodies.append(account_bodies.AccountGranted(name, tuple(granted)))
    if gone:
        bodies.append(account_bodies.AccountRevoked(name, tuple(gone)))
    return bodies
