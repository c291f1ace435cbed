"""Boxes as operators know them: registered, renamed, moved, retired. Each change is written down with who made it.

An id never changes: series, credentials and signed events hang on it. Each function runs in the caller's transaction.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from kiezbox import sql
from storage import box_history, places
from storage.box_errors import BoxStateError, InvalidBoxError, UnknownBoxError
from storage.box_history import ChangeKind
from storage.places import Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kiezbox.db import Connection, Record
    from storage.box_history import Author, Change
    from storage.places import Place

    Row = Record | Mapping[str, Any]

NAME_CHARACTERS = 100
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")  # as the table's constraint (0001_box.sql)
_UNCONFIGURED = "00-00"
CHANGES_SHOWN = 200  # the newest changes and places of a box
_REGISTER = "kiezbox box register"
_LIST = "kiezbox box list --all shows every box"


class BoxState(StrEnum):
    """What a box is to its operators."""

    REGISTERED = "registered"
    SEEN = "seen"  # it sends, and nobody registered it
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Box:
    """A box as it is now."""

    id: str
    name: str | None
    district: int | None
    number: int | None
    position: Position | None
    located_at: datetime | None  # since when it has been at its position; None: not known
    registered_at: datetime | None
    retired_at: datetime | None
    withdrawn_at: datetime | None
    first_seen: datetime | None
    last_seen: datetime | None
    is_public: bool | None  # None: nobody has said, and the settings decide
    place_is_exact: bool  # else everybody may know where it stands to 300 m

    @property
    def state(self) -> BoxState:
        """Registered, only seen, or retired."""
        if self.retired_at is not None:
            return BoxState.RETIRED
        return BoxState.SEEN if self.registered_at is None else BoxState.REGISTERED

    @classmethod
    def of(cls, row: Row) -> Self:
        """From a row of the table `box`."""
        latitude, longitude = row["latitude"], row["longitude"]
        is_placed = latitude is not None and longitude is not None
        names = ("id", "name", "district", "number", "located_at", "registered_at", "retired_at", "withdrawn_at")
        return cls(
            position=Position(latitude, longitude) if is_placed else None,
            **{name: row[name] for name in (*names, "first_seen", "last_seen", "is_public", "place_is_exact")},
        )


@dataclass(frozen=True, slots=True)
class History:
    """A box with where it has stood and what operators changed, the newest first."""

    box: Box
    places: Sequence[Place]
    changes: Sequence[Change]


# -- changes ---------------------------------------------------------------------------------------------------------


async def register(
    connection: Connection,
    author: Author,
    box: str,
    *,
    name: str | None = None,
    position: Position | None = None,
    since: datetime | None = None,
) -> Box:
    """Register a box, before or after it sends; a retired one is in service again. Raises BoxError.

    Without `name` and `position` those that are known stay. `since` is when it came to `position`; None is now.
    """
    check_id(box)
    checked = None if name is None else checked_name(name)
    if since is not None and position is None:
        raise InvalidBoxError("a time without a place", "give the position, too")
    places.check(position, since)
    await connection.execute(_sql("insert_box"), box)
    before = await _locked(connection, box)
    if before.state is BoxState.REGISTERED:
        raise BoxStateError(
            f"{box} is registered already, since {_day(before.registered_at)}",
            "kiezbox box rename and kiezbox box move change what is known about it",
        )
    await connection.execute(_sql("register_box"), box, checked)
    if position is not None:
        await places.put(connection, box, position, since)
    return await _note(connection, author, ChangeKind.REGISTER, before)


async def rename(connection: Connection, author: Author, box: str, name: str) -> Box:
    """Set the name that people read; an empty one removes it. Raises BoxError."""
    checked = checked_name(name)
    before = await _locked(connection, box)
    await connection.execute("UPDATE box SET name = $2 WHERE id = $1", box, checked)
    return await _note(connection, author, ChangeKind.RENAME, before)


async def move(
    connection: Connection, author: Author, box: str, position: Position, since: datetime | None = None
) -> Box:
    """Put a registered box somewhere, from `since` on until the next place that is known; None is now. Raises BoxError.

    Without `since` a distance under 100 m corrects the present place (storage/migrations/0017_place.sql).
    """
    places.check(position, since)
    before = await _locked(connection, box)
    if before.state is not BoxState.REGISTERED:
        why = "is retired" if before.state is BoxState.RETIRED else "was only seen, and says itself where it is"
        raise BoxStateError(f"{box} {why}", f"{_REGISTER} {box}, then move it")
    if since is None and position == before.position:
        raise _unchanged(box)
    await places.put(connection, box, position, since)
    return await _note(connection, author, ChangeKind.MOVE, before, _placed(position, since or datetime.now(UTC)))


async def publish(
    connection: Connection,
    author: Author,
    box: str,
    *,
    is_public: bool | None = None,
    place_is_exact: bool | None = None,
) -> Box:
    """Say whether everybody may see a box, and how exactly where it stands; None leaves that as it is. Raises BoxError.

    It counts from the next request on, and for what streams that are open say next.
    """
    if is_public is None and place_is_exact is None:
        raise InvalidBoxError("nothing was said", "say whether the box is public, or whether its place is exact")
    before = await _locked(connection, box)
    await connection.execute(_sql("publish_box"), box, is_public, place_is_exact)
    return await _note(connection, author, ChangeKind.PUBLISH, before)


async def retire(connection: Connection, author: Author, box: str) -> Box:
    """Take a box out of service: it leaves pages, lists and alerts, and keeps its history. Raises BoxError."""
    before = await _locked(connection, box)
    if before.retired_at is not None:
        raise BoxStateError(
            f"{box} is retired already, since {_day(before.retired_at)}", f"{_REGISTER} {box} brings it back"
        )
    await connection.execute("UPDATE box SET retired_at = now() WHERE id = $1", box)
    return await _note(connection, author, ChangeKind.RETIRE, before)


# -- questions -------------------------------------------------------------------------------------------------------


async def listed(connection: Connection, after: str | None, limit: int | None, *, is_all: bool) -> list[Box]:
    """Boxes in the order of ids, after an id if given; with `is_all` retired ones too."""
    return [Box.of(row) for row in await connection.fetch(_sql("list_boxes"), after, limit, is_all)]


async def history(connection: Connection, box: str) -> History:
    """One box, its newest places and changes. Raises UnknownBoxError."""
    row = await connection.fetchrow("SELECT * FROM box WHERE id = $1", box)
    if row is None:
        raise _unknown(box)
    found = await places.of(connection, box, CHANGES_SHOWN), await box_history.of(connection, box, CHANGES_SHOWN)
    return History(Box.of(row), *found)


# -- parts of a change -----------------------------------------------------------------------------------------------


async def _locked(connection: Connection, box: str) -> Box:
    """The box, which nobody else changes until the transaction ends. Raises UnknownBoxError."""
    row = await connection.fetchrow("SELECT * FROM box WHERE id = $1 FOR UPDATE", box)
    if row is None:
        raise _unknown(box)
    return Box.of(row)


async def _note(
    connection: Connection, author: Author, kind: ChangeKind, before: Box, values: Mapping[str, Any] | None = None
) -> Box:
    """Write down what was changed, and by whom; the box as it is now. `values` is what holds now, where it is known."""
    box = await _locked(connection, before.id)
    was, became = _noted(before), _noted(box)
    keys = [key for key in was if was[key] != became[key] or (values is not None and key in values)]
    if not keys:
        raise _unchanged(before.id)
    values = values or {key: became[key] for key in keys}
    await box_history.write(connection, author, kind, before.id, before={key: was[key] for key in keys}, after=values)
    return box


def _placed(position: Position, since: datetime) -> dict[str, Any]:
    """A move as it is written down."""
    return {"latitude": position.latitude, "longitude": position.longitude, "since": since.isoformat()}


def _noted(box: Box) -> dict[str, Any]:
    """What of a box a change may change."""
    return {
        "name": box.name,
        "latitude": box.position and box.position.latitude,
        "longitude": box.position and box.position.longitude,
        "state": box.state.value,
        "public": box.is_public,
        "exact_place": box.place_is_exact,
    }


def is_id(text: str) -> bool:
    """Whether a box or an area can be called so."""
    return _ID.fullmatch(text) is not None


def check_id(box: str) -> None:
    """Raise InvalidBoxError for what no box is called."""
    if not is_id(box):
        raise InvalidBoxError(
            f"{box!r} is no box id", "write up to 32 lower-case letters, digits and hyphens, for example 71-01"
        )
    if box == _UNCONFIGURED:
        raise InvalidBoxError(
            f"{box} is what a Kiezbox sends that has no number yet", "give the box its number, then register that"
        )


def checked_name(text: str) -> str | None:
    """A name as it is stored; None for an empty one. Raises InvalidBoxError."""
    name = unicodedata.normalize("NFC", text.strip())
    if len(name) > NAME_CHARACTERS:
        raise InvalidBoxError(f"the name has {len(name)} characters", f"write at the most {NAME_CHARACTERS} characters")
    # Also what turns the direction of the text around it, or hides in it.
    if any(unicodedata.category(character)[0] == "C" or character in "\u2028\u2029" for character in name):
        raise InvalidBoxError("the name has characters that nobody sees", "write one line of plain text")
    return name or None


def _unchanged(box: str) -> BoxStateError:
    return BoxStateError(f"nothing would change: {box} is so already", f"kiezbox box show {box}")


def _unknown(box: str) -> UnknownBoxError:
    return UnknownBoxError(
        f"there is no box {box}: nobody registered it, and nothing was received from it",
        f"{_LIST}; {_REGISTER} ID makes a new one",
    )


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _sql(name: str) -> str:
    return sql.load("storage", name)
