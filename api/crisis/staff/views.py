"""The staff's pages: the desk, the lists behind it, and the sheets to write on."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.crisis import deps
from api.crisis.auth.access import Visitor
from api.crisis.staff import event_text, form_parsing, overview, rendering, submissions
from api.crisis.staff.page_route import Guest, Page
from api.crisis.staff.submissions import Failed
from api.http import problems
from crisis.model.contents import Certainty, Hazard, PointKind, Severity, Urgency
from crisis.state.views import Distress, Report

router = APIRouter(prefix="/crisis/staff", include_in_schema=False, route_class=Page)

PAGE = 50
_HISTORY_ON_THE_DESK = 12
_DONE = {
    *("take", "close", "answer", "mode", "propose", "confirm", "notice", "withdraw", "point", "point_close"),
    "password",
}
Number = Annotated[int, Query(ge=1, le=100_000)]
Place = Annotated[int | None, Query(ge=1, le=2**62)]


def render(
    request: Request, template: str, visitor: Visitor, *, failed: Failed | None = None, **values: Any
) -> Response:
    """A page with forms on it. Says what became of the form that was sent."""
    done = request.query_params.get("done", "")
    return rendering.render(
        request,
        template,
        visitor=visitor,
        status=200 if failed is None else failed.status,
        failed=failed,
        done=done if done in _DONE and failed is None else "",
        once=submissions.new_number,
        **values,
    )


@router.get("")
async def show(request: Request, visitor: Guest) -> Response:
    """The desk."""
    return await desk(request, visitor)


async def desk(request: Request, visitor: Visitor, failed: Failed | None = None) -> Response:
    """The desk, with the form that was not taken as it was filled in."""
    node = deps.of(request)
    entries = await node.history(limit=_HISTORY_ON_THE_DESK)
    lines = event_text.lines(node.state, (entry.event for entry in entries))
    return render(request, "board.html", visitor, failed=failed, board=overview.board(node, node.now(), lines))


# -- lists -----------------------------------------------------------------------------------------------------------


def _listed(
    request: Request,
    visitor: Visitor,
    heading: str,
    nothing: str,
    *,
    calls: Sequence[Distress] = (),
    reports: Sequence[Report] = (),
    **more: Any,
) -> Response:
    values = {"lines": (), "story": (), "older": "", "failed": None, **more}
    return render(
        request, "list.html", visitor, heading=heading, nothing=nothing, calls=calls, reports=reports, **values
    )


def _older(path: str, found: Sequence[Any], page: int) -> str:
    return f"{path}page={page + 1}" if len(found) > page * PAGE else ""


@router.get("/calls")
async def show_calls(request: Request, visitor: Guest, closed: str = "", page: Number = 1) -> Response:
    """All open calls for help, or the closed ones."""
    node = deps.of(request)
    state, now = node.state, node.now()
    found = overview.closed_calls(state) if closed else overview.calls_in_order(state, now, node.escalate_after)
    shown = found[(page - 1) * PAGE : page * PAGE]
    path = f"/crisis/staff/calls?{'closed=yes&' if closed else ''}"
    heading, nothing = ("calls_closed", "calls_closed_none") if closed else ("calls", "calls_none")
    return _listed(request, visitor, heading, nothing, calls=shown, older=_older(path, found, page))


@router.get("/calls/{name}")
async def show_call(request: Request, visitor: Guest, name: UUID) -> Response:
    """One call for help and everything that was done about it."""
    state = deps.of(request).state
    found = state.distress(name)
    if found is None:
        raise problems.plain(404)
    return _listed(request, visitor, "call", "calls_none", calls=(found,), story=event_text.story(state, name))


@router.get("/reports")
async def show_reports(request: Request, visitor: Guest, page: Number = 1) -> Response:
    """All reports, the newest first."""
    found = deps.of(request).state.reports()
    shown = found[(page - 1) * PAGE : page * PAGE]
    older = _older("/crisis/staff/reports?", found, page)
    return _listed(request, visitor, "reports_all", "reports_all_none", reports=shown, older=older)


@router.get("/reports/{name}")
async def show_report(request: Request, visitor: Guest, name: UUID) -> Response:
    """One report and its answers."""
    state = deps.of(request).state
    found = state.report(name)
    if found is None:
        raise problems.plain(404)
    return _listed(request, visitor, "report", "reports_none", reports=(found,), story=event_text.story(state, name))


@router.get("/history")
async def show_history(request: Request, visitor: Guest, before: Place = None) -> Response:
    """Who did what, in the order in which this node learnt of it."""
    node = deps.of(request)
    entries = await node.history(before, PAGE)
    older = f"/crisis/staff/history?before={entries[-1].seq}" if len(entries) == PAGE else ""
    lines = event_text.lines(node.state, (entry.event for entry in entries))
    return _listed(request, visitor, "history_all", "history_none", lines=lines, older=older)


# -- sheets ----------------------------------------------------------------------------------------------------------


@router.get("/notices/new")
async def new_notice(request: Request, visitor: Guest) -> Response:
    """An empty sheet for a notice. It has its id already, so that sent twice it is one notice."""
    return notice_sheet(request, visitor, uuid.uuid4())


@router.get("/notices/{name}")
async def show_notice(request: Request, visitor: Guest, name: UUID) -> Response:
    """The sheet of one notice."""
    if deps.of(request).state.notice(name) is None:
        raise problems.plain(404)
    return notice_sheet(request, visitor, name)


def notice_sheet(request: Request, visitor: Visitor, name: UUID, failed: Failed | None = None) -> Response:
    """The sheet, as the notice is or as it was filled in."""
    state = deps.of(request).state
    notice = state.notice(name)
    typed = failed is not None and any(failed.fields.get(f"headline.{each}") for each in form_parsing.LANGUAGES)
    content = None if notice is None else notice.content
    return render(
        request,
        "notice.html",
        visitor,
        failed=failed,
        id=name,
        notice=notice,
        content=content,
        version_shown="" if notice is None else notice.changed.event,
        languages=form_parsing.LANGUAGES,
        others_open=typed or (content is not None and len(content.texts) > 1),
        hazards=list(Hazard),
        severities=list(Severity),
        urgencies=list(Urgency),
        certainties=list(Certainty),
        story=event_text.story(state, name),
    )


@router.get("/points/new")
async def new_point(request: Request, visitor: Guest) -> Response:
    """An empty sheet for a place of help."""
    return point_sheet(request, visitor, uuid.uuid4())


@router.get("/points/{name}")
async def show_point(request: Request, visitor: Guest, name: UUID) -> Response:
    """The sheet of one place of help."""
    if deps.of(request).state.point(name) is None:
        raise problems.plain(404)
    return point_sheet(request, visitor, name)


def point_sheet(request: Request, visitor: Visitor, name: UUID, failed: Failed | None = None) -> Response:
    """The sheet, as the place is or as it was filled in."""
    state = deps.of(request).state
    point = state.point(name)
    is_open = None if point is None else point.content.open_now
    return render(
        request,
        "point.html",
        visitor,
        failed=failed,
        id=name,
        point=point,
        content=None if point is None else point.content,
        version_shown="" if point is None else point.last.event,
        open_choice="unknown" if is_open is None else "yes" if is_open else "no",
        kinds=list(PointKind),
        story=event_text.story(state, name),
    )
