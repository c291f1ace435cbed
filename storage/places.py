"""Where boxes have stood: each place from a moment on until the next one (storage/migrations/0017_place.sql)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kiezbox import sql
from storage.box_errors import InvalidBoxError

if TYPE_CHECKING:
    from kiezbox.db import Connection

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)  # no reading is older (protocol.md, telemetry)


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float

    def check(self) -> None:
        """Raise InvalidBoxError for what is no place on earth."""
        for name, value, bound in (("latitude", self.latitude, 90), ("longitude", self.longitude, 180)):
            if not -bound <= value <= bound:  # also false for a value that is not a number
                raise InvalidBoxError(
                    f"the {name} {value} is not possible", f"write degrees from -{bound} to {bound}, as 52.4886"
                )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box has stood, from a moment on until its next place."""

    since: datetime
    position: Position


async def put(connection: Connection, box: str, position: Position, since: datetime | None) -> None:
    """Write down a place. The box is where its newest place says; without `since` a trigger makes that place."""
    if since is None:
        await connection.execute(sql.load("storage", "move_box"), box, position.latitude, position.longitude)
        return
    await connection.execute(sql.load("storage", "put_place"), box, since, position.latitude, position.longitude)
    await connection.execute(sql.load("storage", "locate_box"), box)


async def of(connection: Connection, box: str, limit: int) -> list[Place]:
    """The newest places of a box, the newest first."""
    rows = await connection.fetch(sql.load("storage", "places_of_box"), box, limit)
    return [Place(row["since"], Position(row["latitude"], row["longitude"])) for row in rows]


def check(position: Position | None, since: datetime | None) -> None:
    """Raise InvalidBoxError for what is no place on earth, or no time since when a box can have stood there."""
    if position is not None:
        position.check()
    if since is not None and not EARLIEST <= since <= datetime.now(UTC):
        raise InvalidBoxError(
            f"a box cannot be moved from {since.astimezone(UTC):%Y-%m-%d %H:%M UTC} on",
            f"write a time from {EARLIEST:%Y-%m-%d} until now",
        )
