"""`/crisis/antrag/{notice}`: the sheet that asks an authorised office for an official warning (MoWaS).

Only situation centres and disaster authorities may send one; from the scene it is asked for in writing.
"""

from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.crisis import refusals
from api.crisis.alerts import areas
from api.crisis.deps import ServedNode
from api.crisis.refusals import Reason
from api.crisis.staff import rendering
from api.crisis.staff.page_route import PageRoute, SignedIn
from crisis.model.contents import GERMAN, Severity
from translations import catalogues, domains

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# The warning level that a severity suggests; who signs decides.
LEVELS = MappingProxyType({Severity.EXTREME: 1, Severity.SEVERE: 2, Severity.MODERATE: 3, Severity.MINOR: 3})


@router.get("/crisis/antrag/{notice}")
async def show_sheet(request: Request, principal: SignedIn, node: ServedNode, notice: str) -> Response:
    """The request, filled in from a notice: level, time, area, texts. Channels and signature are for the pen."""
    found = _notice_id(notice)
    known = None if found is None else node.state.notice(found)
    if known is None:
        raise refusals.problem(Reason.NOT_FOUND)
    content = known.content
    words = catalogues.words(domains.RESIDENTS, rendering.language_of(request))
    return rendering.render(
        request,
        "warning_request.html",
        principal=principal,
        own_style="warning_request.css",
        notice=known,
        content=content,
        is_active=known.is_active(node.now()),
        texts=sorted(content.texts.items(), key=lambda each: (each[0] != GERMAN, each[0])),
        area=areas.of(content.area, areas.positions(node), words),
        level=LEVELS.get(content.severity),
    )


def _notice_id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
