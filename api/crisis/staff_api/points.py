"""Places of help: enter, change, close."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.crisis import refusals
from api.crisis.auth.access import PointEditor, Viewer
from api.crisis.deps import ServedNode
from api.crisis.refusals import Reason
from api.crisis.staff_api import commands, examples, schemas
from api.crisis.staff_api.bodies import PointBody, ReasonQuery
from crisis.model.commands import ClosePoint, PutPoint
from crisis.model.contents import PointContent
from crisis.node import Node

router = APIRouter(tags=["crisis"])


class Points(schemas.Aged):
    """Every place of help, the newest first."""

    items: list[schemas.StaffPoint]


class OnePoint(schemas.Aged):
    """A place of help as it is now."""

    point: schemas.StaffPoint


@router.get("/crisis/points", responses=examples.of(examples.POINTS, 401, 403))
async def list_points(node: ServedNode, _principal: Viewer) -> Points:
    """Every place of help, the newest first, closed ones too."""
    items = [schemas.StaffPoint.of(found) for found in node.state.points()]
    return Points(items=items, **schemas.aged(node.now()))


PointId = Annotated[UUID, Path(description="The place's id: a UUID of your own choice when it is new.")]


@router.put(
    "/crisis/points/{point}",
    responses={201: {"model": OnePoint, "description": "Entered"}, **examples.of(examples.POINT, *examples.ACT_ERRORS)},
)
async def put_point(
    point: PointId, body: PointBody, response: Response, node: ServedNode, principal: PointEditor
) -> OnePoint:
    """Enter a place of help under an id of your own choice (a UUID); or change, or open again, the one that has it."""
    is_new = node.state.point(point) is None
    content = commands.content(PointContent, body.model_dump())
    await commands.act(node, PutPoint(point, content), principal)
    response.status_code = 201 if is_new else 200
    return _one(node, point)


@router.delete("/crisis/points/{point}", responses=examples.of(examples.POINT, *examples.ACT_ERRORS))
async def close_point(point: PointId, node: ServedNode, principal: PointEditor, reason: ReasonQuery = "") -> OnePoint:
    """Close a place of help, until it is put again."""
    await commands.act(node, ClosePoint(point, reason), principal)
    return _one(node, point)


def _one(node: Node, name: UUID) -> OnePoint:
    found = node.state.point(name)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return OnePoint(point=schemas.StaffPoint.of(found), **schemas.aged(node.now()))
