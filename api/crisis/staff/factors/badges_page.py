"""The page of badges and second factors: for admins, who make and revoke them, and commanders, who require them."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import rendering, submissions, views
from api.crisis.staff.factors import qr_code
from api.crisis.staff.factors.badge_sign_in import BADGE
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.submissions import Submission
from api.http import public_address
from crisis.accounts import accounts
from crisis.accounts.factors import badges, requirements
from crisis.accounts.store import AccountStore
from crisis.model import roles
from crisis.model.roles import Right, Role

log = logging.getLogger(__name__)
PATH = "/crisis/staff/badges"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)


@router.get("")
async def show(request: Request, principal: SignedIn) -> Response:
    """All accounts with their badges and second factors, and which roles need one."""
    return await _page(request, principal)


async def _page(request: Request, principal: Principal, rejected: RejectedForm | None = None) -> Response:
    if not principal.may(Right.REQUIRE_FACTORS):
        access.require(principal, Right.MANAGE_ACCOUNTS)
    crisis = deps.CRISIS_DEPS(request)
    return views.render(
        request,
        "badges.html",
        principal,
        rejected=rejected,
        accounts=await crisis.accounts.run(_overview),
        required=await crisis.accounts.run(requirements.required),
        roles=list(Role),
    )


def _overview(store: AccountStore) -> list[dict[str, object]]:
    return [
        {
            "account": account,
            "badges": [badge for badge in badges.of(store, account.name) if badge.is_good],
            "factors": requirements.of(store, account.name),
        }
        for account in accounts.everybody(store)
    ]


@router.post("")
async def make(request: Request, principal: SignedIn) -> Response:
    """Make a badge, and show it for printing, this once: only its hash is kept."""
    sent = await _read(request, principal, "badge")
    service = sent.deps.accounts
    try:
        account = sent.fields.get("account", "")
        badge, code = await service.run(badges.make, account, principal.account, service.now())
    except accounts.AccountError as error:
        return await _rejected(sent, error)
    log.info("badge made", extra={"account": badge.account, "badge": badge.serial, "by": principal.account})
    address = f"{public_address.root(request)}{BADGE}"
    return rendering.render(
        request,
        "badge.html",
        principal=principal,
        badge=badge,
        code=code,
        address=address,
        picture=qr_code.picture(f"{address}#{code}"),
    )


@router.post("/{serial}/revoke")
async def revoke(request: Request, principal: SignedIn, serial: str) -> Response:
    """Make a badge good for nothing, at once."""

    async def work(sent: Submission) -> None:
        service = sent.deps.accounts
        badge = await service.run(badges.revoke, serial, principal.account, service.now())
        log.info("badge revoked", extra={"account": badge.account, "badge": badge.serial, "by": principal.account})

    return await _done(await _read(request, principal, f"revoke-{serial[:20]}"), work, "badge_revoke")


@router.post("/{serial}/release")
async def release(request: Request, principal: SignedIn, serial: str) -> Response:
    """Let the next device have a badge."""

    async def work(sent: Submission) -> None:
        service = sent.deps.accounts
        badge = await service.run(badges.release, serial, principal.account, service.now())
        log.info("badge released", extra={"account": badge.account, "badge": badge.serial, "by": principal.account})

    return await _done(await _read(request, principal, f"release-{serial[:20]}"), work, "badge_release")


@router.post("/reset")
async def reset(request: Request, principal: SignedIn) -> Response:
    """Forget the second factors of somebody who has lost them."""

    async def work(sent: Submission) -> None:
        service = sent.deps.accounts
        account = await service.run(accounts.get, sent.fields.get("account", ""))
        await service.run(requirements.reset, account.name, principal.account)
        log.info("second factors reset", extra={"account": account.name, "by": principal.account})

    return await _done(await _read(request, principal, "reset"), work, "factors_reset")


@router.post("/required")
async def require(request: Request, principal: SignedIn) -> Response:
    """Set which roles need a second factor at this hub."""

    async def work(sent: Submission) -> None:
        wanted = [role for role in Role if f"role-{role}" in sent.fields]
        service = sent.deps.accounts
        await service.run(requirements.require, wanted, principal.account, service.now())
        log.info("second factors required", extra={"roles": ", ".join(wanted), "by": principal.account})

    sent = await _read(request, principal, "required", Right.REQUIRE_FACTORS)
    return await _done(sent, work, "factors_required")


async def _read(request: Request, principal: Principal, key: str, right: Right = Right.MANAGE_ACCOUNTS) -> Submission:
    """The form. Raises Problem 403 without the right."""
    access.require(principal, right)
    return await submissions.read(request, principal, key)


async def _done(sent: Submission, work: Callable[[Submission], Awaitable[None]], done: str) -> Response:
    try:
        await work(sent)
    except accounts.AccountError as error:
        return await _rejected(sent, error)
    return RedirectResponse(f"{PATH}?done={done}", 303)


async def _rejected(sent: Submission, error: accounts.AccountError) -> Response:
    refused = PageRefusalError(Reason.NOT_POSSIBLE, error)
    return await _page(sent.request, sent.principal, sent.reject(refused.row, refused.about))


def can_open(principal: Principal) -> bool:
    """Whether somebody may open the page."""
    return any(roles.may(principal.role, right) for right in (Right.MANAGE_ACCOUNTS, Right.REQUIRE_FACTORS))
