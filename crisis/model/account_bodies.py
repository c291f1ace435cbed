"""The content of events about accounts: who may sign in where, and who did. None of them holds a password or its hash.

Only a hub writes about the accounts that it issues. Every node writes about its local accounts and its own sign-ins.
"""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

from crisis.model.areas import Area
from crisis.model.roles import Role
from crisis.model.texts import ShortText

_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

AREAS_MAX = 200
Areas = Annotated[tuple[Area, ...], Field(max_length=AREAS_MAX)]
Change = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_-]{0,63}$")]
Count = Annotated[int, Field(ge=1)]


# -- accounts that the hub issues ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=_STRICT)
class AccountIssued:
    """The hub made an account. The event's actor made it: a person, or nobody (`command line`)."""

    account: ShortText
    role: Role
    areas: Areas = ()
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AccountChanged:
    """What was changed of an account (`role`, `password`, `token_made`, ...); `role` is the new one, if that was it."""

    account: ShortText
    change: Change
    role: Role | None = None
    detail: ShortText = ""
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AccountDisabled:
    """Nobody can sign in with this account any more, on any node."""

    account: ShortText
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AccountEnabled:
    """A disabled account may be used again, where it is granted."""

    account: ShortText
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AccountGranted:
    """The account may be used at the boxes of these areas, besides those before."""

    account: ShortText
    areas: Areas
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AccountRevoked:
    """The account may not be used at the boxes of these areas any more."""

    account: ShortText
    areas: Areas
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class AccountCredential:
    """How a person proves who they are at one box: readable by that box alone (crisis/accounts/credentials.py)."""

    account: ShortText
    box: Area
    sealed: Annotated[str, StringConstraints(max_length=16_000)]
    v: int = 1


# -- what happens at any node ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, config=_STRICT)
class LocalAccountChanged:
    """A box's own account, which no hub issued, was `made` or changed at the box."""

    account: ShortText
    change: Change
    role: Role | None = None
    detail: ShortText = ""
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class SignedIn:
    """Somebody signed in; `count` times when it was too often for an event each."""

    account: ShortText
    device: ShortText = ""
    count: Count = 1
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class SignedOut:
    """Somebody signed out."""

    account: ShortText
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class SignInsRefused:
    """Attempts to sign in that failed, over some time together; `account` "": names that nobody has."""

    account: ShortText
    count: Count
    seconds: Annotated[int, Field(ge=0)] = 0
    v: int = 1


AccountBody = (
    AccountIssued
    | AccountChanged
    | AccountDisabled
    | AccountEnabled
    | AccountGranted
    | AccountRevoked
    | AccountCredential
    | LocalAccountChanged
    | SignedIn
    | SignedOut
    | SignInsRefused
)

KINDS: dict[str, type[AccountBody]] = {
    "account_issued": AccountIssued,
    "account_changed": AccountChanged,
    "account_disabled": AccountDisabled,
    "account_enabled": AccountEnabled,
    "account_granted": AccountGranted,
    "account_revoked": AccountRevoked,
    "account_credential": AccountCredential,
    "local_account_changed": LocalAccountChanged,
    "signed_in": SignedIn,
    "signed_out": SignedOut,
    "sign_ins_refused": SignInsRefused,
}
HUB_ONLY = frozenset(
    {
        "account_issued",
        "account_changed",
        "account_disabled",
        "account_enabled",
        "account_granted",
        "account_revoked",
        "account_credential",
    }
)
"""The kinds that only a hub may write."""

CONFIDENTIAL = {"account_credential": "sealed"}
"""By kind: the field that leaves the log of a node only to the node that it is for, and is in no history or export."""
