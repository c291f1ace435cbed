"""`/crisis/alarms/s/{token}`: what a link in a message opens, for whoever it was sent to, without signing in.

Opening it changes nothing: mail scanners and previews open links. The button says "seen", once, and no more; what the
alarm is about is no more than what its message said. Both end with the alarm.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps
from api.crisis.staff import rendering
from api.crisis.staff.alarms import alarm_views
from api.crisis.staff.page_route import PageRoute
from crisis.alarm import wording
from crisis.alarm.kinds import KINDS
from crisis.alarm.speaking import answers
from crisis.alarm.speaking.composing import TOKEN_PATH
from crisis.state.conclusions import area_names
from translations import catalogues, domains

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_ADDRESS = TOKEN_PATH + "/{token}"


@router.get(_ADDRESS)
async def show(request: Request, token: str) -> Response:
    """The alarm that the message was about, and a button."""
    return await _render(request, token)


@router.post(_ADDRESS)
async def see(request: Request, token: str) -> Response:
    """Say that whoever the message was for has read it."""
    service = deps.CRISIS_DEPS(request).alarms
    if service is not None:
        await answers.see_by_link(service.node, service.outbox, token)
    return RedirectResponse(f"{TOKEN_PATH}/{token}", 303)


async def _render(request: Request, token: str) -> Response:
    service = deps.CRISIS_DEPS(request).alarms
    found = None if service is None else await answers.message_of(service.outbox, token)
    if service is None or found is None:
        return rendering.render(request, "alarm_link.html", status=404, alarm=None, token=token, has_seen=False)
    message, kept = found
    words = catalogues.words(domains.CRISIS, rendering.language_of(request))
    recorded = service.node.state.alarms.alarm(kept.name)
    seen = () if recorded is None else recorded.seen
    return rendering.render(
        request,
        "alarm_link.html",
        alarm=kept.alarm,
        runbook=alarm_views.runbook_of(kept.alarm) if kept.alarm.kind in KINDS else "",
        title=wording.title_of(kept.alarm, words, area_names.given(service.node)),
        token=token,
        path=TOKEN_PATH,
        has_seen=any(each.person == message.person for each in seen),
    )
