"""The second step of a sign-in at the hub: show a second factor, or set one up where the role needs one."""

import logging
import math
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.crisis import deps, limits, refusals
from api.crisis.auth import access
from api.crisis.auth.factors import passkeys as ceremonies
from api.crisis.auth.factors.passkeys import WrongPasskeyError
from api.crisis.auth.factors.pending import PendingSignIn
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import labels, rendering, sign_in
from api.crisis.staff.factors import badge_cookie, qr_code
from api.http import forms, problems
from crisis.accounts import accounts
from crisis.accounts.factors import badges, passkeys, recovery_codes, requirements, totp
from crisis.accounts.factors.requirements import Factors
from crisis.log.errors import NotKept
from kiezbox import metrics

log = logging.getLogger(__name__)
router = APIRouter(prefix=sign_in.SECOND_FACTOR, include_in_schema=False)

_SCRIPT = "passkey.js"


@dataclass(frozen=True, slots=True)
class _Step:
    """A request of somebody who is half signed in."""

    request: Request
    secret: str
    pending: PendingSignIn

    @property
    def account(self) -> str:
        return self.pending.account

    @property
    def deps(self) -> deps.CrisisDeps:
        return deps.CRISIS_DEPS(self.request)


async def _step(request: Request) -> _Step:
    """Who it is. Raises PageRefusalError for whoever is not half signed in any more, or came from another site."""
    crisis = deps.CRISIS_DEPS(request)
    secret = request.cookies.get(sign_in.PENDING_COOKIE, "")
    pending = crisis.factors.pending.find(secret)
    if pending is None or pending.ended != await crisis.accounts.run(accounts.ended):
        crisis.factors.pending.end(secret)
        raise PageRefusalError(Reason.FACTOR_OVER)
    if request.method != "GET" and access.is_foreign(request):
        raise PageRefusalError(Reason.SIGN_IN_FOREIGN)
    return _Step(request, secret, pending)


async def _begun(request: Request) -> _Step | Response:
    """Who it is, or the page that says why it is nobody."""
    try:
        return await _step(request)
    except PageRefusalError as refused:
        return await sign_in.page(request, refused=refused.reason)
    except (problems.Problem, NotKept):
        return await sign_in.page(request, refused=Reason.NO_ACCOUNTS)


@router.get("")
async def show(request: Request) -> Response:
    """The form for the code or the passkey; or what to set up, for somebody who has no second factor yet."""
    step = await _begun(request)
    if isinstance(step, Response):
        return step
    try:
        return await _page(step)
    except (problems.Problem, NotKept):
        return await sign_in.page(request, refused=Reason.NO_ACCOUNTS)


@router.post("")
async def check(request: Request) -> Response:
    """Check a code or a passkey's answer; a session on success."""
    step = await _begun(request)
    if isinstance(step, Response):
        return step
    fields = await forms.read(request)
    try:
        shown = await _check(step, fields)
        response = await sign_in.enter(request, step.account, step.pending.page, step.pending.mark)
    except PageRefusalError as refused:
        return await _refused(step, refused)
    except NotKept as error:
        log.warning("nobody can sign in: the disk does not take it", extra={"error": error})
        return await sign_in.page(request, refused=Reason.SIGN_IN_NO_DISK)
    except problems.Problem:
        return await sign_in.page(request, refused=Reason.NO_ACCOUNTS)
    log.info("second factor shown", extra={"account": step.account, "factor": shown.what})
    if shown.device:
        badge_cookie.put(response, request, shown.device)
    return _left(step, response)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A second factor that was right; `device` is the mark of the device that a badge belongs to."""

    what: str
    device: str = ""


async def _check(step: _Step, fields: dict[str, str]) -> _Shown:
    """Which second factor this is. Raises PageRefusalError when it is none, NotKept, Problem 503."""
    if fields.get("credential"):
        return await _passkey(step, fields)
    typed = fields.get("code", "")[:64]
    if not totp.is_code(typed):  # nobody guesses the others: they have 60 bits and more
        return await _long_code(step, typed)
    throttle = step.deps.factors.throttle
    wait_seconds = throttle.admit(step.account, step.pending.mark)
    if wait_seconds > 0:
        metrics.CRISIS_SIGN_INS.labels("delayed").inc()
        raise PageRefusalError(Reason.FACTOR_WAIT, math.ceil(wait_seconds))
    if not await step.deps.accounts.run(totp.take, step.account, typed, step.deps.accounts.now()):
        raise PageRefusalError(Reason.FACTOR_WRONG)
    throttle.succeeded(step.account, step.pending.mark)
    return _Shown("totp")


async def _long_code(step: _Step, typed: str) -> _Shown:
    """A recovery code, or a badge that was not the first step already."""
    service = step.deps.accounts
    if await service.run(recovery_codes.take, step.account, typed):
        return _Shown("recovery code")
    if not step.pending.by_badge:
        device = badge_cookie.of(step.request)
        try:
            entry = await service.run(badges.confirm, typed, step.account, device, service.now())
        except badges.BadgeRefusedError as refused:
            raise PageRefusalError(badge_cookie.REASONS[refused.why]) from None
        if entry is not None:
            return _Shown("badge", entry.device)
    raise PageRefusalError(Reason.FACTOR_WRONG)


async def _passkey(step: _Step, fields: dict[str, str]) -> _Shown:
    service, site = step.deps.accounts, ceremonies.site_of(step.request)
    known = await service.run(passkeys.of, step.account)
    try:
        key, count = ceremonies.proved(site, step.pending.challenge, fields["credential"], known)
    except WrongPasskeyError as error:
        log.warning("a passkey was not accepted", extra={"account": step.account, "why": error})
        raise PageRefusalError(Reason.PASSKEY_WRONG) from None
    await service.run(passkeys.used, step.account, key.id, count, service.now())
    return _Shown("passkey")


@router.post("/set-up")
async def set_up(request: Request) -> Response:
    """Set up the first second factor, then show the recovery codes; the session has begun."""
    step = await _begun(request)
    if isinstance(step, Response):
        return step
    service = step.deps.accounts
    try:
        if step.pending.by_badge or (await service.run(requirements.of, step.account)).is_any:
            return await _page(step)  # it was set up in another window, or must not be
        how = await set_up_factor(
            request, step.account, await forms.read(request), step.pending.totp_secret, step.pending.challenge
        )
        made = await service.run(recovery_codes.renew, step.account)
        entered = await sign_in.enter(request, step.account, step.pending.page, step.pending.mark)
    except PageRefusalError as refused:
        return await _refused(step, refused)
    except NotKept as error:
        log.warning("nobody can sign in: the disk does not take it", extra={"error": error})
        return await sign_in.page(request, refused=Reason.SIGN_IN_NO_DISK)
    except problems.Problem:
        return await sign_in.page(request, refused=Reason.NO_ACCOUNTS)
    log.info("second factor set up", extra={"account": step.account, "factor": how})
    response = rendering.render(
        request, "recovery_codes.html", codes=made, account=step.account, go_on=step.pending.page
    )
    for name, value in entered.raw_headers:
        if name == b"set-cookie":
            response.raw_headers.append((name, value))
    return _left(step, response)


async def set_up_factor(
    request: Request, account: str, fields: dict[str, str], totp_secret: str, challenge: bytes
) -> str:
    """Keep the app that showed its first code, or the passkey that was made. Raises PageRefusalError, NotKept."""
    service = deps.CRISIS_DEPS(request).accounts
    if not fields.get("credential"):
        if not await service.run(totp.set_up, account, totp_secret, fields.get("code", "")[:64], service.now()):
            raise PageRefusalError(Reason.FACTOR_WRONG)
        return "totp"
    site = ceremonies.site_of(request)
    try:
        made = ceremonies.made(site, challenge, fields["credential"])
    except WrongPasskeyError as error:
        log.warning("a passkey was not accepted", extra={"account": account, "why": error})
        raise PageRefusalError(Reason.PASSKEY_WRONG) from None
    is_new = await service.run(
        passkeys.add,
        account,
        fields.get("name", ""),
        key=made.id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        now=service.now(),
    )
    if not is_new:
        raise PageRefusalError(Reason.PASSKEY_NOT_KEPT)
    return "passkey"


async def _page(step: _Step, refused: PageRefusalError | None = None) -> Response:
    service, request = step.deps.accounts, step.request
    factors = await service.run(requirements.of, step.account)
    if step.pending.by_badge and not factors.is_any:  # whoever found a badge must not set up a factor of their own
        return await sign_in.page(request, refused=Reason.FACTOR_BY_PASSWORD)
    site = ceremonies.site_of(request)
    words = rendering.words_of(request)
    wrong = "" if refused is None else words.text(labels.REFUSALS[refused.row.text]).format(refused.about)
    values = _asked(step, factors, site) if factors.is_any else _offered(step, site)
    response = rendering.render(
        request,
        "second_factor.html" if factors.is_any else "set_up_factor.html",
        status=200 if refused is None else refused.row.status,
        wrong=wrong,
        account=step.account,
        own_script=_SCRIPT if values["passkey"] else "",
        **values,
    )
    if refused is not None and refused.row.status == refusals.TABLE[Reason.FACTOR_WAIT].status:
        response.headers["Retry-After"] = str(refused.about)
    return response


def _asked(step: _Step, factors: Factors, site: ceremonies.Site | None) -> dict[str, Any]:
    can_passkey = site is not None and bool(factors.passkeys)
    return {
        "factors": factors,
        "by_badge": step.pending.by_badge,
        "passkey": ceremonies.ask(site, step.pending.challenge, factors.passkeys) if site and can_passkey else "",
    }


def _offered(step: _Step, site: ceremonies.Site | None) -> dict[str, Any]:
    address = totp.address(step.pending.totp_secret, step.account, step.deps.node.name)
    return {
        "secret": step.pending.totp_secret,
        "picture": qr_code.picture(address),
        "passkey": "" if site is None else ceremonies.ask_for_new(site, step.account, step.pending.challenge, ()),
    }


async def _refused(step: _Step, refused: PageRefusalError) -> Response:
    if refused.reason is not Reason.FACTOR_WAIT:
        step.pending.wrong += 1
        metrics.CRISIS_SIGN_INS.labels("wrong_factor").inc()
        step.deps.accounts.refused.add(step.account)
        client = limits.client_of(step.request).address
        log.warning("wrong second factor", extra={"account": step.account, "client": client})
    if step.deps.factors.pending.find(step.secret) is None:
        return await sign_in.page(step.request, refused=Reason.FACTOR_OVER)
    return await _page(step, refused)


def _left(step: _Step, response: Response) -> Response:
    """The step is over: its cookie is taken back."""
    step.deps.factors.pending.end(step.secret)
    response.delete_cookie(
        sign_in.PENDING_COOKIE,
        path=access.SIGN_IN,
        httponly=True,
        samesite="strict",
        secure=step.request.url.scheme == "https",
    )
    return response
