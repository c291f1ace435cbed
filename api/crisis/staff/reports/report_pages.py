"""`/crisis/bericht`: the situation report as it would be now, frozen by whoever may seal, and every frozen one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import ServedNode
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import actions, labels, rendering, submissions, views
from api.crisis.staff.desk import call_lines
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.lage import contents
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.reports import freezing, kept, map_picture, recent, sheets, situation_report
from api.crisis.staff.reports.freezing import Draft
from api.crisis.staff.reports.phrases import Phrases
from api.crisis.staff.reports.situation_report import Material, Typed
from api.maps.drawing import views as map_views
from api.maps.routes import MAPS
from crisis.model import texts
from crisis.model.log_bodies import EntrySort, EntryWritten, StaffFunction
from crisis.model.roles import Right
from crisis.node import Node
from translations import berlin
from translations.marks import N_

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/crisis/bericht"
_STYLE = "reports.css"
_TYPED_MAX = 900  # characters: all of them go into one entry of the operation log
_SHORT_MAX = 200
_SHORT = {"operation", "next_briefing"}
_NAMES = ("operation", "general", "assessment", "decision", "orders", "next_briefing")


@router.get(PATH)
async def show(request: Request, principal: SignedIn, view: str = map_views.CITY) -> Response:
    """The report as it would be now."""
    return await _render_draft(request, principal, view)


async def _render_draft(
    request: Request, principal: Principal, view: str, rejected: RejectedForm | None = None
) -> Response:
    node = deps.node_of(request)
    now = node.now()
    typed = _typed({} if rejected is None else rejected.fields)
    found = await material(request, principal, view, now, since=now - situation_report.SPAN, typed=typed)
    made = situation_report.of(found)
    return views.render(
        request,
        "report.html",
        principal,
        rejected=rejected,
        more_style=_STYLE,
        bodies=sheets.of(made),
        view=view,
        lage=found.lage,
        is_exercise=situation_report.is_exercise(node),
        link=await node.sealing.link(),
        may_freeze=principal.may(Right.SEAL),
        may_print=principal.may(Right.EXPORT_LOG),
        reports=await freezing.newest(node),
        typed_max=_TYPED_MAX,
    )


async def material(
    request: Request, principal: Principal, view: str, now: datetime, *, since: datetime, typed: Typed
) -> Material:
    """What a report of this node is made from: its state now, and the lines since then."""
    node, words = deps.node_of(request), rendering.words_of(request)
    lage = contents.of(node, view, now)
    if lage is None:
        raise refusals.problem(Reason.NOT_FOUND)
    calls = tuple(call_lines.of_open(node, now))
    return Material(
        node=node,
        lage=lage,
        calls=calls,
        recent=await recent.lines(node, since, words),
        phrases=Phrases(words, now),
        by=principal.account,
        map_html=await map_picture.of(MAPS(request), lage, words),
        typed=typed,
    )


def _typed(fields: Mapping[str, str]) -> Typed:
    return Typed(**{name: texts.clean(fields.get(name, "")) for name in _NAMES})


@router.post(PATH)
async def freeze(request: Request, principal: SignedIn) -> Response:
    """Freeze the report as it is now, with what was typed."""
    access.require(principal, Right.SEAL)
    sent = await submissions.read(request, principal, "report")
    view = sent.fields.get("view", map_views.CITY)

    async def work() -> str:
        try:
            typed = _checked(_typed(sent.fields))
        except FieldError as error:
            raise PageRefusalError(error.reason, actions.with_label(sent, error)) from None
        node = sent.deps.node
        now = node.now()
        found = await material(request, principal, view, now, since=now - situation_report.SPAN, typed=typed)
        is_exercise = situation_report.is_exercise(node)
        entry = EntryWritten(
            text=_entry_text(sent, typed, now),
            sort=EntrySort.SITUATION,
            function=StaffFunction.S2,
            area=node.default_area,
            exercise=is_exercise,
        )
        bodies = sheets.of(situation_report.of(found))
        return str((await freezing.freeze(sent, Draft(freezing.REPORT, bodies, now, is_exercise, entry))).id)

    outcome = await sent.once(work)
    if isinstance(outcome, RejectedForm):
        return await _render_draft(request, principal, view, outcome)
    return RedirectResponse(f"{PATH}/{outcome}", 303)


def _checked(typed: Typed) -> Typed:
    for name in _NAMES:
        if len(getattr(typed, name)) > (_SHORT_MAX if name in _SHORT else _TYPED_MAX):
            raise FieldError(Reason.TOO_LONG, name)
    return typed


def _entry_text(sent: submissions.Submission, typed: Typed, now: datetime) -> str:
    """What the operation log says: the judgement in words, which must not depend on a file."""
    text = sent.words.text
    nothing = text(N_("open"))
    said = [text(N_("Situation report frozen, as of %(time)s."), time=berlin.time_group(now))]
    said += [f"{text(labels.FIELDS[name])}: {getattr(typed, name) or nothing}" for name in _NAMES if name != "general"]
    return "\n".join(said)


# -- what was frozen -------------------------------------------------------------------------------------------------


@router.get(f"{PATH}/{{name}}")
async def show_frozen(request: Request, principal: SignedIn, node: ServedNode, name: UUID) -> Response:
    """A frozen report, or hand-over, by the id of its entry in the operation log."""
    entry = await freezing.entry_of(node, name)
    if entry is None or not isinstance(entry.body, EntryWritten):
        raise refusals.problem(Reason.NOT_FOUND)
    digest = kept.digest_in(entry.body.text)
    found, missing = None, ""
    if digest is None:
        missing = N_("The entry of this report names no checksum here: its words are at the hub, and at node {}.")
    else:
        found, missing = _read(node, digest)
    numbers = await recent.numbers(node, [name])
    return views.render(
        request,
        "frozen_report.html",
        principal,
        more_style=_STYLE,
        frozen=found,
        missing=rendering.words_of(request).text(missing).format(entry.node) if missing else "",
        entry=entry,
        digest=digest or "",
        number=numbers.get(name),
        strike=node.state.log_marks.strike_of(name),
        is_handover=entry.body.sort is EntrySort.HANDOVER,
        link=await node.sealing.link(),
        may_print=principal.may(Right.EXPORT_LOG),
    )


def _read(node: Node, digest: str) -> tuple[kept.Frozen | None, str]:
    """The report, or why it cannot be shown."""
    try:
        found = kept.read(node.settings.folder, digest)
    except kept.ChangedError:
        return None, N_(
            "CHANGED: the file of this report is not what was frozen. Compare the paper, and tell an admin."
        )
    except OSError:
        return None, N_("The file of this report cannot be read now. Whoever runs this node finds it under reports.")
    return found, "" if found else N_("The sheets of this report are at node {}, where it was frozen.")
