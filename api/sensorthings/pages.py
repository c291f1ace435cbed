"""Pages: some rows of a set for each of several parents, and where the next rows are."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.database import Row
from api.http import cursors
from api.http.problems import Problem
from api.sensorthings import entities, expressions
from api.sensorthings.addresses import Key
from api.sensorthings.entities import EntitySet
from api.sensorthings.options import Options


@dataclass(frozen=True, slots=True)
class Source:
    """Which rows of a set: all, those with one of these values in the column `link`, or the one with this key."""

    entity: EntitySet
    link: str | None = None
    links: Sequence[Key | None] = (None,)
    key: Key | None = None

    @property
    def link_type(self) -> str:
        """The database type of the link's column."""
        return "text" if self.link is None else entities.LINK_TYPES[self.link]


@dataclass(frozen=True, slots=True)
class Page:
    """The rows for one parent, and the query options of the next page in `following`; None after the last page."""

    rows: Sequence[Row]
    following: dict[str, str] | None
    count: int | None = None
    count_at_least: int | None = None  # when there are too many to count


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and the values that it binds."""

    text: str
    values: Sequence[object]
    searches_readings: bool = False  # it may have to look at any number of readings before it knows


def write_token(entity: EntitySet, *parts: Key) -> str:
    """A $skiptoken, which says where a page ended."""
    return cursors.write(f"sensorthings {entity.name}", *parts)


def read_token(entity: EntitySet, options: Options, *types: type[Key]) -> list[Key] | None:
    """Where the page before ended, by its $skiptoken; None without one. Raises a 400 problem."""
    if options.after is None:
        return None
    try:
        return cursors.read(f"sensorthings {entity.name}", options.after, *types)
    except Problem:
        raise expressions.mistake(
            "$skiptoken", "was not given by this address; follow @iot.nextLink unchanged"
        ) from None
