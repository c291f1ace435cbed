"""The page of the operation log, entries by hand, strikes, and who keeps it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import ServedNode
from api.crisis.memory import moments
from api.crisis.memory.moments import AskedMoment
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import actions, form_parsing, labels, rendering, submissions, views
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.labels import operation_log as log_labels
from api.crisis.staff.operation_log import entry_form, printing, selection
from api.crisis.staff.operation_log import lines as log_lines
from api.crisis.staff.operation_log.lines import Line
from api.crisis.staff.operation_log.printing import PATH
from api.crisis.staff.operation_log.selection import Selection
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.http import times
from crisis.model import areas, commands, events
from crisis.model.log_bodies import EntrySort, EntryWritten, LogSealed, SealReason
from crisis.model.roles import Right
from crisis.node import Node
from crisis.state import book
from crisis.state.picture import PastPicture, Picture
from crisis.trust.seals import chain
from devices.readings import Mode

router = APIRouter(include_in_schema=False, route_class=PageRoute)

ENTRIES = "/crisis/staff/entries"
ON_A_PAGE = 25  # lines; sheets and exports have all of them
_NOTE_MAX = 1_000  # characters
_SORTS = [sort for sort in EntrySort if sort is not EntrySort.KEEPER]
# What the field of the filter offers: what events do, and the sorts of entries.
_KINDS = sorted(book.ALL_KINDS - {selection.ENTRY})
Number = Annotated[int | None, Query(ge=1, le=2**31)]


@router.get(PATH)
async def show(
    request: Request, principal: SignedIn, node: ServedNode, before: Number = None, slip: Number = None
) -> Response:
    """The lines, the newest first; or one of them as a slip of paper."""
    if slip is not None:
        return await printing.show_slip(request, principal, node, slip)
    return await render_page(request, principal, before=before)


async def render_page(
    request: Request, principal: Principal, rejected: RejectedForm | None = None, before: int | None = None
) -> Response:
    """The page, with the form that was not accepted as it was filled in."""
    node = deps.node_of(request)
    words = rendering.words_of(request)
    query = dict(request.query_params) if request.method == "GET" else {}
    wanted, problem = _wanted(query, request)
    past = await moments.past_of(AskedMoment(query.get(moments.AS_OF)), deps.CRISIS_DEPS(request).pasts, node.now())
    count = len(node.book) if past is None else node.book.count_until(past.head)
    before = min(before or count + 1, count + 1)
    lines = _as_known(await selection.newest(node, wanted, before, ON_A_PAGE + 1, words), past)
    on_page = lines[:ON_A_PAGE]
    then = {} if past is None else {moments.AS_OF: times.write(past.at)}
    older = selection.address(PATH, query, before=on_page[-1].number, **then) if len(lines) > ON_A_PAGE else ""
    is_first = before > count
    return views.render(
        request,
        "operation_log.html",
        principal,
        rejected=rejected,
        lines=on_page,
        older=older,
        newer="" if is_first or not wanted.is_all else _newer(query, before, count, then),
        newest="" if is_first else selection.address(PATH, query, **then),
        query={name: query.get(name, "") for name in selection.NAMES},
        wanted=wanted,
        problem=problem,
        count=count,
        keeper=node.book.keeper_at(count),
        seals=seals_of(past or node),
        past=past,
        moment=None if past is None else past.at,
        then=then,
        sorts=_SORTS,
        kinds=_KINDS,
        log_labels=log_labels,
        is_exercise=_is_exercise(node),
        sheets=selection.address(f"{PATH}/blaetter", query),
        csv=selection.address(f"{PATH}.csv", query),
        jsonl=f"{PATH}.jsonl",
        may_write=past is None and principal.may(Right.WRITE_LOG),
        may_keep=past is None and principal.may(Right.SEAL),
        may_print=principal.may(Right.EXPORT_LOG),
        time_remark=_time_remark(request, rejected),
    )


def _newer(query: dict[str, str], before: int, count: int, then: Mapping[str, str]) -> str:
    """The address of the page before the one that begins below `before`, when all lines are shown."""
    above = before + ON_A_PAGE
    return (
        selection.address(PATH, query, **then)
        if above > count
        else selection.address(PATH, query, before=above, **then)
    )


def _as_known(lines: list[Line], past: PastPicture | None) -> list[Line]:
    """The lines without what was done to them after that moment: they were struck through later."""
    if past is None:
        return lines
    strike_of = past.state.log_marks.strike_of
    return [line if strike_of(line.event) else dataclasses.replace(line, strike=None) for line in lines]


def _wanted(query: dict[str, str], request: Request) -> tuple[Selection, str]:
    """The selection in the address, and what is wrong with that."""
    words = rendering.words_of(request)
    try:
        return selection.read(query), ""
    except FieldError as error:
        row = PageRefusalError(error.reason).row
        return Selection(), words.text(labels.REFUSALS[row.text]).format(words.text(labels.FIELDS[error.about]))


def _time_remark(request: Request, rejected: RejectedForm | None) -> str:
    if rejected is None or rejected.key != "entry":
        return ""
    try:
        at = form_parsing.time(rejected.fields, "happened_at", None)
    except FieldError:  # the form says so
        return ""
    return rendering.time_remark(at, rendering.words_of(request))


def _is_exercise(node: Node) -> bool:
    """Whether an exercise goes on where this node stands: then an entry is one of a drill until somebody says not."""
    here = node.state.mode_at(areas.EVERYWHERE if node.is_hub else node.name)
    return here.mode is Mode.EMERGENCY and here.exercise


@dataclass(frozen=True, slots=True)
class SealLine:
    """The newest seal of a node's log, as this node knows it."""

    node: str
    code: str
    at: datetime
    seq: int
    log: UUID


def seals_of(node: Picture) -> list[SealLine]:
    """The newest seal of each node, this one's first: what an exported log, or a sheet of paper, is compared with."""
    marks = node.state.log_marks
    found = []
    for name in sorted(marks.sealing_nodes(), key=lambda each: (each != node.name, each)):
        event = marks.seals_of(name)[0]
        if isinstance(event.body, LogSealed):
            code = chain.code_of(event.body.head)
            found.append(SealLine(name, code, node.state.time_of(event), event.body.seq, event.body.log))
    return found


# -- forms -----------------------------------------------------------------------------------------------------------


@router.post(ENTRIES)
async def write(request: Request, principal: SignedIn) -> Response:
    """Enter something."""
    access.require(principal, Right.WRITE_LOG)
    sent = await submissions.read(request, principal, "entry")

    async def work() -> str:
        try:
            entry = await entry_form.read(sent.fields, sent.deps.node)
        except FieldError as error:
            raise PageRefusalError(error.reason, actions.with_label(sent, error)) from None
        return await sent.act(commands.WriteEntry(entry), "entry")

    return await _finish(sent, await sent.once(work))


@router.post(f"{ENTRIES}/keeper")
async def take_over(request: Request, principal: SignedIn) -> Response:
    """Keep the operation log from here on. What was written before is sealed."""
    access.require(principal, Right.SEAL)
    sent = await submissions.read(request, principal, "keeper")
    node = sent.deps.node
    entry = EntryWritten(sent.fields.get("note", "")[:_NOTE_MAX], EntrySort.KEEPER, area=node.default_area)

    async def work() -> str:
        done = await sent.act(commands.TakeOverLog(entry), "keeper")
        await node.seal(SealReason.HANDOVER, principal.account)
        return done

    return await _finish(sent, await sent.once(work))


@router.post(f"{ENTRIES}/{{name}}/strike")
async def strike(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """Strike a line through. It stays legible."""
    access.require(principal, Right.WRITE_LOG)
    sent = await submissions.read(request, principal, f"strike-{name}")
    record = (await node.log.known([name])).get(name)
    area = areas.EVERYWHERE if record is None else log_lines.area_of(node, events.decode(record.encoded))
    command = commands.StrikeEntry(name, sent.fields.get("reason", ""), area)

    async def work() -> str:
        if not command.reason.strip():
            raise PageRefusalError(Reason.EMPTY, sent.words.text(labels.FIELDS["reason"]))
        return await sent.act(command, "strike")

    return await _finish(sent, await sent.once(work))


async def _finish(sent: submissions.Submission, outcome: str | RejectedForm) -> Response:
    """Back to the page; or the page with the form as it was filled in."""
    if isinstance(outcome, RejectedForm):
        return await render_page(sent.request, sent.principal, outcome)
    return RedirectResponse(f"{PATH}?done={outcome}", 303)
