"""Boxes come and go: admins register, rename, move, publish and retire them. `kiezbox box` does the same.

Programs send the token of an account. A browser's session is not sent here: its cookie is for /crisis only.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import APIRouter, Body, Path, Query

from api.admin import schemas
from api.crisis.auth.access import BoxManager
from api.crisis.auth.principal import Principal
from api.deps import Deps
from api.http import cursors, paging
from api.http.parameters import PageQuery
from api.http.problems import Problem, Slug
from api.readings import examples
from storage import boxes
from storage.box_errors import BoxError, InvalidBoxError, UnknownBoxError
from storage.box_history import Author, Via

if TYPE_CHECKING:
    from kiezbox.db import Connection

T = TypeVar("T")

router = APIRouter(tags=["admin"])

BoxPath = Annotated[str, Path(max_length=100, examples=["71-01"])]
_BOX = schemas.example(datetime(2025, 11, 23, 8, 0, tzinfo=UTC))
_BOXES = schemas.AdminBoxes(items=[_BOX], next=None)
_HISTORY = schemas.BoxHistory(box=_BOX, places=[], changes=[])
_ERRORS = (401, 403, 404, 409, 422, 503)


@router.get("/v1/admin/boxes", responses=examples.of(_BOXES, 400, 401, 403, 422, 503))
async def list_admin_boxes(
    query: Annotated[PageQuery, Query()], deps: Deps, _principal: BoxManager
) -> schemas.AdminBoxes:
    """Every box in the order of ids, retired ones too."""
    limit = paging.limit(query.limit, deps.settings.api)
    after = str(cursors.read("admin/boxes", query.cursor, str)[0]) if query.cursor else None
    found = await deps.registry.transact(lambda connection: boxes.listed(connection, after, limit + 1, is_all=True))
    page = found[:limit]
    next_cursor = cursors.write("admin/boxes", page[-1].id) if len(found) > limit else None
    return schemas.AdminBoxes(items=[schemas.AdminBox.of(box) for box in page], next=next_cursor)


@router.get("/v1/admin/boxes/{box}", responses=examples.of(_HISTORY, 401, 403, 404, 422, 503))
async def show_admin_box(box: BoxPath, deps: Deps, _principal: BoxManager) -> schemas.BoxHistory:
    """One box with where it has stood and who changed what."""
    return schemas.BoxHistory.of(await _run(deps, lambda connection: boxes.history(connection, box)))


@router.post("/v1/admin/boxes/{box}/register", responses=examples.of(_BOX, *_ERRORS))
async def register_box(
    box: BoxPath,
    deps: Deps,
    principal: BoxManager,
    body: Annotated[schemas.RegisterBody | None, Body()] = None,
) -> schemas.AdminBox:
    """Register a box, before or after it sends; a retired one is in service again."""
    given = body or schemas.RegisterBody()
    author = _author(principal)
    position = None if given.position is None else schemas.position_of(given.position)
    return schemas.AdminBox.of(
        await _run(
            deps,
            lambda connection: boxes.register(
                connection, author, box, name=given.name, position=position, since=given.since
            ),
        )
    )


@router.post("/v1/admin/boxes/{box}/rename", responses=examples.of(_BOX, *_ERRORS))
async def rename_box(box: BoxPath, body: schemas.RenameBody, deps: Deps, principal: BoxManager) -> schemas.AdminBox:
    """Set the name that people read. The id stays: series, credentials and signed events hang on it."""
    author = _author(principal)
    return schemas.AdminBox.of(await _run(deps, lambda connection: boxes.rename(connection, author, box, body.name)))


@router.post("/v1/admin/boxes/{box}/move", responses=examples.of(_BOX, *_ERRORS))
async def move_box(box: BoxPath, body: schemas.MoveBody, deps: Deps, principal: BoxManager) -> schemas.AdminBox:
    """Say where a registered box stands, from a time on until its next known place."""
    author, position = _author(principal), schemas.position_of(body.position)
    return schemas.AdminBox.of(
        await _run(deps, lambda connection: boxes.move(connection, author, box, position, body.since))
    )


@router.post("/v1/admin/boxes/{box}/publish", responses=examples.of(_BOX, *_ERRORS))
async def publish_box(box: BoxPath, body: schemas.PublishBody, deps: Deps, principal: BoxManager) -> schemas.AdminBox:
    """Say whether everybody may see a box, and how exactly where it stands: to 300 m, or exactly."""
    author = _author(principal)

    async def publish(connection: "Connection") -> boxes.Box:
        return await boxes.publish(connection, author, box, is_public=body.public, place_is_exact=body.exact_place)

    return schemas.AdminBox.of(await _run(deps, publish))


@router.post("/v1/admin/boxes/{box}/retire", responses=examples.of(_BOX, *_ERRORS))
async def retire_box(box: BoxPath, deps: Deps, principal: BoxManager) -> schemas.AdminBox:
    """Take a box out of service, or an id that was mistyped: it leaves pages, lists and alerts, not the history."""
    author = _author(principal)
    return schemas.AdminBox.of(await _run(deps, lambda connection: boxes.retire(connection, author, box)))


def _author(principal: Principal) -> Author:
    return Author(principal.account, Via.API)


async def _run(deps: Deps, work: Callable[["Connection"], Awaitable[T]]) -> T:
    """Work in one transaction. Raises Problem 404, 409 or 422 for a change that is not made."""
    try:
        return await deps.registry.transact(work)
    except BoxError as error:
        raise _problem(error) from None


def _problem(error: BoxError) -> Problem:
    detail = f"{error.message[:1].upper()}{error.message[1:]}. To go on: {error.hint}."
    if isinstance(error, UnknownBoxError):
        return Problem(404, Slug.UNKNOWN_BOX, "No such box", detail)
    if isinstance(error, InvalidBoxError):
        return Problem(422, Slug.INVALID_BODY, "Invalid body", detail)
    return Problem(409, Slug.REFUSED, "Not done", detail)
