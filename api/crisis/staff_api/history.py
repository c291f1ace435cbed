"""Who did what: the log, the newest first."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.crisis.auth.access import Viewer
from api.crisis.deps import Deps
from api.crisis.staff_api import event_json, examples, schemas
from api.http import cursors, paging
from api.http.cursors import Cursor
from api.http.parameters import StrictQuery
from crisis.log import follower
from crisis.log.follower import Entry
from crisis.model.event_bodies import KINDS
from crisis.node import Node

router = APIRouter(tags=["crisis"])

_LIST = "/crisis/history"


class Asked(StrictQuery):
    """Which part of the history."""

    kind: str | None = Field(default=None, pattern=f"^({'|'.join(KINDS)})$", examples=["mode_set"])
    actor: str | None = Field(default=None, max_length=200, examples=["anna"], description="An account, exactly.")
    about: UUID | None = Field(
        default=None,
        examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"],
        description="Everything about one notice, place, call or report, on one page; excludes the others.",
    )
    area: str | None = Field(
        default=None, max_length=32, examples=["district-71"], description="Every decision about one area's mode."
    )
    limit: int | None = Field(default=None, ge=1, examples=[50])
    cursor: Cursor | None = None


class History(schemas.Aged):
    """What happened, the newest first. An event that was overwritten by another one is here too."""

    items: list[event_json.EventJson]
    next: str | None


@router.get(_LIST, responses=examples.of(examples.HISTORY, 400, 401, 403, 422))
async def show_history(
    request: Request,
    response: Response,
    query: Annotated[Asked, Query()],
    deps: Deps,
    _principal: Viewer,
) -> History:
    """Who did what, where and when: every event of the log in the order in which it reached this node."""
    node = deps.node
    now = node.now()
    if query.about is not None or query.area is not None:
        entries = await _about(node, query.about or str(query.area))
        items = [event_json.of(node, entry) for entry in entries]
        return History(items=items, next=None, **schemas.aged(now))
    limit = paging.limit(query.limit, deps.settings.api)
    before = int(cursors.read(_LIST, query.cursor, int)[0]) if query.cursor else None
    found = await node.history(before, limit + 1, query.kind, query.actor)
    on_page = found[:limit]
    following = cursors.write(_LIST, on_page[-1].seq) if len(found) > limit else None
    link = paging.link(request, following)
    if link is not None:
        response.headers["Link"] = link
    return History(items=[event_json.of(node, entry) for entry in on_page], next=following, **schemas.aged(now))


async def _about(node: Node, subject: UUID | str) -> list[Entry]:
    """Everything about one subject, ordered by the time at which it counts as having happened, the newest first."""
    versions = node.state.history(subject)
    kept: dict[Any, Any] = await node.log.known([each.event.id for each in versions])
    return [follower.entry(kept[each.event.id]) for each in reversed(versions) if each.event.id in kept]
