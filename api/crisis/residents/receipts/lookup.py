"""The call or report of a receipt, for a client that may not find other people's by trying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.crisis import refusals
from api.crisis.refusals import Reason
from api.crisis.residents import json_answers, rendering, request_context
from crisis.model import receipts
from translations.marks import N_

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import Response

    from api.crisis.deps import CrisisDeps
    from crisis.node import Node
    from crisis.state.views import Distress, Report
    from translations.words import Words

# What is added to one call, and its withdrawals: more is nobody's distress any more, and each is a line for staff.
SAID_MAX = 50


def of(request: Request, deps: CrisisDeps, typed: str) -> tuple[str, Distress | Report] | Response:
    """The code and what it stands for; or for browsers the page that says why not.

    Raises Problem for programs: 404 for a wrong number, 429 after too many of them.
    """
    guesses, client = deps.limits.receipt_guesses, deps.limits.client_of(request)
    wait_seconds = guesses.peek(client)
    if wait_seconds > 0:
        return too_many(request, deps.node, request_context.words_of(request), wait_seconds)
    code = receipts.read(typed)
    found = None if code is None else deps.node.state.by_receipt(code)
    if code is None or found is None:
        guesses.admit(client)  # only a wrong number counts
        if json_answers.wants_page(request):
            return unknown(request, request_context.words_of(request), deps.node)
        raise refusals.problem(Reason.UNKNOWN_RECEIPT)
    return code, found


def unknown(request: Request, words: Words, node: Node) -> Response:
    """The page for a number that nothing has here."""
    title = N_("This number is not known here")
    why = N_("Compare it with what you wrote down. What was sent from another box can be looked up at that box.")
    return _message(request, words, node, title=title, why=words.text(why), status=404)


def too_many(request: Request, node: Node, words: Words, wait_seconds: float) -> Response:
    """The page for somebody who has to wait. Raises Problem for programs."""
    problem = refusals.too_many(wait_seconds)
    if not json_answers.wants_page(request):
        raise problem
    why = words.text(N_("Please wait: %(time)s. Then try again."), time=words.wait(wait_seconds))
    response = _message(request, words, node, title=N_("Too many tries"), why=why, status=problem.status)
    response.headers.update(problem.headers or {})
    return response


def _message(request: Request, words: Words, node: Node, *, title: str, why: str, status: int) -> Response:
    found, now = request_context.situation_at(node)
    return rendering.render(request, "message.html", words, found, now, status=status, title=words.text(title), why=why)
