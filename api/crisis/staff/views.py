"""The staff's pages: the overview, the lists behind it, and the forms for notices and places of help."""

import uuid
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.crisis import deps, refusals
from api.crisis.auth.principal import Principal
from api.crisis.deps import ServedNode
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import Reason
from api.crisis.staff import event_text, form_parsing, held, labels, overview, rendering, shares, submissions
from api.crisis.staff.desk import alarm_extra, call_lines, named_areas, notice_templates, parts
from api.crisis.staff.desk.selection import Selection
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.http import etags
from crisis.model import account_bodies, log_bodies
from crisis.model.contents import Certainty, Hazard, NoticeContent, PointKind, Severity, Urgency
from crisis.model.events import Event
from crisis.node import Node
from crisis.state.conclusions import escalations
from crisis.state.views import Distress, Report
from translations.marks import N_

if TYPE_CHECKING:
    from api.crisis.staff.shares import Overflow

router = APIRouter(prefix="/crisis/staff", include_in_schema=False, route_class=PageRoute)

PAGE = 50
_HISTORY_ON_THE_OVERVIEW = 12
_HISTORY_PAGES = 4  # that are looked through for as many
_NOT_ON_THE_OVERVIEW = (
    *(account_bodies.SignedIn, account_bodies.SignedOut, account_bodies.AccountCredential),
    log_bodies.LogSealed,
)
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Seq = Annotated[int | None, Query(ge=1, le=2**62)]  # a place in the log


def render(
    request: Request, template: str, principal: Principal, *, rejected: RejectedForm | None = None, **values: Any
) -> Response:
    """A page with forms on it. Says what became of the form that was sent; `rejected` is shown as it was filled in."""
    done = request.query_params.get("done", "")
    return rendering.render(
        request,
        template,
        principal=principal,
        status=200 if rejected is None else rejected.status,
        rejected=rejected,
        typed_texts=[] if rejected is None else submissions.typed_texts(rejected.fields),
        done=done if done in labels.OUTCOMES and rejected is None else "",
        once=submissions.new_number,
        area_choices=partial(named_areas.of, deps.node_of(request)),
        **values,
    )


@router.get("")
async def show(request: Request, principal: SignedIn) -> Response:
    """The overview; with `part` only what changes, or 304 when that is what the script has."""
    if "part" not in request.query_params:
        return await render_overview(request, principal)
    etag = parts.etag(request, principal)
    if etags.is_known(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=parts.headers(etag))
    answer = await render_overview(request, principal)
    answer.headers.update(parts.headers(etag))
    return answer


async def render_overview(request: Request, principal: Principal, rejected: RejectedForm | None = None) -> Response:
    """The overview, with the form that was not accepted as it was filled in."""
    node, now = deps.node_of(request), deps.node_of(request).now()
    words = rendering.words_of(request)
    lines = event_text.lines(node.state, await _newest_acts(node), words)
    cards = parts.cards(request)
    if rejected is not None:
        cards += parts.card_of(rejected.key)
    selection = Selection.read(request.query_params)
    covered = escalations.of(node).covered
    made = overview.of(node, now, lines, words, selection=selection, account=principal.account, cards=cards)
    return render(
        request,
        "overview.html",
        principal,
        rejected=rejected,
        overview=made,
        frame="parts_base.html" if "part" in request.query_params else "base.html",
        card_query=parts.query(selection, cards),
        extras=lambda call: (
            # Of a merged call the other one says who was told.
            *(() if call.id in covered else alarm_extra.of(deps.CRISIS_DEPS(request).alarms, call, now, words)),
            *call_lines.extras(node, call, now, words),
        ),
        area_names=made.choices.names(),
    )


async def _newest_acts(node: Node) -> list[Event]:
    """What people did last, without sign-ins and the like, of which there are many: the whole history has those."""
    found: list[Event] = []
    before: int | None = None
    for _ in range(_HISTORY_PAGES):
        entries = await node.history(before, PAGE)
        found += [entry.event for entry in entries if not isinstance(entry.event.body, _NOT_ON_THE_OVERVIEW)]
        if len(found) >= _HISTORY_ON_THE_OVERVIEW or len(entries) < PAGE:
            break
        before = entries[-1].seq
    return found[:_HISTORY_ON_THE_OVERVIEW]


# -- lists -----------------------------------------------------------------------------------------------------------


def _list(
    request: Request,
    principal: Principal,
    heading: str,
    nothing: str,
    *,
    calls: Sequence[Distress] = (),
    reports: Sequence[Report] = (),
    **more: Any,
) -> Response:
    rule = escalations.of(deps.node_of(request))
    values = {"lines": (), "history": (), "older": "", "calls_beyond": (), "reports_beyond": (), "rule": rule, **more}
    return render(
        request, "list.html", principal, heading=heading, nothing=nothing, calls=calls, reports=reports, **values
    )


def _older(path: str, found: Sequence[Any], page: int) -> str:
    return f"{path}page={page + 1}" if len(found) > page * PAGE else ""


@router.get("/calls")
async def show_calls(
    request: Request, principal: SignedIn, node: ServedNode, closed: str = "", page: PageNumber = 1
) -> Response:
    """All open calls for help, or the closed ones."""
    heading, nothing = N_("Calls for help"), N_("No open call for help.")
    found: Sequence[Distress]
    beyond: Sequence[Overflow] = ()
    if closed:
        heading, nothing = N_("Closed calls"), N_("None has been closed yet.")
        found = overview.closed_calls(node.state)
    else:
        found, beyond = call_lines.in_order(node, node.now())
    on_page = found[(page - 1) * PAGE : page * PAGE]
    older = _older(f"/crisis/staff/calls?{'closed=yes&' if closed else ''}", found, page)
    return _list(request, principal, heading, nothing, calls=on_page, calls_beyond=beyond, older=older)


@router.get("/boxes/{box}/calls")
async def show_calls_of_box(
    request: Request, principal: SignedIn, node: ServedNode, box: str, page: PageNumber = 1
) -> Response:
    """The open calls for help that came through one box."""
    in_order, _ = call_lines.in_order(node, node.now())
    found = [call for call in in_order if shares.box_of(call) == box]
    on_page = found[(page - 1) * PAGE : page * PAGE]
    older = _older(f"/crisis/staff/boxes/{quote(box, safe='')}/calls?", found, page)
    return _list(request, principal, N_("Calls for help"), N_("No open call for help."), calls=on_page, older=older)


@router.get("/calls/{name}")
async def show_call(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """One call for help and everything that was done about it."""
    found = node.state.distress(name)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return _list(
        request,
        principal,
        N_("Call for help"),
        N_("No open call for help."),
        calls=(found,),
        history=event_text.history(node.state, name, rendering.words_of(request)),
    )


@router.get("/reports")
async def show_reports(request: Request, principal: SignedIn, node: ServedNode, page: PageNumber = 1) -> Response:
    """All reports, the newest first; those beyond the share of a box come last."""
    found, beyond = shares.divide(node.state.reports())
    return _reports(request, principal, found, "/crisis/staff/reports", page, reports_beyond=beyond)


@router.get("/boxes/{box}/reports")
async def show_reports_of_box(
    request: Request, principal: SignedIn, node: ServedNode, box: str, page: PageNumber = 1
) -> Response:
    """The reports that came through one box, the newest first."""
    found = [report for report in node.state.reports() if shares.box_of(report) == box]
    return _reports(request, principal, found, f"/crisis/staff/boxes/{quote(box, safe='')}/reports", page)


def _reports(
    request: Request, principal: Principal, found: Sequence[Report], path: str, page: int, **more: Any
) -> Response:
    on_page = found[(page - 1) * PAGE : page * PAGE]
    heading, nothing, older = (
        N_("All reports"),
        N_("Nobody has reported anything yet."),
        _older(f"{path}?", found, page),
    )
    return _list(request, principal, heading, nothing, reports=on_page, older=older, **more)


@router.get("/reports/{name}")
async def show_report(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """One report and its answers."""
    found = node.state.report(name)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return _list(
        request,
        principal,
        N_("Report"),
        N_("No report without an answer."),
        reports=(found,),
        history=event_text.history(node.state, name, rendering.words_of(request)),
    )


@router.get("/history")
async def show_history(request: Request, principal: SignedIn, node: ServedNode, before: Seq = None) -> Response:
    """Who did what, in the order in which this node learnt of it."""
    entries = await node.history(before, PAGE)
    older = f"/crisis/staff/history?before={entries[-1].seq}" if len(entries) == PAGE else ""
    lines = event_text.lines(node.state, (entry.event for entry in entries), rendering.words_of(request))
    return _list(request, principal, N_("The whole history"), N_("Nothing has happened yet."), lines=lines, older=older)


@router.get("/held")
async def show_held(request: Request, principal: SignedIn, node: ServedNode) -> Response:
    """What nodes sent and this one does not take."""
    return render(
        request,
        "held.html",
        principal,
        held=held.lines(node, held.ON_A_PAGE, rendering.words_of(request)),
        count=len(node.held),
    )


# -- forms -----------------------------------------------------------------------------------------------------------


@router.get("/notices/new")
async def new_notice(request: Request, principal: SignedIn, template: str = "") -> Response:
    """A form for a notice, empty or from a template. It has its id already: if it is sent twice, it is one notice."""
    return render_notice_form(request, principal, uuid.uuid4(), begun=notice_templates.of(template))


@router.get("/notices/{name}")
async def show_notice(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """The form of one notice."""
    if node.state.notice(name) is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return render_notice_form(request, principal, name)


def render_notice_form(
    request: Request,
    principal: Principal,
    name: UUID,
    rejected: RejectedForm | None = None,
    *,
    begun: NoticeContent | None = None,
    preview: NoticeContent | None = None,
) -> Response:
    """The form of a notice: as the notice is, as the form was filled in, or as a template begins it."""
    state = deps.node_of(request).state
    notice = state.notice(name)
    choices = named_areas.of(deps.node_of(request))
    typed = rejected is not None and any(rejected.fields.get(f"headline.{each}") for each in form_parsing.LANGUAGES)
    content = begun if notice is None else notice.content
    return render(
        request,
        "notice.html",
        principal,
        rejected=rejected,
        id=name,
        notice=notice,
        content=content,
        form_version="" if notice is None else notice.changed.event,
        choices=choices,
        area_names=choices.names(),
        templates=notice_templates.HAZARDS,
        preview=preview,
        typed_before={} if rejected is None else rejected.fields,
        languages=form_parsing.LANGUAGES,
        others_open=typed or (content is not None and len(content.texts) > 1),
        hazards=list(Hazard),
        severities=list(Severity),
        urgencies=list(Urgency),
        certainties=list(Certainty),
        time_remarks=_time_remarks(request, content, rejected),
        history=event_text.history(state, name, rendering.words_of(request)),
    )


def _time_remarks(request: Request, content: NoticeContent | None, rejected: RejectedForm | None) -> dict[str, str]:
    """What stands beside the form's times: about the times as they were typed, or else as they are."""
    words = rendering.words_of(request)
    remarks = {}
    for name in ("from_at", "until_at"):
        at = None if content is None else getattr(content, name)
        if rejected is not None and rejected.key == "notice":
            try:
                at = form_parsing.time(rejected.fields, name, at)
            except FieldError:  # the form says so
                at = None
        remarks[name] = rendering.time_remark(at, words)
    return remarks


@router.get("/points/new")
async def new_point(request: Request, principal: SignedIn) -> Response:
    """An empty form for a place of help."""
    return render_point_form(request, principal, uuid.uuid4())


@router.get("/points/{name}")
async def show_point(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """The form of one place of help."""
    if node.state.point(name) is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return render_point_form(request, principal, name)


def render_point_form(
    request: Request, principal: Principal, name: UUID, rejected: RejectedForm | None = None
) -> Response:
    """The form of a place of help: as the place is, or as the form was filled in."""
    state = deps.node_of(request).state
    point = state.point(name)
    is_open = None if point is None else point.content.open_now
    return render(
        request,
        "point.html",
        principal,
        rejected=rejected,
        id=name,
        point=point,
        content=None if point is None else point.content,
        form_version="" if point is None else point.last.event,
        open_choice="unknown" if is_open is None else "yes" if is_open else "no",
        choices=named_areas.of(deps.node_of(request)),
        kinds=list(PointKind),
        history=event_text.history(state, name, rendering.words_of(request)),
    )
