"""How a wall display signs in: its browser is started with an address that holds its token after `#`."""

import logging
import math
import re

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, limits, refusals
from api.crisis.auth import access, login_throttle, tally
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import labels, rendering
from api.http import forms, problems
from crisis.accounts.walls import Wall
from crisis.log.errors import NotKept
from crisis.state.rules import Why
from kiezbox import metrics

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

PATH = "/crisis/wall"
OVER = f"{PATH}?over"  # where a display goes whose token has ended
LAGE = "/crisis/lage"
_VIEW = re.compile(r"[a-z0-9]{1,12}")
_TOKEN_MAX = 100  # characters


@router.get(PATH)
async def show(request: Request) -> Response:
    """The form. What stands after `#` never reaches us: the page's script takes the token from there, and sends it."""
    return _page(request, request.query_params.get("view", ""))


@router.post(PATH)
async def enter(request: Request) -> Response:
    """Check the token; the situation page on success."""
    fields = await forms.read(request)
    token, view = fields.get("token", "").strip()[:_TOKEN_MAX], fields.get("view", "")
    try:
        wall = await _check(request, token)
    except PageRefusalError as refused:
        return _page(request, view, refused.reason, refused.about)
    except NotKept as error:
        log.warning("a wall display cannot sign in: the disk does not take it", extra={"error": error})
        return _page(request, view, Reason.SIGN_IN_NO_DISK)
    except problems.Problem:
        return _page(request, view, Reason.NO_ACCOUNTS)
    log.info("wall display signed in", extra={"wall": wall.name, "client": limits.client_of(request).address})
    response = RedirectResponse(f"{LAGE}?view={view}" if _VIEW.fullmatch(view) else LAGE, 303)
    seconds = math.ceil((wall.until_at - deps.CRISIS_DEPS(request).accounts.now()).total_seconds())
    access.set_wall_cookie(response, request.url, token, seconds)
    return response


async def _check(request: Request, token: str) -> Wall:
    """Whose token this is. Raises PageRefusalError, NotKept, Problem 503."""
    if access.is_foreign(request):
        raise PageRefusalError(Reason.SIGN_IN_FOREIGN)
    crisis = deps.CRISIS_DEPS(request)
    client = limits.client_of(request).address
    keys = (login_throttle.of_address(f"{client} walls"),)  # a token has 256 bits: only the load is bounded
    wait_seconds = crisis.login_throttle.admit(keys)
    if wait_seconds > 0:
        metrics.CRISIS_SIGN_INS.labels("delayed").inc()
        raise PageRefusalError(Reason.SIGN_IN_WAIT, math.ceil(wait_seconds))
    wall = await crisis.accounts.sign_in_wall(token)
    if wall is None:
        metrics.CRISIS_SIGN_INS.labels("wrong_wall").inc()
        crisis.accounts.refused.add(tally.UNKNOWN)
        log.warning("a wall display's token was refused", extra={"client": client})
        raise PageRefusalError(Reason.WALL_UNKNOWN)
    crisis.login_throttle.succeeded(keys)
    return wall


def _page(request: Request, view: str, refused: Why | Reason | None = None, about: object = "") -> Response:
    row = None if refused is None else refusals.TABLE[refused]
    words = rendering.words_of(request)
    response = rendering.render(
        request,
        "wall_sign_in.html",
        status=200 if row is None else row.status,
        own_script="wall.js",
        view=view if _VIEW.fullmatch(view) else "",
        is_over="over" in request.query_params,
        wrong="" if row is None else words.text(labels.REFUSALS[row.text]).format(about),
    )
    if response.status_code in {429, 503}:
        response.headers["Retry-After"] = str(about or problems.RETRY_AFTER_SECONDS)
    return response
