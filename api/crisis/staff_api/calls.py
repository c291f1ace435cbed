"""Residents' calls for help and reports, as staff handle them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path

from api.crisis import deps
from api.crisis.auth import access
from api.crisis.staff_api import commands as acts
from api.crisis.staff_api import examples, schemas
from api.crisis.staff_api.bodies import AnswerSheet, CloseSheet, TakeSheet
from api.http import problems
from api.http.problems import Problem, Slug
from crisis.model import commands, receipts
from crisis.model.commands import Actor
from crisis.model.roles import Right
from crisis.node import Node
from crisis.state.views import Report

router = APIRouter(tags=["crisis"])

Responder = Annotated[Actor, Depends(access.requires(Right.HANDLE_DISTRESS))]


class OneDistress(schemas.Answered):
    """A call for help as it is now."""

    distress: schemas.StaffDistress


class OneReport(schemas.Answered):
    """A report as it is now."""

    report: schemas.StaffReport


DistressId = Annotated[UUID, Path(description="The call's id, as lists and the stream have it.")]


@router.post("/crisis/distress/{distress}/take", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def take_distress(distress: DistressId, sheet: TakeSheet, node: deps.Given, who: Responder) -> OneDistress:
    """Say that you go and help. A call that nobody takes within two minutes escalates.

    One that somebody has taken is yours only with `over`. Two people at nodes that cannot talk may both take a call;
    once they can, both names stand at it.
    """
    await acts.done(node, commands.TakeDistress(distress, sheet.note, sheet.over), who)
    return _distress(node, distress)


@router.post("/crisis/distress/{distress}/close", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def close_distress(distress: DistressId, sheet: CloseSheet, node: deps.Given, who: Responder) -> OneDistress:
    """Say what was done. Somebody must have taken the call before."""
    await acts.done(node, commands.CloseDistress(distress, sheet.outcome), who)
    return _distress(node, distress)


@router.post("/crisis/reports/{report}/answer", responses=examples.of(examples.REPORT, *examples.ACT_ERRORS))
async def answer_report(
    report: Annotated[str, Path(max_length=100, description="The report's id or its receipt.")],
    sheet: AnswerSheet,
    node: deps.Given,
    who: Annotated[Actor, Depends(access.requires(Right.ANSWER_REPORTS))],
) -> OneReport:
    """Tell the holder of the receipt something. Every answer stays; the newest does not replace the others."""
    name = _report_named(node, report)
    await acts.done(node, commands.AnswerReport(name, sheet.text), who)
    found = node.state.report(name)
    if found is None:
        raise problems.plain(404)
    now = node.now()
    return OneReport(report=schemas.StaffReport.of(found, now), **schemas.answered(now))


def _distress(node: Node, name: UUID) -> OneDistress:
    found = node.state.distress(name)
    if found is None:
        raise problems.plain(404)
    now = node.now()
    is_escalated = found.is_escalated(now, node.escalate_after)
    view = schemas.StaffDistress.of(found, now, escalated=is_escalated)
    return OneDistress(distress=view, **schemas.answered(now))


def _report_named(node: Node, typed: str) -> UUID:
    """The id of a report that was named by its id or its receipt. Raises Problem 404."""
    try:
        return UUID(typed)
    except ValueError:
        code = receipts.read(typed)
        found = None if code is None else node.state.by_receipt(code)
        if isinstance(found, Report):
            return found.id
    raise Problem(404, Slug.UNKNOWN_THING, "No such report", "No report has this id or receipt at this node.")
