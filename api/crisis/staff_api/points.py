"""Places of help: enter, change, close."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from api.crisis import deps
from api.crisis.auth import access
from api.crisis.staff_api import commands as acts
from api.crisis.staff_api import examples, schemas
from api.crisis.staff_api.bodies import PointSheet
from api.crisis.staff_api.notices import Reason
from api.http import problems
from crisis.model import commands
from crisis.model.commands import Actor
from crisis.model.contents import PointContent
from crisis.model.roles import Right
from crisis.node import Node

router = APIRouter(tags=["crisis"])

Editor = Annotated[Actor, Depends(access.requires(Right.EDIT_POINTS))]


class Points(schemas.Answered):
    """Every place of help, the newest first."""

    items: list[schemas.StaffPoint]


class OnePoint(schemas.Answered):
    """A place of help as it is now."""

    point: schemas.StaffPoint


@router.get("/crisis/points", responses=examples.of(examples.POINTS, 401, 403))
async def list_points(node: deps.Given, _who: Annotated[Actor, Depends(access.requires(Right.SEE))]) -> Points:
    """Every place of help, the newest first, closed ones too."""
    items = [schemas.StaffPoint.of(found) for found in node.state.points()]
    return Points(items=items, **schemas.answered(node.now()))


PointId = Annotated[UUID, Path(description="The place's id: a UUID of your own choice when it is new.")]


@router.put(
    "/crisis/points/{point}",
    responses={201: {"model": OnePoint, "description": "Entered"}, **examples.of(examples.POINT, *examples.ACT_ERRORS)},
)
async def put_point(point: PointId, sheet: PointSheet, response: Response, node: deps.Given, who: Editor) -> OnePoint:
    """Enter a place of help under an id of your own choice (a UUID); or change, or open again, the one that has it."""
    is_new = node.state.point(point) is None
    content = acts.content(PointContent, sheet.model_dump())
    await acts.done(node, commands.PutPoint(point, content), who)
    response.status_code = 201 if is_new else 200
    return _one(node, point)


@router.delete("/crisis/points/{point}", responses=examples.of(examples.POINT, *examples.ACT_ERRORS))
async def close_point(point: PointId, node: deps.Given, who: Editor, reason: Reason = "") -> OnePoint:
    """Close a place of help, until it is put again."""
    await acts.done(node, commands.ClosePoint(point, reason), who)
    return _one(node, point)


def _one(node: Node, name: UUID) -> OnePoint:
    found = node.state.point(name)
    if found is None:
        raise problems.plain(404)
    return OnePoint(point=schemas.StaffPoint.of(found), **schemas.answered(node.now()))
