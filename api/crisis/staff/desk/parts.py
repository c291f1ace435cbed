"""What the script of the desk fetches again: the parts that change, with an ETag, and which cards are open."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import Request

from api.crisis import deps
from api.crisis.auth.principal import Principal
from api.crisis.staff import rendering
from api.crisis.staff.desk.selection import Selection
from api.http import etags
from api.live.parts import LIVE_PARTS
from crisis.state.conclusions import escalations

CARD = "card"  # in the address, once for each open card
_CARDS_MAX = 8
_FORMS_OF_CARDS = ("take", "close", "note", "assign", "priority", "reopen", "answer")


def cards(request: Request) -> tuple[UUID, ...]:
    """The calls and reports whose cards are open, the one that was opened last at the end."""
    found = []
    for typed in request.query_params.getlist(CARD)[-_CARDS_MAX:]:
        try:
            found.append(UUID(typed))
        except ValueError:  # an address that somebody typed: the other cards are shown
            continue
    return tuple(found)


def card_of(key: str) -> tuple[UUID, ...]:
    """The card that a form is on, by the form's key; none for other forms."""
    form, _, name = key.partition("-")
    try:
        return (UUID(name),) if form in _FORMS_OF_CARDS else ()
    except ValueError:
        return ()


def query(selection: Selection, opened: tuple[UUID, ...]) -> str:
    """What an address begins with that keeps the selection and the open cards, and adds one more."""
    kept = "".join(f"{CARD}={name}&" for name in opened)
    return f"{selection.query}&{kept}" if selection.query else kept


def etag(request: Request, principal: Principal) -> str:
    """Of everything that the parts are made from; ages are not, but by the minute, in which calls become old."""
    made = deps.CRISIS_DEPS(request)
    node, now = made.node, made.node.now()
    rule = escalations.of(node)
    escalated = [call.id for call in node.state.open_distresses() if rule.has(call, now)]
    peers = [(peer.node, peer.is_silent, peer.waiting, peer.missing) for peer in node.peers.values()]
    away = [(part.name, part.since) for part in LIVE_PARTS(request).outages()]
    seen = (node.state.version, node.log.head, len(node.held), dict(node.waiting_calls.counts), node.rejected)
    reader = (principal.account, principal.role, principal.csrf, rendering.language_of(request).tag)
    return etags.of((), seen, escalated, peers, away, reader, request.url.query, int(now.timestamp() // 60))


def headers(of_etag: str) -> Mapping[str, str]:
    """What goes with the parts. The script sends the ETag by itself: no browser keeps what residents wrote."""
    return {"ETag": of_etag, "Cache-Control": "no-store"}
