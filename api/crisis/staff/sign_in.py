"""Signing in and out, for people with a browser."""

import logging
import math
import re
from collections.abc import Coroutine, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, limits, refusals
from api.crisis.auth import access, login_throttle, tally
from api.crisis.auth.accounts import HOW_TO_BEGIN
from api.crisis.auth.check_queue import TooManyChecksError
from api.crisis.auth.factors import gate
from api.crisis.auth.holds import NoRoomError
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import labels, rendering
from api.http import disconnect, forms, problems
from crisis.accounts import accounts, devices, sessions
from crisis.log.errors import NotKept
from crisis.state.rules import Why
from kiezbox import metrics
from translations.marks import N_

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

HOME = "/crisis/staff"
SECOND_FACTOR = "/crisis/sign-in/factor"
PENDING_COOKIE = "kiezbox_factor"  # of somebody who is half signed in (api/crisis/auth/factors/pending.py)
_DEVICE_COOKIE = "kiezbox_device"
_DEVICE_SECONDS = 365 * 86_400
_INWARD = re.compile(r"/crisis/(?:staff|lage|tagebuch)[A-Za-z0-9/?=&_-]{0,200}")
_NO_ROOM_SECONDS = 5  # to wait while too many attempts are held
_BUSY_SECONDS = 2  # to wait while too many passwords are to be checked


@router.get(access.SIGN_IN)
async def show(request: Request) -> Response:
    """The form; or the overview, for somebody who is signed in already."""
    try:
        if await access.identify(request) is not None:
            return RedirectResponse(next_of(request.query_params.get("next", "")), 303)
        return await page(request, note=N_("You are signed out.") if "out" in request.query_params else "")
    except (problems.Problem, NotKept):
        return await page(request, refused=Reason.NO_ACCOUNTS)


@router.post(access.SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Check account and password; a session on success."""
    fields = await forms.read(request)
    name = accounts.known_name(fields.get("account", ""))
    try:
        mark = await _check_password(request, name, fields.get("password", ""))
        return await go_on(request, name, next_of(fields.get("next", "")), mark)
    except PageRefusalError as refused:
        return await page(request, fields, refused=refused.reason, seconds=refused.about)
    except NotKept as error:
        log.warning("nobody can sign in: the disk does not take it", extra={"error": error})
        return await page(request, fields, refused=Reason.SIGN_IN_NO_DISK)
    except problems.Problem:
        return await page(request, fields, refused=Reason.NO_ACCOUNTS)


async def _check_password(request: Request, name: str, password: str) -> str:
    """The mark of a browser that has signed in before, else "". Raises PageRefusalError, Full, Unwritable, Problem."""
    if access.is_foreign(request):
        raise PageRefusalError(Reason.SIGN_IN_FOREIGN)
    mark = await _known_mark(request, name)
    try:
        check = _check_on_known(request, name, password, mark) if mark else _check_on_unknown(request, name, password)
        is_right = await _while_connected(request, check)
    except TooManyChecksError:
        raise await _delayed(request, name, _BUSY_SECONDS) from None
    except NoRoomError:
        raise await _delayed(request, name, _NO_ROOM_SECONDS) from None
    if is_right is None:
        raise PageRefusalError(Reason.SIGN_IN_WAIT, _BUSY_SECONDS)  # nobody reads it
    if not is_right:
        await _note_refusal(request, name, "wrong")
        raise PageRefusalError(Reason.SIGN_IN_WRONG)
    return mark


async def _check_on_known(request: Request, name: str, password: str, mark: str) -> bool:
    """Whether the password is right. Raises PageRefusalError when this browser has tried too often itself."""
    crisis = deps.CRISIS_DEPS(request)
    keys = (login_throttle.of_device(mark),)
    wait_seconds = crisis.login_throttle.admit(keys)
    if wait_seconds > 0:
        raise await _delayed(request, name, math.ceil(wait_seconds))
    is_right = await crisis.accounts.check(name, password)
    if is_right:
        crisis.login_throttle.succeeded(keys)
    return is_right


async def _check_on_unknown(request: Request, name: str, password: str) -> bool:
    """Whether the password is right; after a while, when others guess."""
    crisis = deps.CRISIS_DEPS(request)
    client = crisis.limits.client_of(request)
    async with crisis.holds.attempt(name, client.mark or client.address) as attempt:
        attempt.is_right = await crisis.accounts.check(name, password, rank=attempt.failures)
        return attempt.is_right


async def _while_connected(request: Request, check: Coroutine[Any, Any, bool]) -> bool | None:
    """The result of a check that may take long; None when the client has hung up, who then takes nobody's place."""
    found: bool | None = None

    async def work() -> None:
        nonlocal found
        found = await check

    await disconnect.cancel_on_disconnect(request.receive, work(), "sign-in")
    return found


async def go_on(request: Request, account: str, page: str, mark: str, *, by_badge: bool = False) -> Response:
    """After the password, or the badge: into the page, or to the second factor. Raises as `enter`."""
    crisis = deps.CRISIS_DEPS(request)
    if not await gate.is_asked(crisis.accounts, account, is_hub=crisis.node.is_hub):
        return await enter(request, account, page, mark)
    response = RedirectResponse(SECOND_FACTOR, 303)
    ended = await crisis.accounts.run(accounts.ended)
    secret = crisis.factors.pending.begin(account, page, mark, ended=ended, by_badge=by_badge)
    response.set_cookie(
        PENDING_COOKIE,
        secret,
        path=access.SIGN_IN,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


async def enter(request: Request, account: str, page: str, mark: str = "") -> Response:
    """Begin a session, and redirect to the page, with cookies. Raises Full, Unwritable, Problem 503."""
    service = deps.CRISIS_DEPS(request).accounts
    secret, device = await service.sign_in(account, mark or request.cookies.get(_DEVICE_COOKIE, ""))
    metrics.CRISIS_SIGN_INS.labels("done").inc()
    log.info("signed in", extra={"account": account, "client": limits.client_of(request).address})
    return _inside(request, page, secret, device.cookie)


async def _delayed(request: Request, name: str, seconds: int) -> PageRefusalError:
    await _note_refusal(request, name, "delayed")
    return PageRefusalError(Reason.SIGN_IN_WAIT, seconds)


def _inside(request: Request, page: str, secret: str, mark: str) -> Response:
    """Redirect to the page, with cookies for the session and for the known browser."""
    response = RedirectResponse(page, 303)
    access.set_cookie(response, request.url, secret)
    response.set_cookie(
        _DEVICE_COOKIE,
        mark,
        _DEVICE_SECONDS,
        path=access.SIGN_IN,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/crisis/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session. Without one, there is nothing to do."""
    principal = await access.identify(request)
    if principal is not None:
        await access.check_origin(request, principal)
        await deps.CRISIS_DEPS(request).accounts.run(sessions.end, principal.secret)
        log.info("signed out", extra={"account": principal.account})
    response = RedirectResponse(f"{access.SIGN_IN}?out", 303)
    access.drop_cookie(response, request.url)
    return response


async def page(
    request: Request,
    fields: dict[str, str] | None = None,
    *,
    refused: Why | Reason | None = None,
    seconds: object = "",
    note: str = "",
    unsent: Sequence[str] = (),
) -> Response:
    """The form with what was typed, without the password. Says how to begin when there is no account.

    `seconds` is how long to wait, and stands in the text of the refusal; `unsent` are texts of another form, which was
    sent after the session had ended.
    """
    fields = fields or {}
    try:
        has_accounts = not await deps.CRISIS_DEPS(request).accounts.run(accounts.is_empty)
    except (problems.Problem, NotKept):
        has_accounts = True
    row = None if refused is None else refusals.TABLE[refused]
    provider = deps.CRISIS_DEPS(request).provider
    words = rendering.words_of(request)
    response = rendering.render(
        request,
        "sign_in.html",
        status=200 if row is None else row.status,
        wrong="" if row is None else words.text(labels.REFUSALS[row.text]).format(seconds),
        note=note,
        account=fields.get("account", "")[:64],
        next=next_of(fields.get("next") or request.query_params.get("next", "")),
        has_accounts=has_accounts,
        how_to_begin=HOW_TO_BEGIN,
        provider_label="" if provider is None else provider.settings.label,
        provider_end=await provider.end_address() if provider is not None and "out" in request.query_params else "",
        unsent=unsent,
    )
    if request.method == "GET":  # who waits here before they try is no guesser (holds.py)
        deps.CRISIS_DEPS(request).limits.marks.give(request, response)
    if response.status_code in {429, 503}:
        response.headers["Retry-After"] = str(seconds or problems.RETRY_AFTER_SECONDS)
    return response


async def _note_refusal(request: Request, name: str, why: str) -> None:
    """Count it, log it and note it for the history."""
    service = deps.CRISIS_DEPS(request).accounts
    metrics.CRISIS_SIGN_INS.labels(why).inc()
    # An unknown name may be a password that was typed into the wrong field: it must not reach the log.
    is_known = await service.run(accounts.find, name) is not None
    service.refused.add(name if is_known else tally.UNKNOWN)
    if why == "wrong":
        account = name if is_known else "(unknown)"
        log.warning("sign-in failed", extra={"account": account, "client": limits.client_of(request).address})


def next_of(wanted: str) -> str:
    """Where to go after signing in: always one of our own pages."""
    return wanted if _INWARD.fullmatch(wanted) else HOME


async def _known_mark(request: Request, name: str) -> str:
    """The mark of a browser that has signed in to this account before; "" without a mark, or with a wrong one."""
    cookie = request.cookies.get(_DEVICE_COOKIE, "")
    device = await deps.CRISIS_DEPS(request).accounts.run(devices.read, cookie, name)
    return device.cookie if device is not None and device.is_known else ""
