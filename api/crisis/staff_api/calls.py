"""Residents' calls for help and reports, as staff handle them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from api.crisis import refusals
from api.crisis.auth.access import ReportAnswerer, Responder
from api.crisis.deps import ServedNode
from api.crisis.refusals import Reason
from api.crisis.staff_api import commands, examples, schemas
from api.crisis.staff_api.bodies import AnswerBody, AssignBody, CloseBody, NoteBody, PriorityBody, ReopenBody, TakeBody
from crisis.model import receipts
from crisis.model.commands import (
    AnswerReport,
    AssignDistress,
    CloseDistress,
    NoteDistress,
    PrioritizeDistress,
    ReopenDistress,
    TakeDistress,
)
from crisis.node import Node
from crisis.state.conclusions import escalations
from crisis.state.views import Report

router = APIRouter(tags=["crisis"])


class OneDistress(schemas.Aged):
    """A call for help as it is now."""

    distress: schemas.StaffDistress


class OneReport(schemas.Aged):
    """A report as it is now."""

    report: schemas.StaffReport


DistressId = Annotated[UUID, Path(description="The call's id, as lists and the stream have it.")]


@router.post("/crisis/distress/{distress}/take", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def take_distress(distress: DistressId, body: TakeBody, node: ServedNode, principal: Responder) -> OneDistress:
    """Say that you go and help. A call that nobody takes within two minutes escalates.

    A call that somebody else has taken becomes yours only with `over`. Two people at nodes without contact may both
    take a call; as soon as the nodes have contact again, the call shows both names.
    """
    await commands.act(node, TakeDistress(distress, body.note, body.over), principal)
    return _distress(node, distress)


@router.post("/crisis/distress/{distress}/close", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def close_distress(distress: DistressId, body: CloseBody, node: ServedNode, principal: Responder) -> OneDistress:
    """Say what was done. Somebody must have taken the call before."""
    await commands.act(node, CloseDistress(distress, body.outcome), principal)
    return _distress(node, distress)


@router.post("/crisis/distress/{distress}/note", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def note_distress(distress: DistressId, body: NoteBody, node: ServedNode, principal: Responder) -> OneDistress:
    """Say how things stand. A closed call takes notes as well: what came in late belongs there."""
    await commands.act(node, NoteDistress(distress, body.text), principal)
    return _distress(node, distress)


@router.post("/crisis/distress/{distress}/assign", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def assign_distress(
    distress: DistressId, body: AssignBody, node: ServedNode, principal: Responder
) -> OneDistress:
    """Say who is to take the call. It waits until they do; whoever has it keeps it until it is taken over."""
    await commands.act(node, AssignDistress(distress, body.to, body.note), principal)
    return _distress(node, distress)


@router.post("/crisis/distress/{distress}/priority", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def prioritize_distress(
    distress: DistressId, body: PriorityBody, node: ServedNode, principal: Responder
) -> OneDistress:
    """Set how urgent an open call is, whatever the rule says."""
    await commands.act(node, PrioritizeDistress(distress, body.priority), principal)
    return _distress(node, distress)


@router.post("/crisis/distress/{distress}/reopen", responses=examples.of(examples.DISTRESS, *examples.ACT_ERRORS))
async def reopen_distress(
    distress: DistressId, body: ReopenBody, node: ServedNode, principal: Responder
) -> OneDistress:
    """Open a closed call again. It waits as a new one does: whoever had it has to take it again."""
    await commands.act(node, ReopenDistress(distress, body.reason), principal)
    return _distress(node, distress)


@router.post("/crisis/reports/{report}/answer", responses=examples.of(examples.REPORT, *examples.ACT_ERRORS))
async def answer_report(
    report: Annotated[str, Path(max_length=100, description="The report's id or its receipt.")],
    body: AnswerBody,
    node: ServedNode,
    principal: ReportAnswerer,
) -> OneReport:
    """Tell the holder of the receipt something. Every answer stays; the newest does not replace the others."""
    name = _report_named(node, report)
    await commands.act(node, AnswerReport(name, body.text), principal)
    found = node.state.report(name)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    now = node.now()
    return OneReport(report=schemas.StaffReport.of(found, now), **schemas.aged(now))


def _distress(node: Node, name: UUID) -> OneDistress:
    found = node.state.distress(name)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    now = node.now()
    view = schemas.StaffDistress.of(found, now, escalations.of(node))
    return OneDistress(distress=view, **schemas.aged(now))


def _report_named(node: Node, typed: str) -> UUID:
    """The id of a report, from its id or its receipt. Raises Problem 404."""
    try:
        return UUID(typed)
    except ValueError:
        code = receipts.read(typed)
        found = None if code is None else node.state.by_receipt(code)
        if isinstance(found, Report):
            return found.id
    raise refusals.problem(Reason.UNKNOWN_REPORT)
