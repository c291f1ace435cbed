"""The operation log on paper: numbered sheets, and a slip for one message. Each bears the name of who printed it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.crisis import refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import ServedNode
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import labels, rendering
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.labels import operation_log as log_labels
from api.crisis.staff.operation_log import lines as log_lines
from api.crisis.staff.operation_log import selection, sheets
from api.crisis.staff.operation_log.lines import Line
from api.crisis.staff.operation_log.sheets import Cells
from api.crisis.staff.page_route import PageRoute, SignedIn
from crisis.model.events import RESIDENT
from crisis.model.log_bodies import Priority
from crisis.model.roles import Right
from crisis.node import Node
from translations import berlin
from translations.marks import N_
from translations.words import Words

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/crisis/tagebuch"
LINES_MAX = 2_000  # of one print-out: what a box can make without growing
_STYLE = "log_print.css"
Number = Annotated[int, Query(ge=1, le=2**31)]


@router.get(f"{PATH}/blaetter")
async def show_sheets(request: Request, principal: SignedIn, node: ServedNode) -> Response:
    """The chosen lines on sheets of A4, the oldest first."""
    access.require(principal, Right.EXPORT_LOG)
    words = rendering.words_of(request)
    query = dict(request.query_params)
    try:
        wanted = selection.read(query)
    except FieldError as error:
        return _refuse(request, PageRefusalError(error.reason), words.text(labels.FIELDS[error.about]))
    found: list[Line] = []
    async for part in selection.all_of(node, wanted, words):
        found += part
        if len(found) > LINES_MAX:
            return _refuse(request, PageRefusalError(Reason.TOO_MANY_LINES), LINES_MAX)
    keepers = _keepers(node, found)
    link = await node.sealing.link()
    return rendering.render(
        request,
        "log_sheets.html",
        principal=principal,
        own_style=_STYLE,
        sheets=sheets.of([cells_of(line, words, node.name) for line in found], len(keepers)),
        found=found,
        wanted=wanted,
        keepers=keepers,
        keeper_at=node.book.keeper_at,
        back=selection.address(PATH, query),
        link=link,
        is_exercise=any(line.is_exercise for line in found),
    )


def _refuse(request: Request, error: PageRefusalError, about: object) -> Response:
    message = rendering.words_of(request).text(labels.REFUSALS[error.row.text]).format(about)
    return rendering.render(request, "problem.html", message=message, status=error.row.status)


def _keepers(node: Node, found: list[Line]) -> list[tuple[int, str, object]]:
    """Who kept the log during these lines: from which number on, the name, since when."""
    if not found:
        return []
    first, last = found[0].number, found[-1].number
    before = node.book.keeper_at(first)
    later = [keeper for keeper in node.book.keepers if first < keeper.number <= last]
    return [(each.number, each.name, each.since) for each in ([before] if before else []) + later]


async def show_slip(request: Request, principal: Principal, node: Node, number: int) -> Response:
    """One message on a slip of A5, to be handed on."""
    access.require(principal, Right.EXPORT_LOG)
    words = rendering.words_of(request)
    found = await log_lines.between(node, number, number, words)
    if not found:
        raise refusals.problem(Reason.NOT_FOUND)
    return rendering.render(
        request,
        "log_slip.html",
        principal=principal,
        own_style=_STYLE,
        line=found[0],
        priorities=list(Priority),
        log_labels=log_labels,
        link=await node.sealing.link(),
        path=PATH,
    )


def cells_of(line: Line, words: Words, here: str) -> Cells:
    """A line as it stands on paper. `here`: the node whose log it is; another one is named."""
    entry, at = line.entry, berlin.time_group(line.at)
    times = [at]
    if line.is_late:
        times += [words.text(N_("Added later:")), berlin.time_group(line.entered_at)]
    if line.is_late_here:
        times += [words.text(N_("Arrived:")), berlin.time_group(line.received_at)]
    marks = [words.text(N_("EXERCISE"))] if line.is_exercise else []
    marks += [words.text(line.kind), entry.function or ""]
    if entry.priority is not Priority.ROUTINE:
        marks.append(words.text(log_labels.PRIORITIES[entry.priority]).upper())
    marks += [words.text(log_labels.QUALITIES[entry.quality])] if entry.quality else []
    if line.is_doubtful:
        marks.append(words.text(N_("time doubtful: a clock was wrong")))
    way = [words.text(log_labels.WAYS[entry.way])] if entry.way else []
    from_to = [_who(line.sender, words), *([f"→ {entry.recipient}"] if entry.recipient else []), *way, entry.channel]
    if line.sender != line.actor:
        from_to.append(f"({_who(line.actor, words)})")
    if line.node not in {line.actor, here}:
        from_to.append(f"[{line.node}]")
    struck = ""
    if line.strike is not None:
        pattern = N_("Struck through by %(name)s, %(time)s: %(reason)s")
        struck = words.text(
            pattern, name=line.strike.by, time=berlin.time_group(line.strike.at), reason=line.strike.reason
        )
    return Cells(
        number=line.number,
        time="\n".join(times),
        from_to="\n".join(filter(None, from_to)),
        marks="\n".join(filter(None, marks)),
        text=line.text or "-",
        refers="\n".join(reference(each, words) for each in line.references),
        struck=struck,
    )


def _who(actor: str, words: Words) -> str:
    return words.text(N_("a resident")) if actor == RESIDENT else actor


def reference(found: log_lines.Reference, words: Words) -> str:
    """A reference as people read it."""
    return words.text(N_("No. {}")).format(found[1])
