"""Whether a sign-in needs a second factor: at the hub, for who has one, and for the roles that need one.

A box never asks: no factor may depend on a clock that a blackout stopped, and passkeys are made for the hub's name.
"""

from dataclasses import dataclass, field

from api.crisis.auth.accounts import AccountService
from api.crisis.auth.factors.code_throttle import CodeThrottle
from api.crisis.auth.factors.pending import Offers, PendingSignIns
from crisis.accounts import accounts
from crisis.accounts.factors import requirements
from crisis.accounts.store import AccountStore


@dataclass(frozen=True, slots=True)
class FactorMemory:
    """What a running application remembers about second factors."""

    pending: PendingSignIns = field(default_factory=PendingSignIns)
    offers: Offers = field(default_factory=Offers)
    throttle: CodeThrottle = field(default_factory=CodeThrottle)


async def is_asked(service: AccountService, account: str, *, is_hub: bool) -> bool:
    """Whether this account has to show a second factor now, or to set one up."""
    return is_hub and await service.run(_is_asked, account)


def _is_asked(store: AccountStore, account: str) -> bool:
    found = accounts.find(store, account)
    if found is None:
        return False
    return requirements.of(store, found.name).is_any or requirements.is_required(store, found.role)
