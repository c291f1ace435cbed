"""Signing in with a badge: its code is typed, or comes from the QR code that was scanned."""

import logging
import math

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, limits, refusals
from api.crisis.auth import access, login_throttle, tally
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import labels, rendering, sign_in
from api.crisis.staff.factors import badge_cookie
from api.http import forms, problems
from crisis.accounts.factors import badges
from crisis.accounts.factors.badges import BadgeRefusedError
from crisis.log.errors import NotKept
from crisis.state.rules import Why
from kiezbox import metrics

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

BADGE = "/crisis/badge"  # on the paper, to be typed
_FORM = "/crisis/sign-in/badge"  # where browsers send the cookies of signing in


@router.get(BADGE)
async def lead(request: Request) -> Response:
    """Lead to the form. Browsers keep what stands after `#`."""
    query = request.url.query
    return RedirectResponse(f"{_FORM}?{query}" if query else _FORM, 303)


@router.get(_FORM)
async def show(request: Request) -> Response:
    """The form. The code after `#` of a scanned address never reaches us: the page's script takes it from there."""
    return _page(request)


@router.post(_FORM)
async def enter(request: Request) -> Response:
    """Check the code; a session on success, after the second factor where one is asked for."""
    fields = await forms.read(request)
    try:
        entry = await _check(request, fields.get("code", "")[:64])
        response = await sign_in.go_on(request, entry.account, sign_in.HOME, "", by_badge=True)
    except PageRefusalError as refused:
        return _page(request, refused.reason, refused.about)
    except NotKept as error:
        log.warning("nobody can sign in: the disk does not take it", extra={"error": error})
        return _page(request, Reason.SIGN_IN_NO_DISK)
    except problems.Problem:
        return _page(request, Reason.NO_ACCOUNTS)
    log.info("badge shown", extra={"account": entry.account, "badge": entry.serial})
    badge_cookie.put(response, request, entry.device)
    return response


async def _check(request: Request, code: str) -> badges.Entry:
    """Whose badge this is. Raises PageRefusalError, NotKept, Problem 503."""
    if access.is_foreign(request):
        raise PageRefusalError(Reason.SIGN_IN_FOREIGN)
    crisis = deps.CRISIS_DEPS(request)
    client = limits.client_of(request).address
    keys = (login_throttle.of_address(f"{client} badges"),)  # a code has 80 bits: only the load is bounded
    wait_seconds = crisis.login_throttle.admit(keys)
    if wait_seconds > 0:
        metrics.CRISIS_SIGN_INS.labels("delayed").inc()
        raise PageRefusalError(Reason.SIGN_IN_WAIT, math.ceil(wait_seconds))
    service = crisis.accounts
    try:
        entry = await service.run(badges.use, code, badge_cookie.of(request), service.now())
    except BadgeRefusedError as refused:
        metrics.CRISIS_SIGN_INS.labels("wrong_badge").inc()
        service.refused.add(refused.account or tally.UNKNOWN)
        log.warning(
            "a badge was refused",
            extra={"why": refused.why, "account": refused.account, "badge": refused.serial, "client": client},
        )
        raise PageRefusalError(badge_cookie.REASONS[refused.why]) from None
    crisis.login_throttle.succeeded(keys)
    return entry


def _page(request: Request, refused: Why | Reason | None = None, about: object = "") -> Response:
    row = None if refused is None else refusals.TABLE[refused]
    words = rendering.words_of(request)
    response = rendering.render(
        request,
        "badge_sign_in.html",
        status=200 if row is None else row.status,
        own_script="badge.js",
        wrong="" if row is None else words.text(labels.REFUSALS[row.text]).format(about),
    )
    if response.status_code in {429, 503}:
        response.headers["Retry-After"] = str(about or problems.RETRY_AFTER_SECONDS)
    return response
