"""The second factors of whoever is signed in: an app, passkeys, recovery codes. At the hub."""

import logging
import math

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, refusals
from api.crisis.auth import login_throttle
from api.crisis.auth.check_queue import TooManyChecksError
from api.crisis.auth.factors import passkeys as ceremonies
from api.crisis.auth.principal import Principal
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import rendering, submissions, views
from api.crisis.staff.factors import qr_code, step
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.submissions import Submission
from crisis.accounts.factors import passkeys, recovery_codes, requirements, totp
from crisis.log.errors import NotKept

log = logging.getLogger(__name__)
PATH = "/crisis/staff/account/factors"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)

_BUSY_SECONDS = 2


@router.get("")
async def show(request: Request, principal: SignedIn) -> Response:
    """Which second factors there are, and forms to add and remove them."""
    return await _page(request, principal)


async def _page(request: Request, principal: Principal, rejected: RejectedForm | None = None) -> Response:
    crisis = deps.CRISIS_DEPS(request)
    if not crisis.node.is_hub:
        raise refusals.problem(Reason.NOT_FOUND)
    factors = await crisis.accounts.run(requirements.of, principal.account)
    # What is being set up belongs to this session, and to no other page: a code in one window fits the other's picture.
    offer = crisis.factors.offers.of(principal.secret)
    site = ceremonies.site_of(request)
    passkey = "" if site is None else ceremonies.ask_for_new(site, principal.account, offer.challenge, factors.passkeys)
    return views.render(
        request,
        "factors.html",
        principal,
        own_script="" if site is None else "passkey.js",
        rejected=rejected,
        factors=factors,
        is_required=await crisis.accounts.run(requirements.is_required, principal.role),
        secret=offer.totp_secret,
        picture=qr_code.picture(totp.address(offer.totp_secret, principal.account, crisis.node.name)),
        passkey=passkey,
        key_id=lambda key: key.id.hex(),
    )


@router.post("")
async def add(request: Request, principal: SignedIn) -> Response:
    """Add an app or a passkey; with the first one come recovery codes."""
    sent = await _read(request, principal, "factor")
    service, offers = sent.deps.accounts, sent.deps.factors.offers
    offer = offers.of(principal.secret)
    before = await service.run(requirements.of, principal.account)
    try:
        how = await step.set_up_factor(
            request, principal.account, dict(sent.fields), offer.totp_secret, offer.challenge
        )
        made = () if before.codes_left else await service.run(recovery_codes.renew, principal.account)
    except PageRefusalError as refused:
        return await _page(request, principal, sent.reject(refused.row, refused.about, with_fields=False))
    offers.end(principal.secret)
    log.info("second factor set up", extra={"account": principal.account, "factor": how})
    if made:
        return _codes(request, principal, made)
    return RedirectResponse(f"{PATH}?done={how}", 303)


@router.post("/remove")
async def remove(request: Request, principal: SignedIn) -> Response:
    """Remove the app or one passkey; the password is asked for again."""
    sent = await _read(request, principal, "remove")
    wanted = sent.fields.get("factor", "")
    service = sent.deps.accounts
    try:
        await _check_password(sent)
        if wanted == "totp":
            await service.run(totp.remove, principal.account)
        else:
            key = bytes.fromhex(wanted) if len(wanted) % 2 == 0 and wanted.isalnum() else b""
            await service.run(passkeys.remove, principal.account, key)
    except (PageRefusalError, ValueError) as error:
        refused = error if isinstance(error, PageRefusalError) else PageRefusalError(Reason.NOT_FOUND)
        return await _page(request, principal, sent.reject(refused.row, refused.about, with_fields=False))
    log.info(
        "second factor removed",
        extra={"account": principal.account, "factor": "totp" if wanted == "totp" else "passkey"},
    )
    return RedirectResponse(f"{PATH}?done={'totp_remove' if wanted == 'totp' else 'passkey_remove'}", 303)


@router.post("/codes")
async def renew_codes(request: Request, principal: SignedIn) -> Response:
    """Make new recovery codes, and show them this once; the password is asked for again."""
    sent = await _read(request, principal, "codes")
    try:
        await _check_password(sent)
        made = await sent.deps.accounts.run(recovery_codes.renew, principal.account)
    except PageRefusalError as refused:
        return await _page(request, principal, sent.reject(refused.row, refused.about, with_fields=False))
    log.info("recovery codes renewed", extra={"account": principal.account})
    return _codes(request, principal, made)


def _codes(request: Request, principal: Principal, made: tuple[str, ...]) -> Response:
    return rendering.render(
        request, "recovery_codes.html", principal=principal, codes=made, account=principal.account, go_on=PATH
    )


async def _read(request: Request, principal: Principal, key: str) -> Submission:
    if not deps.node_of(request).is_hub:
        raise refusals.problem(Reason.NOT_FOUND)
    return await submissions.read(request, principal, key)


async def _check_password(sent: Submission) -> None:
    """Raise PageRefusalError unless the form has the account's password."""
    name, throttle = sent.principal.account, sent.deps.login_throttle
    keys = (login_throttle.of_device(f"password {name}"),)
    wait_seconds = throttle.admit(keys)
    if wait_seconds > 0:
        raise PageRefusalError(Reason.SIGN_IN_WAIT, math.ceil(wait_seconds))
    try:
        if not await sent.deps.accounts.check(name, sent.fields.get("password", "")):
            raise PageRefusalError(Reason.PASSWORD_WRONG)
    except TooManyChecksError:
        raise PageRefusalError(Reason.CHECKS_BUSY, _BUSY_SECONDS) from None
    except NotKept as error:
        raise PageRefusalError(refusals.not_kept(error)) from error
    throttle.succeeded(keys)
