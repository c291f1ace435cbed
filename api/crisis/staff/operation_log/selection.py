"""Which lines somebody wants to see, print or export: by function, kind, area, person and time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from api.crisis.staff import form_parsing
from api.crisis.staff.operation_log import lines as log_lines
from api.crisis.staff.operation_log.lines import Line
from crisis.model import areas
from crisis.node import Node
from translations.words import Words

ENTRY = "entry_written"
NAMES = ("function", "kind", "area", "person", "from", "to")
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted; "" or None for all. `kind`: that of an event, or `entry:` and the sort of an entry by hand."""

    function: str = ""
    kind: str = ""
    area: str = ""
    person: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None

    @property
    def is_all(self) -> bool:
        """Whether every line is wanted."""
        return self == Selection()

    def has(self, line: Line) -> bool:
        """Whether a line is wanted. One about the whole city is wanted for every area."""
        kind, _, sort = self.kind.partition(":")
        is_of_kind = not kind or line.event_kind == (ENTRY if sort else kind)
        is_there = not self.area or self.area in areas.around(line.area) or line.area in areas.around(self.area)
        return (
            is_of_kind
            and (not sort or line.entry.sort == sort)
            and is_there
            and (not self.function or line.entry.function == self.function)
            and (not self.person or self.person.casefold() in {line.actor.casefold(), line.entry.sender.casefold()})
            and (self.from_at is None or line.at >= self.from_at)
            and (self.until_at is None or line.at <= self.until_at)
        )


def read(query: Mapping[str, str]) -> Selection:
    """The selection in an address. Raises FieldError for a time that is none."""
    given = {name: query.get(name, "").strip() for name in NAMES}
    times = {"from_at": given["from"], "until_at": given["to"]}  # as the forms of notices name them
    return Selection(
        function=given["function"],
        kind=given["kind"],
        area=given["area"],
        person=given["person"],
        from_at=form_parsing.time(times, "from_at", None),
        until_at=form_parsing.time(times, "until_at", None),
    )


def address(path: str, query: Mapping[str, str], **more: object) -> str:
    """An address with the same selection."""
    pairs = [(name, query[name]) for name in NAMES if query.get(name, "").strip()]
    pairs += [(name, str(value)) for name, value in more.items()]
    return f"{path}?{urlencode(pairs)}" if pairs else path


async def newest(node: Node, wanted: Selection, before: int, limit: int, words: Words) -> list[Line]:
    """The wanted lines with numbers below `before`, the newest first, at most `limit`."""
    found: list[Line] = []
    last = min(before - 1, len(node.book))
    while last > 0 and len(found) < limit:
        first = max(last - (limit if wanted.is_all else _CHUNK) + 1, 1)
        chunk = await log_lines.between(node, first, last, words)
        found += [line for line in reversed(chunk) if wanted.has(line)]
        last = first - 1
        await asyncio.sleep(0)  # other requests go on in between
    return found[:limit]


async def all_of(node: Node, wanted: Selection, words: Words) -> AsyncIterator[list[Line]]:
    """The wanted lines in their order, in parts; those that come meanwhile are left out."""
    until = len(node.book)
    for first in range(1, until + 1, _CHUNK):
        chunk = await log_lines.between(node, first, min(first + _CHUNK - 1, until), words)
        yield [line for line in chunk if wanted.has(line)]
        await asyncio.sleep(0)
