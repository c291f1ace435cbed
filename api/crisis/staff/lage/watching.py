"""Who may look at the situation page: staff, and the wall displays of this node."""

from fastapi import Request

from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from crisis.accounts.walls import Wall
from crisis.model.roles import Right


async def find(request: Request, *, is_use: bool) -> Principal | Wall | None:
    """Who looks; somebody who is signed in goes before the display. Raises Problem 403 without the right, 503."""
    principal = await access.identify(request, is_use=is_use)
    if principal is None:
        return await access.wall_of(request)
    access.require(principal, Right.SEE)
    return principal
