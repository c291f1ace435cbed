"""The mode of an area: two people declare an emergency, or one commander."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.crisis import refusals
from api.crisis.auth.access import ModeSetter
from api.crisis.deps import ServedNode
from api.crisis.refusals import Reason
from api.crisis.staff_api import commands, examples, schemas
from api.crisis.staff_api.bodies import ConfirmBody, ModeBody, ProposeBody
from crisis.model import event_bodies
from crisis.model.commands import Command, ConfirmMode, ProposeMode, SetMode

router = APIRouter(tags=["crisis"])


class OneMode(schemas.Aged):
    """What holds for an area now, and what waits to be confirmed."""

    mode: schemas.DecidedMode


_EXAMPLES = [
    {"action": "propose", "area": "district-71", "reason": "Stromausfall, Dauer unbekannt"},
    {"action": "confirm", "proposal": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"},
    {"action": "propose", "area": "all", "mode": "normal", "reason": "Der Strom ist wieder da"},
    {"action": "set", "area": "district-71", "mode": "normal", "reason": "Der Strom ist wieder da"},
]


@router.post("/crisis/mode", responses=examples.of(examples.MODE, *examples.ACT_ERRORS))
async def change_mode(
    body: Annotated[ModeBody, Body(examples=_EXAMPLES)],
    node: ServedNode,
    principal: ModeSetter,
) -> OneMode:
    """Propose an emergency, confirm somebody else's proposal, or set a mode.

    An emergency, and the end of a city-wide one, take two steps by two different people, or one person with the role
    `commander`, which is marked (`alone`). Two people are two accounts of which neither was made or given access by the
    other within a day, on two devices if it is within ten minutes. A proposal lapses after an hour. An exercise is
    marked as such everywhere.
    """
    (event,) = await commands.act(node, _command(body), principal)
    assert isinstance(event.body, event_bodies.ModeSet | event_bodies.ModeProposed)
    found = node.state.area_mode(event.body.area)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return OneMode(mode=schemas.DecidedMode.of(found), **schemas.aged(node.now()))


def _command(body: ModeBody) -> Command:
    if isinstance(body, ProposeBody):
        return ProposeMode(body.area, body.reason, body.exercise, body.mode)
    if isinstance(body, ConfirmBody):
        return ConfirmMode(body.proposal)
    return SetMode(body.area, body.mode, body.reason, body.exercise)
