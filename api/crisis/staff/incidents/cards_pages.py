"""Pages of tasks (Aufträge) and units (Kräfte): all of them, one of them, and what waits for a hand."""

import uuid
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
from api.crisis.staff import event_text, form_parsing, rendering, submissions
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.incidents import contents, forms, pages, prefilled
from api.crisis.staff.labels import operation_log as log_labels
from api.crisis.staff.lage import staff_work
from api.crisis.staff.page_route import PageRoute, SignedIn
from crisis.model.incidents import commands
from crisis.model.incidents.bodies import CardSort
from crisis.model.incidents.contents import Organisation, TaskContent, TaskState, UnitContent, UnitStatus
from crisis.model.roles import Right
from crisis.node import Node
from crisis.state.incidents.gaps import Lack
from crisis.state.incidents.views import Task, Unit
from translations.marks import N_

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/crisis/staff/cards"
NEEDS = "/crisis/staff/needs"
DONE_SHOWN = 30
LACKS = {
    Lack.SILENT: N_("dark for hours, and nobody has reported anything"),
    Lack.NO_PLACE: N_("no open place of help"),
    Lack.NO_BOX: N_("no box"),
}


@router.get(PATH)
async def show(request: Request, principal: SignedIn, node: ServedNode) -> Response:
    """Tasks by when they are due, and units with their status and strength."""
    tasks, units = node.state.incidents.tasks(), node.state.incidents.units()
    return pages.render(
        request,
        "cards.html",
        principal,
        cards=PATH,
        tasks=[task for task in tasks if task.is_open],
        tasks_done=[task for task in tasks if not task.is_open][:DONE_SHOWN],
        units=units,
        strength=staff_work.strength(units),
        incident_of=node.state.incidents.of,
    )


@router.get(f"{PATH}/new")
async def new(
    request: Request,
    principal: SignedIn,
    node: ServedNode,
    sort: CardSort = CardSort.TASK,
    incident: UUID | None = None,
) -> Response:
    """An empty form for a task or a unit. It has its id already: if it is sent twice, it is one card."""
    found = None if incident is None else node.state.incidents.of(incident)
    area = node.default_area if found is None else found.content.area
    is_exercise = found is not None and found.is_exercise
    name = None if found is None else found.id
    content: TaskContent | UnitContent = TaskContent(area=area, incident=name, exercise=is_exercise)
    if sort is CardSort.UNIT:
        content = UnitContent(area=area, incident=name, exercise=is_exercise)
    return _render_form(request, principal, uuid.uuid4(), content)


@router.get(f"{PATH}/{{name}}")
async def show_one(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """One task or unit, to be changed."""
    found = node.state.incidents.card(name)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return _render_form(request, principal, name, found.content, card=found)


def _render_form(
    request: Request,
    principal: Principal,
    name: UUID,
    content: TaskContent | UnitContent,
    *,
    rejected: RejectedForm | None = None,
    card: Task | Unit | None = None,
) -> Response:
    node = deps.node_of(request)
    incidents = {str(each.id): f"{each.label} {each.content.title}" for each in node.state.incidents.open()}
    if content.incident is not None and str(content.incident) not in incidents:
        known = node.state.incidents.of(content.incident)
        incidents[str(content.incident)] = str(content.incident) if known is None else known.label
    return pages.render(
        request,
        "card.html",
        principal,
        rejected,
        cards=PATH,
        id=name,
        card=card,
        content=content,
        sort=CardSort.UNIT if isinstance(content, UnitContent) else CardSort.TASK,
        form_version="" if card is None else card.changed.event,
        incidents={"": rendering.words_of(request).text(N_("no incident")), **incidents},
        functions=list(log_labels.FUNCTIONS),
        log_labels=log_labels,
        task_states=list(TaskState),
        organisations=list(Organisation),
        statuses=[each.value for each in UnitStatus],
        due_remark=_due_remark(request, content, rejected),
        history=event_text.history(node.state, name, rendering.words_of(request)),
    )


def _due_remark(request: Request, content: TaskContent | UnitContent, rejected: RejectedForm | None) -> str:
    at = content.due_at if isinstance(content, TaskContent) else None
    if rejected is not None:
        try:
            at = form_parsing.time(rejected.fields, "due_at", at)
        except FieldError:  # the form says so
            at = None
    return rendering.time_remark(at, rendering.words_of(request))


@router.post(f"{PATH}/{{name}}")
async def put(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Enter or change a task or a unit."""
    access.require(principal, Right.EDIT_INCIDENTS)
    sent = await submissions.read(request, principal, "card")
    node = sent.deps.node
    before = node.state.incidents.card(name)
    is_unit = isinstance(before, Unit) or (before is None and sent.fields.get("sort") == CardSort.UNIT)

    async def work() -> str:
        now = node.state.incidents.card(name)
        if now is not None and sent.fields.get("version", "") != str(now.changed.event):
            raise PageRefusalError(Reason.CHANGED_MEANWHILE, now.changed.actor)
        try:
            content = _typed(sent.fields, now, is_unit=is_unit)
        except FieldError as error:
            raise pages.with_label(sent, error) from None
        return await sent.act(commands.PutCard(name, content), "unit" if is_unit else "task")

    outcome = await sent.once(work)
    if not isinstance(outcome, RejectedForm):
        return RedirectResponse(f"{PATH}?done={outcome}#card-{name}", 303)
    known = node.state.incidents.card(name)
    empty: TaskContent | UnitContent = UnitContent() if is_unit else TaskContent()
    card = known if isinstance(known, Task | Unit) else None
    return _render_form(request, principal, name, empty if card is None else card.content, rejected=outcome, card=card)


def _typed(fields: Any, before: object, *, is_unit: bool) -> TaskContent | UnitContent:
    if is_unit:
        return forms.unit(fields)
    return forms.task(fields, before.content if isinstance(before, Task) else None)


# -- needs, offers, gaps -----------------------------------------------------------------------------------------------


@router.get(NEEDS)
async def show_needs(request: Request, principal: SignedIn) -> Response:
    """Needs with offers that may meet them, and areas in which something is missing."""
    return _render_needs(request, principal, deps.node_of(request))


def _render_needs(request: Request, principal: Principal, node: Node, rejected: RejectedForm | None = None) -> Response:
    gaps = contents.gaps_of(node, node.now())
    return pages.render(
        request,
        "needs.html",
        principal,
        rejected,
        needs=NEEDS,
        matches=contents.matches(contents.open_items(node)),
        gaps=[gap for gap in gaps if gap.dark_since is not None],
        others=[(lack, [gap for gap in gaps if gap.dark_since is None and gap.lack is lack]) for lack in Lack],
        lacks=LACKS,
        has_prognoseraeume=contents.has_prognoseraeume(node),
    )


@router.post(f"{NEEDS}/{{need}}/{{offer}}")
async def accept_offer(request: Request, principal: SignedIn, need: UUID, offer: UUID) -> Response:
    """Make a task of a need and the offer that meets it."""
    access.require(principal, Right.EDIT_INCIDENTS)
    sent = await submissions.read(request, principal, f"offer-{need}-{offer}")
    node = sent.deps.node
    name = uuid.uuid4()

    async def work() -> str:
        if node.state.report(need) is None or node.state.report(offer) is None:
            raise PageRefusalError(Reason.NOT_FOUND)
        content = prefilled.task_for_offer(node, need, offer, sent.words)
        await sent.act(commands.PutCard(name, content), "task")
        return str(name)

    outcome = await sent.once(work)
    if isinstance(outcome, RejectedForm):
        return _render_needs(request, principal, node, outcome)
    return RedirectResponse(f"{PATH}/{outcome}?done=task", 303)
