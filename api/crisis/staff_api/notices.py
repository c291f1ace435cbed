"""Official notices: publish, change, withdraw."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.crisis import refusals
from api.crisis.auth.access import NoticeEditor, Viewer
from api.crisis.deps import ServedNode
from api.crisis.refusals import Reason
from api.crisis.staff_api import commands, examples, schemas
from api.crisis.staff_api.bodies import NoticeBody, ReasonQuery
from crisis.model.commands import PutNotice, WithdrawNotice
from crisis.model.contents import NoticeContent
from crisis.node import Node

router = APIRouter(tags=["crisis"])


class Notices(schemas.Aged):
    """Every notice, the newest first."""

    items: list[schemas.StaffNotice]


class OneNotice(schemas.Aged):
    """A notice as it is now."""

    notice: schemas.StaffNotice


@router.get("/crisis/notices", responses=examples.of(examples.NOTICES, 401, 403))
async def list_notices(node: ServedNode, _principal: Viewer) -> Notices:
    """Every notice, the newest first: also those that are planned, over, replaced or withdrawn."""
    now = node.now()
    items = [schemas.StaffNotice.of(found, now) for found in node.state.notices()]
    return Notices(items=items, **schemas.aged(now))


NoticeId = Annotated[UUID, Path(description="The notice's id: a UUID of your own choice when it is new.")]


@router.put(
    "/crisis/notices/{notice}",
    responses={
        201: {"model": OneNotice, "description": "Published"},
        **examples.of(examples.NOTICE, *examples.ACT_ERRORS),
    },
)
async def put_notice(
    notice: NoticeId, body: NoticeBody, response: Response, node: ServedNode, principal: NoticeEditor
) -> OneNotice:
    """Publish a notice under an id of your own choice (a UUID), or change the one that has it.

    The body is the notice as a whole. Only what differs is written down, so two people who change different parts of
    it, even at nodes that cannot talk, both get what they wanted.
    """
    is_new = node.state.notice(notice) is None
    content = commands.content(NoticeContent, body.model_dump())
    await commands.act(node, PutNotice(notice, content), principal)
    response.status_code = 201 if is_new else 200
    return _one(node, notice)


@router.delete("/crisis/notices/{notice}", responses=examples.of(examples.NOTICE, *examples.ACT_ERRORS))
async def withdraw_notice(
    notice: NoticeId, node: ServedNode, principal: NoticeEditor, reason: ReasonQuery = ""
) -> OneNotice:
    """Withdraw a notice, for good. It stays in the history."""
    await commands.act(node, WithdrawNotice(notice, reason), principal)
    return _one(node, notice)


def _one(node: Node, name: UUID) -> OneNotice:
    now = node.now()
    found = node.state.notice(name)
    if found is None:  # an older event of this id, from a node with another clock, has no German text
        raise refusals.problem(Reason.NOT_FOUND)
    return OneNotice(notice=schemas.StaffNotice.of(found, now), **schemas.aged(now))
