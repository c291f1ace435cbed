"""Calls and reports over MQTT that wait because their sender sent very many: to be read, and taken in at once."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import refusals
from api.crisis.auth import access
from api.crisis.deps import ServedNode
from api.crisis.refusals import Reason
from api.crisis.staff import labels, submissions, views
from api.crisis.staff.page_route import PageRoute, SignedIn
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.roles import Right
from crisis.sync import intake
from devices import readings

router = APIRouter(prefix="/crisis/staff/waiting", include_in_schema=False, route_class=PageRoute)

ON_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A call or report as it will be in the list."""

    number: int
    body: DistressReceived | ReportReceived
    received_at: datetime

    @property
    def heading(self) -> str:
        """What it is."""
        if isinstance(self.body, DistressReceived):
            return labels.DISTRESS_KINDS[self.body.kind]
        return labels.REPORT_KINDS[self.body.kind]


@router.get("/{sender}")
async def show_waiting(request: Request, principal: SignedIn, node: ServedNode, sender: str) -> Response:
    """What waits of one sender, the newest first."""
    found = await node.waiting_calls.newest(sender, ON_A_PAGE) if node.waiting_calls.counts else []
    lines = [
        WaitingLine(call.number, event.body, readings.moment(call.received_ms))
        for call in found
        if (event := intake.read_waiting(node, call)) is not None
        and isinstance(event.body, DistressReceived | ReportReceived)
    ]
    return views.render(
        request,
        "waiting.html",
        principal,
        sender=sender,
        waiting=lines,
        count=node.waiting_calls.counts.get(sender, 0),
        may_take=principal.may(Right.HANDLE_DISTRESS),
    )


@router.post("/{sender}/{number}/take-in")
async def take_in(request: Request, principal: SignedIn, node: ServedNode, sender: str, number: int) -> Response:
    """Put one call into the list now. Taken in twice, it is there once."""
    access.require(principal, Right.HANDLE_DISTRESS)
    await submissions.read(request, principal, f"take-in-{number}")
    call = await node.waiting_calls.find(number)
    if call is None or call.sender != sender:
        raise refusals.problem(Reason.NOT_FOUND)
    await intake.take_in(node, call)
    return RedirectResponse(f"/crisis/staff/waiting/{quote(sender, safe='')}", 303)
