"""Who asks, and whether they may: a session cookie for people, a bearer token for programs."""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import HTTPBearer
from starlette.datastructures import URL

from api.crisis.auth import accounts
from api.http import forms, problems
from crisis.accounts import sessions
from crisis.model import roles
from crisis.model.commands import Actor
from crisis.model.roles import Right

COOKIE = "kiezbox_staff"
PATH = "/crisis"  # the cookie goes nowhere else
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SIGN_IN = "/crisis/sign-in"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_COOKIE_MAX = 200  # characters: ours have 43

# For the OpenAPI document; the header is read below.
_bearer = HTTPBearer(auto_error=False, description="A token: `kiezbox user token add ACCOUNT NAME` on the node.")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has shown who they are. A program has no session: `csrf`, `ends_at` and `secret` are empty."""

    person: Actor
    csrf: str = ""
    ends_at: datetime | None = None
    secret: str = ""

    def may(self, right: Right) -> bool:
        """Whether their role has this right."""
        return roles.may(self.person.role, right)


async def identify(request: Request, *, is_use: bool = True) -> Visitor | None:
    """Who asks; None when nobody does whom we know. A token that is no good is not made up for by a cookie.

    Without `is_use` a session goes on idling: something asks by itself, and no person did anything.
    """
    at = accounts.of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer":
        person = await at.run(sessions.bearer, token.strip(), at.now())
        return None if person is None else Visitor(person)
    secret = request.cookies.get(COOKIE, "")
    if not secret or len(secret) > _COOKIE_MAX:
        return None
    session = await at.run(sessions.find, secret, at.now(), at.terms, is_use=is_use)
    return None if session is None else Visitor(session.actor, csrf_of(secret), session.ends_at, secret)


def requires(right: Right, *, is_use: bool = True) -> Callable[..., Awaitable[Actor]]:
    """A dependency: the person who asks, who has this right. Raises Problem 401 or 403. `is_use` is as for `identify`.

    Of a browser every request that changes something must also show the session's CSRF token, in a form's field
    `csrf` or the header `X-CSRF-Token`, and must not come from another site.
    """

    async def admit(request: Request, _documented: Annotated[object, Depends(_bearer)]) -> Actor:
        visitor = await identify(request, is_use=is_use)
        if visitor is None:
            raise not_signed_in()
        await check_origin(request, visitor)
        if not visitor.may(right):
            raise not_allowed(visitor.person, right)
        return visitor.person

    return admit


def not_signed_in() -> problems.Problem:
    """The 401 that says how to sign in."""
    return problems.Problem(
        401,
        problems.Slug.NOT_SIGNED_IN,
        "Not signed in",
        f"Staff only, and nobody is signed in here, or no longer. People sign in at {SIGN_IN}; programs send"
        " `Authorization: Bearer TOKEN` (kiezbox user token add).",
        headers={"WWW-Authenticate": 'Bearer realm="kiezbox"'},
    )


def not_allowed(person: Actor, right: Right) -> problems.Problem:
    """The 403 that names the right."""
    having = ", ".join(role for role in roles.Role if roles.may(role, right))
    return problems.Problem(
        403,
        problems.Slug.NOT_ALLOWED,
        "Not allowed",
        f"{person.name} is {person.role}, which may not {right}. Roles that may: {having}.",
    )


# -- requests from elsewhere -----------------------------------------------------------------------------------------


def csrf_of(secret: str) -> str:
    """The token that a session's forms carry: made from its secret, which other sites cannot read."""
    return hmac.new(secret.encode(), b"kiezbox csrf", hashlib.sha256).hexdigest()[:32]


async def check_origin(request: Request, visitor: Visitor) -> None:
    """Raise Problem 403 for a request that changes something and was not made by one of our own pages.

    Programs with a token are not asked: a browser never sends one on its own.
    """
    if request.method in _SAFE or not visitor.secret:
        return
    if is_foreign(request):
        raise cross_site("it came from another site")
    shown = request.headers.get(CSRF_HEADER) or (await forms.read(request)).get(CSRF_FIELD, "")
    if not secrets.compare_digest(shown.encode(), visitor.csrf.encode()):
        raise cross_site(
            f"its CSRF token is missing or not this session's (form field `{CSRF_FIELD}` or {CSRF_HEADER})"
        )


def is_foreign(request: Request) -> bool:
    """Whether the browser says that another site sent this. Over plain HTTP it says so with `Origin` only."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def cross_site(why: str) -> problems.Problem:
    """The 403 of a request that our own pages did not make."""
    return problems.Problem(
        403,
        problems.Slug.CROSS_SITE,
        "Not from our own page",
        f"Nothing was done: {why}. Open the page again, and send the form from there.",
    )


# -- the cookie ------------------------------------------------------------------------------------------------------


def set_cookie(response: Response, url: URL, secret: str) -> None:
    """Give the browser its session. It ends when the node says so; the browser forgets it when it is closed.

    Strict: a link from elsewhere shows the sign-in page first, which then finds the session by one more click.
    """
    response.set_cookie(COOKIE, secret, path=PATH, httponly=True, samesite="strict", secure=url.scheme == "https")


def drop_cookie(response: Response, url: URL) -> None:
    """Take the session out of the browser."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=url.scheme == "https")
