"""Who may open a page of the staff's, and what everybody else sees instead."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from api.crisis import refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.refusals import Reason
from api.crisis.staff import labels, rendering, sign_in, submissions
from api.http import forms, problems
from crisis.log.errors import NotKept
from crisis.model.roles import Right

REFRESH_HEADER = "X-Refresh"  # of staff.js: the page asks by itself, and no person did anything


class PageRoute(APIRoute):
    """A route for people: every error is a page, too, and says what to do."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors as pages."""
        handle = super().get_route_handler()

        async def handle_as_page(request: Request) -> Response:
            try:
                return await handle(request)
            except problems.Problem as problem:
                return await _explain(request, problem)
            except RequestValidationError:  # of an address only: forms are read by their handlers
                return await _explain(request, refusals.problem(Reason.NOT_FOUND))
            except HTTPException as error:
                return await _explain(request, problems.plain(error.status_code))
            except NotKept as error:
                return await _explain(request, refusals.problem(refusals.not_kept(error)))

        return handle_as_page


async def _explain(request: Request, problem: problems.Problem) -> Response:
    if problem.slug is problems.Slug.NOT_SIGNED_IN:
        return await _sign_in_first(request)
    pattern = rendering.words_of(request).text(labels.REFUSALS.get(refusals.text_of(problem), "{}"))
    return rendering.render(request, "problem.html", message=pattern.format(problem.detail), status=problem.status)


async def _sign_in_first(request: Request) -> Response:
    """The sign-in page; with what was typed, when the session ended before the form was sent."""
    if request.method == "GET":
        return RedirectResponse(f"{access.SIGN_IN}?next={request.url.path}", 303)
    unsent = [] if access.is_foreign(request) else submissions.typed_texts(await forms.read(request))
    return await sign_in.page(request, refused=Reason.NOT_SIGNED_IN, unsent=unsent)


async def _signed_in(request: Request) -> Principal:
    principal = await access.identify(request, is_use=REFRESH_HEADER not in request.headers)
    if principal is None or not principal.secret:  # programs have addresses of their own
        raise await access.nobody(request)
    await access.check_origin(request, principal)
    access.require(principal, Right.SEE)
    return principal


SignedIn = Annotated[Principal, Depends(_signed_in)]
"""Somebody who is signed in and sent this from our own page. The node decides what they may do."""
