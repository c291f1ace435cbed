"""Places of help: enter, change, close."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from api import problems
from api.crisis import access, acts, nodes, resources, shown
from api.crisis.notices import Reason
from api.crisis.sheets import PointSheet
from crisis import commands
from crisis.commands import Person
from crisis.contents import PointContent
from crisis.node import Node
from crisis.roles import Right

router = APIRouter(tags=["crisis"])

Editor = Annotated[Person, Depends(access.requires(Right.EDIT_POINTS))]


class Points(resources.Answered):
    """Every place of help, the newest first."""

    items: list[resources.StaffPoint]


class OnePoint(resources.Answered):
    """A place of help as it is now."""

    point: resources.StaffPoint


@router.get("/crisis/points", responses=shown.of(shown.POINTS, 401, 403))
async def list_points(node: nodes.Given, _who: Annotated[Person, Depends(access.requires(Right.SEE))]) -> Points:
    """Every place of help, the newest first, closed ones too."""
    items = [resources.StaffPoint.of(found) for found in node.state.points()]
    return Points(items=items, **resources.answered(node.now()))


PointId = Annotated[UUID, Path(description="The place's id: a UUID of your own choice when it is new.")]


@router.put(
    "/crisis/points/{point}",
    responses={201: {"model": OnePoint, "description": "Entered"}, **shown.of(shown.POINT, *shown.ACT_ERRORS)},
)
async def put_point(point: PointId, sheet: PointSheet, response: Response, node: nodes.Given, who: Editor) -> OnePoint:
    """Enter a place of help under an id of your own choice (a UUID); or change, or open again, the one that has it."""
    is_new = node.state.point(point) is None
    content = acts.content(PointContent, sheet.model_dump())
    await acts.done(node, commands.PutPoint(point, content), who)
    response.status_code = 201 if is_new else 200
    return _one(node, point)


@router.delete("/crisis/points/{point}", responses=shown.of(shown.POINT, *shown.ACT_ERRORS))
async def close_point(point: PointId, node: nodes.Given, who: Editor, reason: Reason = "") -> OnePoint:
    """Close a place of help, until it is put again."""
    await acts.done(node, commands.ClosePoint(point, reason), who)
    return _one(node, point)


def _one(node: Node, name: UUID) -> OnePoint:
    found = node.state.point(name)
    if found is None:
        raise problems.plain(404)
    return OnePoint(point=resources.StaffPoint.of(found), **resources.answered(node.now()))
