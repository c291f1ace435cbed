"""Signing in and out, for people with a browser."""

import hashlib
import hmac
import logging
import math
import re
import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import limits
from api.crisis.auth import access, login_throttle
from api.crisis.auth import accounts as desk
from api.crisis.staff import rendering, texts
from api.http import forms, problems
from crisis.accounts import accounts, sessions
from crisis.log.errors import NotKept
from kiezbox import metrics

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

HOME = "/crisis/staff"
_DEVICE_COOKIE = "kiezbox_device"
_DEVICE_SECONDS = 365 * 86_400
_INWARD = re.compile(r"/crisis/staff[A-Za-z0-9/?=&_-]{0,200}")
_MARK = re.compile(r"[A-Za-z0-9_-]{16}\.[0-9a-f]{64}")


@router.get(access.SIGN_IN)
async def show(request: Request) -> Response:
    """The form; or the desk, for somebody who is signed in already."""
    try:
        if await access.identify(request) is not None:
            return RedirectResponse(_next(request.query_params.get("next", "")), 303)
        return await page(request, note="signed_out" if "out" in request.query_params else "")
    except (problems.Problem, NotKept):
        return await page(request, wrong="sign_in_away", status=503)


@router.post(access.SIGN_IN)
async def sign_in(request: Request) -> Response:  # noqa: PLR0911 -- each is another sentence to say
    """Check account and password; a session on success."""
    fields = await forms.read(request)
    name, password = accounts.known_name(fields.get("account", "")), fields.get("password", "")
    if access.is_foreign(request):
        return await page(request, fields, wrong="sign_in_foreign", status=403)
    at = desk.of(request)
    try:
        mark = await _known_mark(request, at, name)
        keys = _keys(request, name, mark)
        wait_seconds = gate_of(request).enter(keys)
        if wait_seconds > 0:
            return await _refuse(request, fields, wait_seconds)
        try:
            is_right = await at.check(name, password)
        except desk.Busy:
            return await _refuse(request, fields, 2.0)
        if not is_right:
            await _note_failure(request, at, name)
            return await page(request, fields, wrong="sign_in_wrong", status=401)
        gate_of(request).passed(keys)
        secret = await at.run(sessions.begin, name, at.now(), at.terms)
        mark = mark or await _new_mark(at, name)
    except NotKept as error:
        log.warning("nobody can sign in: the disk does not take it", extra={"error": error})
        return await page(request, fields, wrong="sign_in_no_disk", status=503)
    except problems.Problem:
        return await page(request, fields, wrong="sign_in_away", status=503)
    metrics.CRISIS_SIGN_INS.labels("done").inc()
    log.info("signed in", extra={"account": name, "client": limits.client_of(request).address})
    return _inside(request, _next(fields.get("next", "")), secret, mark)


def _inside(request: Request, page: str, secret: str, mark: str) -> Response:
    """To the page, with a session and the mark of a known device."""
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
    visitor = await access.identify(request)
    if visitor is not None:
        await access.check_origin(request, visitor)
        await desk.of(request).run(sessions.end, visitor.secret)
        log.info("signed out", extra={"account": visitor.person.name})
    response = RedirectResponse(f"{access.SIGN_IN}?out", 303)
    access.drop_cookie(response, request.url)
    return response


async def page(
    request: Request,
    fields: dict[str, str] | None = None,
    *,
    wrong: str = "",
    note: str = "",
    status: int = 200,
    **more: Any,
) -> Response:
    """The form with what was typed, but the password. Says how to begin when there is no account."""
    fields = fields or {}
    try:
        has_accounts = not await desk.of(request).run(accounts.is_empty)
    except (problems.Problem, NotKept):
        has_accounts = True
    values: dict[str, Any] = {
        "wrong": texts.texts(rendering.language_of(request))[wrong].format(more.pop("seconds", "")) if wrong else "",
        "note": note,
        "account": fields.get("account", "")[:64],
        "next": _next(fields.get("next") or request.query_params.get("next", "")),
        "has_accounts": has_accounts,
        "how_to_begin": desk.HOW_TO_BEGIN,
        "unsent": [],
        **more,
    }
    response = rendering.render(request, "signin.html", status=status, **values)
    if status in {429, 503}:
        response.headers["Retry-After"] = str(values.get("retry_seconds", problems.RETRY_AFTER_SECONDS))
    return response


async def _refuse(request: Request, fields: dict[str, str], wait_seconds: float) -> Response:
    metrics.CRISIS_SIGN_INS.labels("delayed").inc()
    seconds = math.ceil(wait_seconds)
    return await page(request, fields, wrong="sign_in_wait", status=429, seconds=seconds, retry_seconds=seconds)


async def _note_failure(request: Request, at: desk.Desk, name: str) -> None:
    metrics.CRISIS_SIGN_INS.labels("wrong").inc()
    # A name that is no account's may be a password in the wrong field.
    is_known = await at.run(accounts.find, name) is not None
    shown = name if is_known else "(unknown)"
    log.warning("sign-in failed", extra={"account": shown, "client": limits.client_of(request).address})


def _next(wanted: str) -> str:
    """Where to go then: a page of ours, never somebody else's."""
    return wanted if _INWARD.fullmatch(wanted) else HOME


# -- how fast one may try --------------------------------------------------------------------------------------------


def gate_of(request: Request) -> login_throttle.Gate:
    """The gate of this application."""
    state = request.app.state
    if not hasattr(state, "gate"):
        state.gate = login_throttle.Gate()
    found: login_throttle.Gate = state.gate
    return found


def _keys(request: Request, name: str, mark: str) -> tuple[login_throttle.Key, ...]:
    if mark:
        return (login_throttle.of_device(mark),)
    return (login_throttle.of_account(name), login_throttle.of_address(limits.client_of(request).address))


async def _known_mark(request: Request, at: desk.Desk, name: str) -> str:
    """The mark of a browser that has signed in to this account before; "" without one, or with a wrong one."""
    mark = request.cookies.get(_DEVICE_COOKIE, "")
    if not _MARK.fullmatch(mark):
        return ""
    nonce, _, shown = mark.partition(".")
    right = _sign(await at.run(sessions.device_key), name, nonce)
    return mark if hmac.compare_digest(shown, right) else ""


async def _new_mark(at: desk.Desk, name: str) -> str:
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{_sign(await at.run(sessions.device_key), name, nonce)}"


def _sign(key: bytes, name: str, nonce: str) -> str:
    return hmac.new(key, f"{name} {nonce}".encode(), hashlib.sha256).hexdigest()
