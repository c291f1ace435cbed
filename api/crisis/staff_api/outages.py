"""Where the power is out, as GeoJSON: for staff with cells and streets; in an emergency for anyone, by Ortsteil."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.crisis import refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import Deps
from api.crisis.memory import moments
from api.crisis.memory.moments import Asked
from api.crisis.refusals import Reason
from api.crisis.staff_api import examples, outage_json, schemas
from api.crisis.staff_api.outage_json import CellFeature, CoarseFeature, OutageJson
from api.http import times
from crisis.model.roles import Right
from crisis.node import Node
from crisis.state.picture import Picture
from crisis.state.power.outages import CellState, Outage
from devices.readings import Mode

router = APIRouter(tags=["crisis"])


class Outages(schemas.Aged):
    """For staff: every cell as a feature, and the outages that they make."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    coarse: Literal[False] = False
    outages: list[OutageJson] = Field(description="Those of now and of the last day, the first first.")
    features: list[CellFeature]


class CoarseOutages(schemas.Aged):
    """For anyone while an emergency holds: sure outages by Ortsteil."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    coarse: Literal[True] = True
    features: list[CoarseFeature]


async def _staff(request: Request) -> Principal | None:
    """Who asks; None for the public. A token that is not valid is an error: its program should not read less unseen."""
    principal = await access.identify(request)
    if principal is not None:
        access.require(principal, Right.SEE)
    elif "authorization" in request.headers:
        raise refusals.problem(Reason.NOT_SIGNED_IN)
    return principal


@router.get("/crisis/outages", responses=examples.of(outage_json.OUTAGES, 401, 403))
async def show_outages(
    request: Request, deps: Deps, principal: Annotated[Principal | None, Depends(_staff)], asked: Asked
) -> Outages | CoarseOutages:
    """Where the power is out: without signing in only while an emergency holds somewhere, and then by Ortsteil.

    `as_of` shows staff a moment of the past, as far as the log of this node holds it.
    """
    node = deps.node
    if principal is not None:
        past = await moments.past_of(asked, deps.pasts, node.now())
        return _whole(past or node, node.now())
    if asked.is_past:
        raise await access.nobody(request)
    if not _is_emergency(node):
        raise await access.nobody(request)
    return _coarse(node)


def _whole(node: Picture, today: datetime) -> Outages:
    now = node.now()
    survey = node.power_survey()
    outages = survey.outages
    of_box = {cell.box: outage.id for outage in outages for cell in outage.cells}
    shown = {CellState.OUT, CellState.BACK}
    features = [
        outage_json.cell(cell, of_box.get(cell.box) if cell.state in shown else None, now) for cell in survey.cells
    ]
    made = [OutageJson.of(outage, now) for outage in outages]
    return Outages(outages=made, features=features, as_of=now, age_s=times.age_s(now, today))


def _is_emergency(node: Node) -> bool:
    return any(mode.mode is Mode.EMERGENCY and not mode.exercise for mode in node.state.area_modes())


def _coarse(node: Node) -> CoarseOutages:
    now = node.now()
    found = public(node)
    return CoarseOutages(features=[outage_json.coarse(outage, now) for outage in found], **schemas.aged(now))


def public(node: Node) -> list[Outage]:
    """The outages of which anybody may know, by Ortsteil and no finer; none without an emergency."""
    return [outage for outage in node.power_survey().outages if _is_public(outage, node)]


def _is_public(outage: Outage, node: Node) -> bool:
    """Whether anybody may know: it is sure, and an emergency was declared where one of its boxes stands.

    An exercise is none: whether boxes are without power for the exercise's sake nobody can tell, and people would
    believe it.
    """
    there = (node.state.mode_at(box) for box in (*outage.boxes_out, *outage.boxes_back))
    return outage.is_corroborated and any(each.mode is Mode.EMERGENCY and not each.exercise for each in there)
