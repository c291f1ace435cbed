"""Pages of incidents: all of them, what is suggested about them, one of them with its story, and their forms."""

import re
import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import ServedNode
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import event_text, rendering, submissions, views
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.incidents import contents, forms, on_calls, prefilled
from api.crisis.staff.labels import incidents as incident_labels
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.submissions import Submission
from crisis.model.incidents import commands
from crisis.model.incidents.contents import IncidentContent, IncidentSort
from crisis.model.roles import Right
from crisis.node import Node
from crisis.state.incidents.duplicates import Reason as Likeness
from crisis.state.incidents.views import Incident
from translations.marks import N_

router = APIRouter(include_in_schema=False, route_class=PageRoute)
on_calls.register()

PATH = "/crisis/staff/incidents"
CLOSED_SHOWN, LOOSE_SHOWN, SUGGESTED = 50, 60, 12
NEW = "new"
_PAGE = re.compile(r"[0-9]{1,6}")
_TOLD = {"yes": "told_apart", "no": "told_alike"}  # what the field `apart` says, and what the page says afterwards
# Why two calls may be the same, beside the suggestion.
LIKENESS = {
    Likeness.SENDER: N_("same sender"),
    Likeness.ADDRESS: N_("same address"),
    Likeness.STREET: N_("same street"),
    Likeness.NEAR: N_("less than 150 m apart"),
    Likeness.BOX: N_("same box"),
    Likeness.KIND: N_("same kind"),
    Likeness.TEXT: N_("similar text"),
    Likeness.THEME: N_("about the same"),
}


def render(
    request: Request, template: str, principal: Principal, rejected: RejectedForm | None = None, **values: Any
) -> Response:
    """A page of this room: all of them know the texts of incidents, and may be printed."""
    return views.render(
        request,
        template,
        principal,
        rejected=rejected,
        more_style="incidents.css",
        incident_labels=incident_labels,
        may_edit=principal.may(Right.EDIT_INCIDENTS),
        path=PATH,
        **values,
    )


def with_label(sent: Submission, error: FieldError) -> PageRefusalError:
    """What is wrong, with the name that the field has on the page."""
    name, _, rest = error.about.partition(":")
    label = sent.words.text(incident_labels.FIELDS.get(name, name))
    return PageRefusalError(error.reason, f"{label}{f':{rest}' if rest else ''}")


# -- all incidents -----------------------------------------------------------------------------------------------------


@router.get(PATH)
async def show(request: Request, principal: SignedIn) -> Response:
    """Open incidents by urgency, what may be the same, calls that belong to none, and the closed ones."""
    return await _render_all(request, principal)


async def _render_all(request: Request, principal: Principal, rejected: RejectedForm | None = None) -> Response:
    node = deps.node_of(request)
    found = contents.open_items(node)
    groups, loose = await contents.suggestions(node, found), contents.loose(node, found)
    closed = contents.closed(node)
    return render(
        request,
        "incidents.html",
        principal,
        rejected,
        lines=contents.open_lines(node),
        groups=groups[:SUGGESTED],
        groups_more=max(len(groups) - SUGGESTED, 0),
        likeness=LIKENESS,
        **_apart_page(request, contents.told_apart(node, found)),
        incidents_of=node.state.incidents.having,
        place_of=contents.place_of,
        loose=loose[:LOOSE_SHOWN],
        loose_more=max(len(loose) - LOOSE_SHOWN, 0),
        closed=closed[:CLOSED_SHOWN],
        closed_more=max(len(closed) - CLOSED_SHOWN, 0),
    )


def _apart_page(request: Request, told: Sequence[Any]) -> dict[str, Any]:
    """What was noted as different, the newest first, on pages of a dozen: `?apart=2`. The nearest to what is none."""
    asked = request.query_params.get("apart", "")
    last = max(-(-len(told) // SUGGESTED), 1)
    page = min(max(int(asked), 1), last) if _PAGE.fullmatch(asked) else 1
    begin = (page - 1) * SUGGESTED
    shown = told[begin : begin + SUGGESTED]
    return {"apart": shown, "apart_all": len(told), "apart_begin": begin, "apart_page": page, "apart_last": last}


@router.post(f"{PATH}/assign")
async def assign(request: Request, principal: SignedIn) -> Response:
    """Let the ticked calls and reports belong to an incident, or to a new one made of them."""
    access.require(principal, Right.EDIT_INCIDENTS)
    sent = await submissions.read(request, principal, "assign")
    outcome = await sent.once(lambda: _assigned(sent))
    if isinstance(outcome, RejectedForm):
        return await _render_all(request, principal, outcome)
    if outcome in _TOLD.values():
        return RedirectResponse(f"{PATH}?done={outcome}#same-title", 303)
    return RedirectResponse(f"{PATH}/{outcome}?done=linked", 303)


async def _assigned(sent: Submission) -> str:
    """Do what the form says; the id of the incident, or what was done. Raises PageRefusalError, Full, Unwritable."""
    node = sent.deps.node
    if sent.fields.get("apart") in _TOLD:
        return await _told_apart(sent, is_apart=sent.fields["apart"] == "yes")
    one = sent.fields.get("place_of", "")
    try:
        items = forms.ticked({f"{forms.ITEM}{one}": "yes"} if one else sent.fields)
        into = NEW if one else sent.fields.get("into", NEW)
        incident = uuid.uuid4() if into == NEW else UUID(into)
    except FieldError as error:
        raise with_label(sent, error) from None
    except ValueError:
        raise PageRefusalError(Reason.BAD_CHOICE, sent.words.text(incident_labels.FIELDS["incident"])) from None
    if not items:
        raise PageRefusalError(Reason.EMPTY, sent.words.text(incident_labels.FIELDS["items"]))
    same = "same" in sent.fields and len(items) > 0 and not one
    if into == NEW:
        content = prefilled.incident(node, items, sent.words)
        await sent.act(commands.PutIncident(incident, content, items, same), "linked")
    else:
        await sent.act(commands.LinkItems(incident, items, same), "linked")
    return str(incident)


async def _told_apart(sent: Submission, *, is_apart: bool) -> str:
    """The ticked calls and reports are not the same, or may be after all."""
    try:
        items = forms.ticked(sent.fields)
    except FieldError as error:
        raise with_label(sent, error) from None
    if len(items) < 2:  # noqa: PLR2004 -- one alone is the same as nothing
        raise PageRefusalError(Reason.EMPTY, sent.words.text(incident_labels.FIELDS["items"]))
    command = commands.TellApart(items, is_apart, sent.deps.node.default_area)
    return await sent.act(command, _TOLD["yes" if is_apart else "no"])


# -- one incident ------------------------------------------------------------------------------------------------------


@router.get(f"{PATH}/{NEW}")
async def new(request: Request, principal: SignedIn, node: ServedNode) -> Response:
    """An empty form. The incident has its id already: if the form is sent twice, it is one incident."""
    return _render_form(request, principal, uuid.uuid4(), IncidentContent(area=node.default_area))


@router.get(f"{PATH}/{{name}}")
async def show_one(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """One incident: what was merged, tasks, units, its story."""
    found = node.state.incidents.of(name)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return _render_one(request, principal, node, found)


def _render_one(
    request: Request, principal: Principal, node: Node, incident: Incident, rejected: RejectedForm | None = None
) -> Response:
    others = [each for each in node.state.incidents.open() if each.id != incident.id]
    return render(
        request,
        "incident.html",
        principal,
        rejected,
        line=contents.line(node, incident),
        incident=incident,
        content=incident.content,
        form_version=incident.changed.event,
        sorts=list(IncidentSort),
        others=others,
        history=event_text.history(node.state, incident.id, rendering.words_of(request)),
        may_close=principal.may(Right.HANDLE_DISTRESS),
    )


def _render_form(
    request: Request, principal: Principal, name: UUID, content: IncidentContent, rejected: RejectedForm | None = None
) -> Response:
    return render(
        request,
        "incident_new.html",
        principal,
        rejected,
        id=name,
        content=content,
        form_version="",
        sorts=list(IncidentSort),
    )


@router.post(f"{PATH}/{{name}}")
async def put(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Enter or change an incident."""
    access.require(principal, Right.EDIT_INCIDENTS)
    sent = await submissions.read(request, principal, "incident")
    node = sent.deps.node

    async def work() -> str:
        before = node.state.incidents.of(name)
        if before is not None and sent.fields.get("version", "") != str(before.changed.event):
            raise PageRefusalError(Reason.CHANGED_MEANWHILE, before.changed.actor)
        try:
            content = forms.incident(sent.fields, None if before is None else before.content)
        except FieldError as error:
            raise with_label(sent, error) from None
        return await sent.act(commands.PutIncident(name, content), "incident")

    return await _finish(sent, await sent.once(work), name)


@router.post(f"{PATH}/{{name}}/close")
async def close(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Close an incident and its calls, with what was done."""
    access.require(principal, Right.EDIT_INCIDENTS)
    sent = await submissions.read(request, principal, "incident_close")
    command = commands.CloseIncident(name, sent.fields.get("outcome", ""))
    return await _finish(sent, await sent.once(lambda: sent.act(command, "incident_close")), name)


@router.post(f"{PATH}/{{name}}/unlink/{{item}}")
async def unlink(request: Request, principal: SignedIn, name: UUID, item: UUID) -> Response:
    """Let something not belong to an incident after all."""
    access.require(principal, Right.EDIT_INCIDENTS)
    sent = await submissions.read(request, principal, f"unlink-{item}")
    command = commands.UnlinkItem(name, item)
    return await _finish(sent, await sent.once(lambda: sent.act(command, "unlinked")), name)


@router.post(f"{PATH}/{{name}}/merge")
async def merge(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Let everything of another incident belong to this one."""
    access.require(principal, Right.EDIT_INCIDENTS)
    sent = await submissions.read(request, principal, "incident_merge")

    async def work() -> str:
        kept = sent.deps.node.state.incidents.of(name)
        try:
            other = UUID(sent.fields.get("other", ""))
        except ValueError:
            raise PageRefusalError(Reason.BAD_CHOICE, sent.words.text(incident_labels.FIELDS["incident"])) from None
        label = "" if kept is None else kept.label
        outcome = sent.words.text(N_("merged into {}")).format(label)
        return await sent.act(commands.MergeIncidents(other, name, outcome), "incident_merge")

    return await _finish(sent, await sent.once(work), name)


async def _finish(sent: Submission, outcome: str | RejectedForm, name: UUID) -> Response:
    """Back to the page of the incident; or the page with the form as it was filled in."""
    node = sent.deps.node
    if not isinstance(outcome, RejectedForm):
        return RedirectResponse(f"{PATH}/{name}?done={outcome}", 303)
    found = node.state.incidents.of(name)
    if found is None:
        empty = IncidentContent(area=node.default_area)
        return _render_form(sent.request, sent.principal, name, empty, outcome)
    return _render_one(sent.request, sent.principal, node, found, outcome)
