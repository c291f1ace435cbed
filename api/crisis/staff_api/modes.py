"""The mode of an area: two people declare an emergency, or one commander."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends

from api.crisis import deps
from api.crisis.auth import access
from api.crisis.staff_api import commands as acts
from api.crisis.staff_api import examples, schemas
from api.crisis.staff_api.bodies import ConfirmSheet, ModeSheet, ProposeSheet
from api.http import problems
from crisis.model import commands, event_bodies
from crisis.model.commands import Actor, Command
from crisis.model.roles import Right

router = APIRouter(tags=["crisis"])


class OneMode(schemas.Answered):
    """What holds for an area now, and what waits to be confirmed."""

    mode: schemas.DecidedMode


_EXAMPLES = [
    {"action": "propose", "area": "district-71", "reason": "Stromausfall, Dauer unbekannt"},
    {"action": "confirm", "proposal": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"},
    {"action": "set", "area": "all", "mode": "normal", "reason": "Der Strom ist wieder da"},
]


@router.post("/crisis/mode", responses=examples.of(examples.MODE, *examples.ACT_ERRORS))
async def change_mode(
    sheet: Annotated[ModeSheet, Body(examples=_EXAMPLES)],
    node: deps.Given,
    who: Annotated[Actor, Depends(access.requires(Right.SET_MODE))],
) -> OneMode:
    """Propose an emergency, confirm somebody else's proposal, or set a mode.

    An emergency takes two steps by two different people, or one person with the role `commander`. A proposal lapses
    after an hour. An exercise is marked as such everywhere.
    """
    (event,) = await acts.done(node, _command(sheet), who)
    assert isinstance(event.body, event_bodies.ModeSet | event_bodies.ModeProposed)
    found = node.state.area_mode(event.body.area)
    if found is None:
        raise problems.plain(404)
    return OneMode(mode=schemas.DecidedMode.of(found), **schemas.answered(node.now()))


def _command(sheet: ModeSheet) -> Command:
    if isinstance(sheet, ProposeSheet):
        return commands.ProposeEmergency(sheet.area, sheet.reason, sheet.exercise)
    if isinstance(sheet, ConfirmSheet):
        return commands.ConfirmEmergency(sheet.proposal)
    return commands.SetMode(sheet.area, sheet.mode, sheet.reason, sheet.exercise)
