"""Official notices: publish, change, withdraw."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from api.crisis import deps
from api.crisis.auth import access
from api.crisis.staff_api import commands as acts
from api.crisis.staff_api import examples, schemas
from api.crisis.staff_api.bodies import NoticeSheet
from api.http import problems
from crisis.model import commands
from crisis.model.commands import Actor
from crisis.model.contents import NoticeContent
from crisis.model.roles import Right
from crisis.node import Node

router = APIRouter(tags=["crisis"])

Editor = Annotated[Actor, Depends(access.requires(Right.EDIT_NOTICES))]
Reason = Annotated[str, Query(max_length=4_000, examples=["Der Strom ist wieder da"])]


class Notices(schemas.Answered):
    """Every notice, the newest first."""

    items: list[schemas.StaffNotice]


class OneNotice(schemas.Answered):
    """A notice as it is now."""

    notice: schemas.StaffNotice


@router.get("/crisis/notices", responses=examples.of(examples.NOTICES, 401, 403))
async def list_notices(node: deps.Given, _who: Annotated[Actor, Depends(access.requires(Right.SEE))]) -> Notices:
    """Every notice, the newest first: also those that are planned, over, replaced or withdrawn."""
    now = node.now()
    items = [schemas.StaffNotice.of(found, now) for found in node.state.notices()]
    return Notices(items=items, **schemas.answered(now))


NoticeId = Annotated[UUID, Path(description="The notice's id: a UUID of your own choice when it is new.")]


@router.put(
    "/crisis/notices/{notice}",
    responses={
        201: {"model": OneNotice, "description": "Published"},
        **examples.of(examples.NOTICE, *examples.ACT_ERRORS),
    },
)
async def put_notice(
    notice: NoticeId, sheet: NoticeSheet, response: Response, node: deps.Given, who: Editor
) -> OneNotice:
    """Publish a notice under an id of your own choice (a UUID), or change the one that has it.

    The body is the notice as a whole. Only what differs is written down, so two people who change different parts of
    it, even at nodes that cannot talk, both get what they wanted.
    """
    is_new = node.state.notice(notice) is None
    content = acts.content(NoticeContent, sheet.model_dump())
    await acts.done(node, commands.PutNotice(notice, content), who)
    response.status_code = 201 if is_new else 200
    return _one(node, notice)


@router.delete("/crisis/notices/{notice}", responses=examples.of(examples.NOTICE, *examples.ACT_ERRORS))
async def withdraw_notice(notice: NoticeId, node: deps.Given, who: Editor, reason: Reason = "") -> OneNotice:
    """Withdraw a notice, for good. It stays in the history."""
    await acts.done(node, commands.WithdrawNotice(notice, reason), who)
    return _one(node, notice)


def _one(node: Node, name: UUID) -> OneNotice:
    now = node.now()
    found = node.state.notice(name)
    if found is None:  # an older event of this id, from a node with another clock, has no German text
        raise problems.plain(404)
    return OneNotice(notice=schemas.StaffNotice.of(found, now), **schemas.answered(now))
