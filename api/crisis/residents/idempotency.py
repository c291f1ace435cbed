"""Calls and reports that are sent twice are kept once; and how many one client may send."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from api.crisis import limits
from crisis.model.event_bodies import DistressReceived

if TYPE_CHECKING:
    from fastapi import Request

    from api.crisis.limits import Client, Limits
    from crisis.model.event_bodies import ReportReceived
    from crisis.node import Acknowledgement, Node

KEY_HEADER = "Idempotency-Key"
_KEY_MAX = 200  # characters
# A second press, a second try over a slow link and a reload come within this time. After it the same words from that
# form are a new call: a page that a phone kept since yesterday must not answer with yesterday's receipt.
REPEATED_WITHIN = timedelta(minutes=30)


def new_token() -> str:
    """The token of a form that is being rendered: a form with the same token is the same form."""
    return secrets.token_urlsafe(12)


def key_of(request: Request) -> str:
    """The client's key for a call or report in JSON, or "" without one."""
    given = request.headers.get(KEY_HEADER, "").strip()
    if len(given) > _KEY_MAX:  # no reason to refuse a call: its digest is as good a key
        given = hashlib.sha256(given.encode()).hexdigest()
    # Two phones may both use the key "1": a key belongs to its client.
    return f"json/{limits.client_of(request).device}/{given}" if given else ""


def admit(found: Limits, client: Client, body: DistressReceived | ReportReceived) -> float:
    """Count this call or report and return 0; or count nothing and return the seconds that its client has to wait."""
    limit = found.distress if isinstance(body, DistressReceived) else found.reports
    return limit.admit(client, limits.cost(body.text))


async def receive_form(node: Node, body: DistressReceived | ReportReceived, token: str) -> Acknowledgement:
    """Keep the call or report of a form, once for each token. Raises Full, Unwritable."""
    key = f"form/{token or new_token()}"
    while True:
        answer = await node.receive(body, key=key)
        if answer.is_new or not _is_too_old(node, answer):
            return answer
        key += "/again"


def _is_too_old(node: Node, answer: Acknowledgement) -> bool:
    known = node.state.distress(answer.id) or node.state.report(answer.id)
    return known is not None and node.now() - known.received.at >= REPEATED_WITHIN
