"""Signing in through the city's OpenID provider, at a hub. Accounts of the hub stay, for the night without internet."""

import logging
import math

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, limits, refusals
from api.crisis.auth import access, login_throttle
from api.crisis.auth.oidc.provider import Attempt, AwayError, FaultyAnswerError, Provider, RefusedError
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import rendering, sign_in
from api.http import problems, public_address
from crisis.accounts.factors import identities
from crisis.accounts.factors.identities import Identity, IdentityRefusedError, Why
from crisis.log.errors import NotKept
from kiezbox import metrics

log = logging.getLogger(__name__)
PATH = f"{access.SIGN_IN}/provider"
_DONE = f"{PATH}/done"
router = APIRouter(include_in_schema=False)

_COOKIE = "kiezbox_provider"
_WHY = {
    Why.NAME_TAKEN: Reason.PROVIDER_NAME_TAKEN,
    Why.BAD_NAME: Reason.PROVIDER_BAD_NAME,
    Why.DISABLED: Reason.PROVIDER_DISABLED,
}


def _provider(request: Request) -> Provider:
    found = deps.CRISIS_DEPS(request).provider
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return found


@router.get(PATH)
async def begin(request: Request) -> Response:
    """Lead the browser to the provider."""
    provider = _provider(request)
    crisis = deps.CRISIS_DEPS(request)
    page = sign_in.next_of(request.query_params.get("next", ""))
    attempt = Attempt(page, f"{public_address.root(request)}{_DONE}")
    # Each attempt that is begun takes a place in memory, and one that succeeds gives it back.
    wait_seconds = crisis.login_throttle.admit(_keys(request))
    if wait_seconds > 0:
        return await _refused(request, PageRefusalError(Reason.SIGN_IN_WAIT, math.ceil(wait_seconds)))
    try:
        address = await provider.address_for(attempt)
    except (AwayError, FaultyAnswerError) as error:
        return await _refused(request, _reason_of(error), error)
    response = RedirectResponse(address, 303)
    # Lax: the provider's answer comes from another site, and must bring this cookie.
    response.set_cookie(
        _COOKIE,
        crisis.attempts.begin(attempt),
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get(_DONE)
async def finish(request: Request) -> Response:
    """Check the provider's answer; a session on success."""
    provider = _provider(request)
    attempt = deps.CRISIS_DEPS(request).attempts.take(request.cookies.get(_COOKIE, ""))
    try:
        if attempt is None:
            return await _refused(request, PageRefusalError(Reason.PROVIDER_STATE))
        account = await _enter(request, provider, attempt)
        entered = await sign_in.enter(request, account, attempt.page)
    except PageRefusalError as refused:
        return await _refused(request, refused)
    except NotKept as error:
        log.warning("nobody can sign in: the disk does not take it", extra={"error": error})
        return await sign_in.page(request, refused=Reason.SIGN_IN_NO_DISK)
    except problems.Problem:
        return await sign_in.page(request, refused=Reason.NO_ACCOUNTS)
    # Not a redirect: after one from another site the browser would not send the session's cookie (SameSite=Strict).
    page = f"{public_address.prefix(request.scope)}{attempt.page}"
    response = rendering.render(request, "provider_done.html", account=account, page=attempt.page, public_page=page)
    response.raw_headers.extend(header for header in entered.raw_headers if header[0] == b"set-cookie")
    response.delete_cookie(_COOKIE, path=PATH)
    return response


async def _enter(request: Request, provider: Provider, attempt: Attempt) -> str:
    """The account of who came back. Raises PageRefusalError, NotKept, Problem 503."""
    crisis = deps.CRISIS_DEPS(request)
    service = crisis.accounts
    try:
        identity = await provider.identify(attempt, dict(request.query_params), service.now())
    except (AwayError, FaultyAnswerError, RefusedError) as error:
        log.warning("the provider's answer signs nobody in", extra={"error": error})
        raise _reason_of(error) from None
    role = provider.role_of(identity)
    if role is None:
        _note(identity, "no group")
        await service.run(identities.leave, identity)
        raise PageRefusalError(Reason.PROVIDER_NO_GROUP)
    try:
        account = await service.run(identities.enter, identity, role, service.now())
    except IdentityRefusedError as refused:
        _note(identity, refused.why)
        raise PageRefusalError(_WHY[refused.why], refused.name) from None
    crisis.login_throttle.succeeded(_keys(request))
    return account


def _keys(request: Request) -> tuple[login_throttle.Key, ...]:
    return (login_throttle.of_address(f"{limits.client_of(request).address} provider"),)


def _note(identity: Identity, why: str) -> None:
    # Whoever runs the hub needs the subject to link an account: kiezbox user link.
    log.warning("somebody whom the provider knows may not sign in", extra={"subject": identity.subject, "why": why})


def _reason_of(error: Exception) -> PageRefusalError:
    if isinstance(error, RefusedError):
        return PageRefusalError(Reason.PROVIDER_REFUSED, error.error)
    if isinstance(error, FaultyAnswerError):
        return PageRefusalError(Reason.PROVIDER_FAULTY, error.fault.value)
    return PageRefusalError(Reason.PROVIDER_AWAY)


async def _refused(request: Request, refused: PageRefusalError, error: Exception | None = None) -> Response:
    if error is not None:
        log.warning("the provider cannot be used", extra={"error": error})
    metrics.CRISIS_SIGN_INS.labels("wrong_provider").inc()
    return await sign_in.page(request, refused=refused.reason, seconds=refused.about)
