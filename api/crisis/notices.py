"""Official notices: publish, change, withdraw."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from api import problems
from api.crisis import access, acts, nodes, resources, shown
from api.crisis.sheets import NoticeSheet
from crisis import commands
from crisis.commands import Person
from crisis.contents import NoticeContent
from crisis.node import Node
from crisis.roles import Right

router = APIRouter(tags=["crisis"])

Editor = Annotated[Person, Depends(access.requires(Right.EDIT_NOTICES))]
Reason = Annotated[str, Query(max_length=4_000, examples=["Der Strom ist wieder da"])]


class Notices(resources.Answered):
    """Every notice, the newest first."""

    items: list[resources.StaffNotice]


class OneNotice(resources.Answered):
    """A notice as it is now."""

    notice: resources.StaffNotice


@router.get("/crisis/notices", responses=shown.of(shown.NOTICES, 401, 403))
async def list_notices(node: nodes.Given, _who: Annotated[Person, Depends(access.requires(Right.SEE))]) -> Notices:
    """Every notice, the newest first: also those that are planned, over, replaced or withdrawn."""
    now = node.now()
    items = [resources.StaffNotice.of(found, now) for found in node.state.notices()]
    return Notices(items=items, **resources.answered(now))


NoticeId = Annotated[UUID, Path(description="The notice's id: a UUID of your own choice when it is new.")]


@router.put(
    "/crisis/notices/{notice}",
    responses={201: {"model": OneNotice, "description": "Published"}, **shown.of(shown.NOTICE, *shown.ACT_ERRORS)},
)
async def put_notice(
    notice: NoticeId, sheet: NoticeSheet, response: Response, node: nodes.Given, who: Editor
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


@router.delete("/crisis/notices/{notice}", responses=shown.of(shown.NOTICE, *shown.ACT_ERRORS))
async def withdraw_notice(notice: NoticeId, node: nodes.Given, who: Editor, reason: Reason = "") -> OneNotice:
    """Withdraw a notice, for good. It stays in the history."""
    await acts.done(node, commands.WithdrawNotice(notice, reason), who)
    return _one(node, notice)


def _one(node: Node, name: UUID) -> OneNotice:
    now = node.now()
    found = node.state.notice(name)
    if found is None:  # an older event of this id, from a node with another clock, has no German text
        raise problems.plain(404)
    return OneNotice(notice=resources.StaffNotice.of(found, now), **resources.answered(now))
