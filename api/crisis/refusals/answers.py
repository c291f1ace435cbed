"""What a program and a page are told about a refusal."""

import math
from types import MappingProxyType

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.crisis.refusals import by_the_node, of_requests, on_pages
from api.crisis.refusals.reasons import Reason, Table, retry
from api.http import problems, public_address
from api.http.problems import Problem
from crisis.log.errors import Full, NotKept
from crisis.state.rules import Refusal, Why

TABLE: Table = MappingProxyType({**by_the_node.ROWS, **of_requests.ROWS, **on_pages.ROWS})

# What a page says about a problem: by its slug, else by its status.
_TEXT_BY_SLUG = {row.slug: row.text for reason, row in TABLE.items() if isinstance(reason, Reason) and row.slug}
_TEXT_BY_STATUS = {403: TABLE[Reason.NOT_ALLOWED].text, 404: TABLE[Reason.NOT_FOUND].text}


class PageRefusalError(Exception):
    """Ends what a page's form asked for: the page says why, with `about` in the text."""

    def __init__(self, reason: Why | Reason, about: object = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = TABLE[reason]
        self.about = about


def problem(reason: Reason, **values: object) -> Problem:
    """The problem of this row, with the values that its sentence names; a bare status for a row without a title."""
    row = TABLE[reason]
    if not row.title:
        return problems.plain(row.status)
    return Problem(row.status, row.slug, row.title, row.detail.format(**values), headers=row.headers)


def refused(refusal: Refusal) -> Problem:
    """The problem of a command that the node refused.

    For programs it says `why`, and `about`: the person, the id or the value that the refusal names.
    """
    row = TABLE[refusal.why]
    return Problem(
        row.status,
        row.slug,
        row.title,
        row.detail.format(detail=refusal.detail).strip(),
        extra={"why": refusal.why.value, "about": refusal.detail},
    )


def too_many(wait_seconds: float) -> Problem:
    """The 429 that says when to come back."""
    seconds = math.ceil(wait_seconds)
    made = problem(Reason.TOO_MANY_REQUESTS, seconds=seconds)
    made.headers = retry(seconds)
    return made


def not_kept(error: NotKept) -> Reason:
    """Why the log took nothing: no room, or another reason."""
    return Reason.DISK_FULL if isinstance(error, Full) else Reason.NOT_KEPT


def call_not_kept(error: NotKept) -> Problem:
    """As `not_kept`, for whoever sends a call for help or a report: they have to find another way."""
    return problem(Reason.CALL_DISK_FULL if isinstance(error, Full) else Reason.CALL_NOT_KEPT)


def text_of(problem: Problem) -> str:
    """The key of the text with which a page explains this problem; "" when it has none: then `detail` says it."""
    known = _TEXT_BY_SLUG.get(problem.slug) if problem.slug else None
    return known or _TEXT_BY_STATUS.get(problem.status, "")


def install(app: FastAPI) -> None:
    """Answer with the table's problem when the log took nothing and no route has caught that."""
    app.exception_handler(NotKept)(_answer_not_kept)


async def _answer_not_kept(request: Request, error: NotKept) -> Response:
    return problems.respond(public_address.path(request.scope), problem(not_kept(error)))
