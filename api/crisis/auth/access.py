"""Who sends a request, and whether they may: a session cookie for people, a bearer token for programs."""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import HTTPBearer
from starlette.datastructures import URL

from api.crisis import refusals
from api.crisis.auth import accounts
from api.crisis.auth.principal import Principal
from api.crisis.refusals import Reason
from api.http import forms, public_address
from api.http.problems import Problem
from crisis.accounts import sessions
from crisis.accounts.walls import Wall
from crisis.model import roles
from crisis.model.roles import Right

COOKIE = "kiezbox_staff"
WALL_COOKIE = "kiezbox_wall"
PATH = "/crisis"  # the cookie is sent to addresses below this one only
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SIGN_IN = refusals.SIGN_IN
_SAFE = {"GET", "HEAD", "OPTIONS"}
_COOKIE_MAX = 200  # characters: ours have 43

# For the OpenAPI document; the header is read below.
_bearer = HTTPBearer(auto_error=False, description="A token: `kiezbox user token add ACCOUNT NAME` on the node.")


async def identify(request: Request, *, is_use: bool = True) -> Principal | None:
    """Who sends this request; None when nobody is signed in. With a wrong token the cookie is ignored.

    With `is_use=False` the request does not count as activity, and the session's idle time runs on: a page asked by
    itself, and no person did anything. Raises Problem 503 when the accounts cannot be read.
    """
    service = accounts.ACCOUNTS(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer":
        person = await service.run(sessions.bearer, token.strip(), service.now())
        return None if person is None else Principal(person)
    secret = request.cookies.get(COOKIE, "")
    if not secret or len(secret) > _COOKIE_MAX:
        return None
    session = await service.session(secret, is_use=is_use)
    return None if session is None else Principal(session.actor, csrf_of(secret), session.ends_at, secret)


async def wall_of(request: Request) -> Wall | None:
    """The wall display that sends this request; None when its cookie is missing, unknown, or its token has ended."""
    secret = request.cookies.get(WALL_COOKIE, "")
    if not secret or len(secret) > _COOKIE_MAX:
        return None
    return await accounts.ACCOUNTS(request).wall(secret)


async def nobody(request: Request) -> Problem:
    """Why a request without an account is refused: 401, or 403 for a wall display, which has a page of its own."""
    wall = await wall_of(request)
    return refusals.problem(Reason.NOT_SIGNED_IN if wall is None else Reason.WALL_ONLY)


def requires(right: Right, *, is_use: bool = True) -> Callable[..., Awaitable[Principal]]:
    """A dependency that returns who is signed in and has this right. Raises Problem 401 or 403.

    `is_use` is as for `identify`. A browser must prove for every request that changes something that it comes from our
    own page (`check_origin`).
    """

    async def authorize(request: Request, _documented: Annotated[object, Depends(_bearer)]) -> Principal:
        principal = await identify(request, is_use=is_use)
        if principal is None:
            raise await nobody(request)
        await check_origin(request, principal)
        require(principal, right)
        return principal

    return authorize


def require(principal: Principal, right: Right) -> None:
    """Raise Problem 403, which names the right and the roles that have it, unless this role has it."""
    if not principal.may(right):
        having = ", ".join(role for role in roles.Role if roles.may(role, right))
        raise refusals.problem(
            Reason.NOT_ALLOWED, account=principal.account, role=principal.role, right=right, having=having
        )


Viewer = Annotated[Principal, Depends(requires(Right.SEE))]
NoticeEditor = Annotated[Principal, Depends(requires(Right.EDIT_NOTICES))]
PointEditor = Annotated[Principal, Depends(requires(Right.EDIT_POINTS))]
ModeSetter = Annotated[Principal, Depends(requires(Right.SET_MODE))]
Responder = Annotated[Principal, Depends(requires(Right.HANDLE_DISTRESS))]
BoxManager = Annotated[Principal, Depends(requires(Right.MANAGE_BOXES))]
ReportAnswerer = Annotated[Principal, Depends(requires(Right.ANSWER_REPORTS))]


# -- requests from other sites ---------------------------------------------------------------------------------------


def csrf_of(secret: str) -> str:
    """The token that a session's forms carry: made from its secret, which other sites cannot read."""
    return hmac.new(secret.encode(), b"kiezbox csrf", hashlib.sha256).hexdigest()[:32]


async def check_origin(request: Request, principal: Principal) -> None:
    """Raise Problem 403 for a request that changes something and was not made by one of our own pages.

    It must carry the session's CSRF token in the form field `csrf` or in the header `X-CSRF-Token`. Programs with a
    token are not checked: a browser never sends a bearer token on its own.
    """
    if request.method in _SAFE or not principal.secret:
        return
    if is_foreign(request):
        raise refusals.problem(Reason.CROSS_SITE, why="it came from another site")
    sent = request.headers.get(CSRF_HEADER) or (await forms.read(request)).get(CSRF_FIELD, "")
    if not secrets.compare_digest(sent.encode(), principal.csrf.encode()):
        why = f"its CSRF token is missing or not this session's (form field `{CSRF_FIELD}` or {CSRF_HEADER})"
        raise refusals.problem(Reason.CROSS_SITE, why=why)


def is_foreign(request: Request) -> bool:
    """Whether the browser says that another site sent this. Over plain HTTP browsers send `Origin`, or `Referer`."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin", request.headers.get("referer"))
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc not in public_address.hosts(request)
    except ValueError:  # `http://[`
        return True


# -- the cookie ------------------------------------------------------------------------------------------------------


def set_cookie(response: Response, url: URL, secret: str) -> None:
    """Give the browser its session. The node decides when it ends; the browser forgets it when it is closed.

    SameSite=Strict: a link from another site leads to the sign-in page first, where one more click finds the session.
    """
    response.set_cookie(COOKIE, secret, path=PATH, httponly=True, samesite="strict", secure=url.scheme == "https")


def set_wall_cookie(response: Response, url: URL, secret: str, seconds: int) -> None:
    """Give a wall display's browser its token, so that it goes on after a power cut."""
    response.set_cookie(
        WALL_COOKIE, secret, seconds, path=PATH, httponly=True, samesite="strict", secure=url.scheme == "https"
    )


def drop_cookie(response: Response, url: URL) -> None:
    """Take the session out of the browser."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=url.scheme == "https")
