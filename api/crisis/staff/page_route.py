"""Who may open a page of the staff's, and what everybody else sees instead."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from api.crisis.auth import access
from api.crisis.auth.access import Visitor
from api.crisis.staff import rendering, sign_in, submissions, texts
from api.http import forms, problems
from crisis.log.errors import Full, NotKept
from crisis.model.roles import Right

REFRESH_HEADER = "X-Refresh"  # of staff.js: the page asks by itself, and no person did anything
_FORBIDDEN, _NOT_FOUND, _UNAUTHORIZED = 403, 404, 401


class Page(APIRoute):
    """A route for people: whatever goes wrong is a page, too, and says what to do."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors as pages."""
        handle = super().get_route_handler()

        async def show(request: Request) -> Response:
            try:
                return await handle(request)
            except problems.Problem as problem:
                return await _explain(request, problem)
            except RequestValidationError:  # of an address only: forms are read by their handlers
                return await _explain(request, problems.plain(_NOT_FOUND))
            except HTTPException as error:
                return await _explain(request, problems.plain(error.status_code))
            except NotKept as error:
                status = 507 if isinstance(error, Full) else 503
                words = texts.texts(rendering.language_of(request))
                return _page(request, words["why_full" if status == 507 else "why_unwritable"], status)  # noqa: PLR2004 -- insufficient storage

        return show


async def _explain(request: Request, problem: problems.Problem) -> Response:
    words = texts.texts(rendering.language_of(request))
    if problem.status == _UNAUTHORIZED:
        return await _sign_in_first(request)
    if problem.slug is problems.Slug.CROSS_SITE:
        return _page(request, words["problem_cross_site"], problem.status)
    if problem.slug is problems.Slug.NO_ACCOUNTS:
        return _page(request, words["sign_in_away"], problem.status)
    if problem.status == _NOT_FOUND:
        return _page(request, words["problem_not_found"], problem.status)
    if problem.status == _FORBIDDEN:
        return _page(request, words["why_not_allowed"].format(problem.detail), problem.status)
    return _page(request, problem.detail, problem.status)


async def _sign_in_first(request: Request) -> Response:
    """The sign-in page; with what was typed, when a form met the end of its session."""
    if request.method == "GET":
        return RedirectResponse(f"{access.SIGN_IN}?next={request.url.path}", 303)
    unsent = [] if access.is_foreign(request) else submissions.written(await forms.read(request))
    return await sign_in.page(request, wrong="session_over", unsent=unsent, status=401)


def _page(request: Request, words: str, status: int) -> Response:
    return rendering.render(request, "problem.html", words=words, unsent=(), status=status)


async def _admit(request: Request) -> Visitor:
    visitor = await access.identify(request, is_use=REFRESH_HEADER not in request.headers)
    if visitor is None or not visitor.secret:  # programs have addresses of their own
        raise access.not_signed_in()
    await access.check_origin(request, visitor)
    if not visitor.may(Right.SEE):
        raise access.not_allowed(visitor.person, Right.SEE)
    return visitor


Guest = Annotated[Visitor, Depends(_admit)]
"""Somebody who is signed in, and sent this from our own page. What they may do is the node's to say."""
