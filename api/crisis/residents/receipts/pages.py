"""The page of a receipt: how far it got, the answers, and for a call the forms to add to it and to withdraw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.crisis.residents import labels, rendering, request_context
from api.crisis.residents.receipts.lookup import SAID_MAX
from crisis.state.views import Distress

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import Response

    from crisis.node import Node
    from crisis.state.views import Report
    from translations.words import Words


def page(
    request: Request,
    words: Words,
    node: Node,
    code: str,
    found: Distress | Report,
    *,
    status: int = 200,
    why: str = "",
    typed: str = "",
    token: str = "",
) -> Response:
    """The page. `why`: what was sent was not accepted, for this reason; `typed` goes back into the form."""
    here, now = request_context.situation_at(node)
    is_distress = isinstance(found, Distress)
    return rendering.render(
        request,
        "receipt.html",
        words,
        here,
        now,
        status=status,
        path=f"/crisis/reports/{code}",
        code=code,
        found=found,
        is_distress=is_distress,
        state_title=labels.receipt_title(found, words),
        answers=() if isinstance(found, Distress) else found.answers,
        may_add=isinstance(found, Distress) and count(found) < SAID_MAX,
        why=why,
        typed=typed,
        **({"token": token} if token else {}),
    )


def count(found: Distress) -> int:
    """How often the holder of a call's receipt has said something about it."""
    return len(found.added) + len(found.withdrawals)
