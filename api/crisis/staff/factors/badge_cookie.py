"""What a device keeps that a badge belongs to, and what is said when a badge is refused."""

import re

from fastapi import Request
from fastapi.responses import Response

from api.crisis.auth import access
from api.crisis.refusals import Reason
from crisis.accounts.factors import badges

_NAME = "kiezbox_badge"
_SECONDS = 5 * 365 * 86_400  # a device may lie in a drawer for years
_DEVICE = re.compile(r"[A-Za-z0-9_-]{43}")

REASONS = {
    badges.Why.UNKNOWN: Reason.BADGE_UNKNOWN,
    badges.Why.REVOKED: Reason.BADGE_REVOKED,
    badges.Why.OTHER_DEVICE: Reason.BADGE_OTHER_DEVICE,
}


def of(request: Request) -> str:
    """The device's mark; empty for a device that no badge belongs to yet."""
    found = request.cookies.get(_NAME, "")
    return found if _DEVICE.fullmatch(found) else ""


def put(response: Response, request: Request, device: str) -> None:
    """Let the device keep its mark."""
    response.set_cookie(
        _NAME,
        device,
        _SECONDS,
        path=access.PATH,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
