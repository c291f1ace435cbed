"""Calls and reports on their way to the disk: who may send how much, pressed twice is sent once, and the receipt."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from api.crisis import limits
from api.http import problems
from crisis.model.event_bodies import DistressReceived

if TYPE_CHECKING:
    from fastapi import Request

    from crisis.model.event_bodies import ReportReceived
    from crisis.node import Acknowledgement, Node

KEY_HEADER = "Idempotency-Key"
_KEY_MAX = 200  # characters
# Pressed twice, sent again over a slow link, reloaded: all that is over by then. After it the same words from the same
# form are a new call: a page that a phone kept since yesterday must not answer with yesterday's receipt.
PRESSED_TWICE = timedelta(minutes=30)


def new_token() -> str:
    """What makes a form one form, however often it is sent."""
    return secrets.token_urlsafe(12)


def key_of(request: Request) -> str:
    """The client's key for a call or report in JSON, or "" without one. Raises Problem for one that is too long."""
    given = request.headers.get(KEY_HEADER, "").strip()
    if len(given) > _KEY_MAX:
        raise problems.invalid(KEY_HEADER, f"at most {_KEY_MAX} characters; a UUID is a good key")
    # Two phones behind one address may both begin to count at 1.
    return f"json/{limits.client_of(request).device}/{given}" if given else ""


def wait_seconds(request: Request, said: DistressReceived | ReportReceived) -> float:
    """0, and it counts; or how long this client has to wait."""
    found = limits.of(request)
    limit = found.distress if isinstance(said, DistressReceived) else found.reports
    return limit.ask(limits.client_of(request), limits.cost(said.text))


async def take_form(node: Node, said: DistressReceived | ReportReceived, token: str) -> Acknowledgement:
    """Take what a form says, once for each token. Raises Full, Unwritable."""
    key = f"form/{token or new_token()}"
    while True:
        answer = await node.receive(said, key=key)
        if answer.is_new or not _is_over(node, answer):
            return answer
        key += "/again"


def _is_over(node: Node, answer: Acknowledgement) -> bool:
    known = node.state.distress(answer.id) or node.state.report(answer.id)
    return known is not None and node.now() - known.received.at >= PRESSED_TWICE
