"""Reads entities: one statement for each set and each expansion, however many entities it serves."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from api.database import Database, Row
from api.sensorthings import entities, expressions, listing, observations, pages, shapes
from api.sensorthings.addresses import Step
from api.sensorthings.entities import EntitySet, Navigation
from api.sensorthings.links import Links
from api.sensorthings.options import Options
from api.sensorthings.pages import Page, Source, Statement
from api.sensorthings.shapes import Json
from kiezbox.errors import Refused

EXPANDED_ROWS = 5_000  # entities that one expansion may bring over all its parents together
# Entities that one answer may hold. Few rows can make many entities: `Thing($expand=Datastreams($expand=Thing(...)))`
# multiplies at each level, because an entity is written wherever a navigation leads to it.
WRITTEN_MAX = 20_000
SEARCH_SECONDS = 5.0  # for a statement that may look at any number of readings
# Statements for one page while a filter finds nothing. Each looks twice as far ahead as the one before; together they
# take about a second. After the last one the page is empty, and its next link continues from there.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Built:
    """An entity with what it expands, and how many entities that makes when it is written."""

    body: Json
    weight: int


class Reader:
    """Reads rows and builds entities of them."""

    def __init__(self, database: Database, links: Links, now: datetime) -> None:
        self._database = database
        self._now = now
        self._links = links

    async def entity(self, steps: Sequence[Step]) -> Row | None:
        """The one entity at the end of these steps; None when a step leads nowhere."""
        row: Row | None = None
        for number, step in enumerate(steps):
            if number and row is None:
                return None
            (page,) = await self.pages(self.source(step, row), Options(top=1))
            row = page.rows[0] if page.rows else None
        return row

    def source(self, step: Step, before: Row | None) -> Source:
        """The rows of the last step, which the entity before it leads to."""
        if step.navigation is None or before is None:
            return Source(step.entity, key=step.key)
        return Source(step.entity, step.navigation.link, (before[step.navigation.link],), step.key)

    async def pages(self, source: Source, options: Options) -> list[Page]:
        """One page for each parent, in their order. Raises a 400 problem."""
        limit = min(options.limit, max(1, EXPANDED_ROWS // max(1, len(source.links))))
        if source.entity is entities.OBSERVATIONS:
            found = await self._observations(source, options, limit)
        else:
            found = await self._listed(source, options, limit)
        if not options.is_counted:
            return found
        return await self._counted(source, options, found)

    async def build(self, entity: EntitySet, rows: Sequence[Row], options: Options) -> list[Json]:
        """Entities as JSON values, with what they expand. Raises a 400 problem when that is too much."""
        return [built.body for built in await self._build(entity, rows, options)]

    async def _build(self, entity: EntitySet, rows: Sequence[Row], options: Options) -> list[_Built]:
        bodies = [self._body(entity, row, options) for row in rows]
        weights = [1] * len(rows)
        for name, inner in options.expand.items():
            navigation = entity.navigations[name]
            children = await self._children(navigation, rows, inner)
            for number, (body, row) in enumerate(zip(bodies, rows, strict=True)):
                page, entries = children[row[navigation.link]]
                if navigation.is_many:
                    address = f"{self._links.entity(entity, row['key'])}/{name}"
                    control = self._links.control(address, inner, page)
                    body |= {f"{name}{field}": value for field, value in control.items()}
                    body[name] = [entry.body for entry in entries]
                else:
                    entries = entries[:1]
                    body[name] = entries[0].body if entries else None
                weights[number] += sum(entry.weight for entry in entries)
            # Each of these entities is written at least once, so the whole answer is at least as large.
            if sum(weights) > WRITTEN_MAX:
                raise expressions.mistake(
                    "$expand",
                    f"the answer would hold more than {WRITTEN_MAX:,} entities: give $top to what is expanded, "
                    "expand less, or follow the navigation links",
                )
        return [_Built(body, weight) for body, weight in zip(bodies, weights, strict=True)]

    async def _children(
        self, navigation: Navigation, rows: Sequence[Row], options: Options
    ) -> Mapping[object, tuple[Page, Sequence[_Built]]]:
        """The entities that these rows lead to, by the link; read once for all rows."""
        target = entities.SETS[navigation.target]
        links = list(dict.fromkeys(row[navigation.link] for row in rows))
        # Also where there are no rows: a mistake in the options has to be found all the same.
        found = await self.pages(Source(target, navigation.link, links), options)
        built = iter(await self._build(target, [row for page in found for row in page.rows], options))
        return {link: (page, [next(built) for _ in page.rows]) for link, page in zip(links, found, strict=True)}

    async def fetch(self, statement: Statement) -> list[Row]:
        """The rows of a statement. Raises a 400 problem when its values make no sense to the database."""
        try:
            async with asyncio.timeout(SEARCH_SECONDS if statement.searches_readings else None):
                return await self._database.fetch(statement.text, *statement.values)
        except TimeoutError:
            raise expressions.mistake(
                "$filter",
                f"no answer within {SEARCH_SECONDS} s: too many Observations to look through. "
                "Narrow their phenomenonTime, or ask Observations themselves",
            ) from None
        except Refused:
            raise expressions.mistake(
                "$filter or $orderby", "cannot be computed: a number or a time in it leaves the range of its type"
            ) from None

    async def _listed(self, source: Source, options: Options, limit: int) -> list[Page]:
        rows = _by_parent(await self.fetch(listing.select(source, options, limit)), source)
        return [Page(found[:limit], self._following(source, options, found, limit)) for found in rows]

    def _following(self, source: Source, options: Options, found: Sequence[Row], limit: int) -> dict[str, str] | None:
        if len(found) <= limit or limit == 0:  # $top=0 asks for the count only
            return None
        if options.orderby:
            return {"$skip": str(options.skip + limit)}
        return {"$skiptoken": pages.write_token(source.entity, found[limit - 1]["key"])}

    async def _observations(self, source: Source, options: Options, limit: int) -> list[Page]:
        if options.skip > observations.SKIP_MAX:
            raise expressions.mistake("$skip", f"at most {observations.SKIP_MAX}; follow @iot.nextLink instead")
        look_ahead = observations.LOOK_AHEAD_ROWS // max(1, len(source.links))
        after, skip = observations.page_start(options), options.skip
        for window in observations.windows(source, options, after, self._now):
            narrow = await self.fetch(
                observations.select(source, options, skip + limit, after, look_ahead=look_ahead, window=window)
            )
            if sum(row["key"] is not None for row in narrow) > skip + limit:
                return [_merged_page(narrow, options, skip, limit)]
        for _ in range(_ROUNDS):
            rows = await self.fetch(observations.select(source, options, skip + limit, after, look_ahead=look_ahead))
            found = _by_parent(rows, source)
            if not observations.is_timed(options):
                return [_sorted_page(each, options, limit) for each in found]
            made = [_merged_page(each, options, skip, limit) for each in found]
            (first, *_) = found or [[]]
            until = first[0]["until"] if first else None
            if len(found) != 1 or made[0].rows or until is None or limit == 0:
                break
            skip = max(0, skip - sum(row["key"] is not None for row in first))
            after, look_ahead = observations.beyond(until, options), look_ahead * 2
        return made

    async def _counted(self, source: Source, options: Options, found: list[Page]) -> list[Page]:
        is_bounded = source.entity is entities.OBSERVATIONS
        counting = observations.count if is_bounded else listing.count
        counts = await self.fetch(counting(source, options))
        made = []
        for page, row in zip(found, counts, strict=True):
            is_known = not is_bounded or row["examined"] <= observations.COUNT_MAX
            exact, least = (row["count"], None) if is_known else (None, row["count"])
            made.append(Page(page.rows, page.following, exact, least))
        return made

    def _body(self, entity: EntitySet, row: Row, options: Options) -> Json:
        address = self._links.entity(entity, row["key"])
        body: Json = {"@iot.id": row["key"], "@iot.selfLink": address, **shapes.write(entity, row)}
        if options.select is None:
            return body | {f"{name}@iot.navigationLink": f"{address}/{name}" for name in entity.navigations}
        chosen = shapes.selected(body, options.select)
        named = [name for name in entity.navigations if name in options.select]
        return chosen | {f"{name}@iot.navigationLink": f"{address}/{name}" for name in named}


def _by_parent(rows: Sequence[Row], source: Source) -> list[list[Row]]:
    """The rows of each parent, an empty list where it has none; parents are numbered from 1."""
    found: dict[int, list[Row]] = {parent: list(each) for parent, each in groupby(rows, lambda row: row["parent"])}
    return [found.get(number, []) for number in range(1, len(source.links) + 1)]


def _merged_page(rows: Sequence[Row], options: Options, skip: int, limit: int) -> Page:
    """A page in the order of time; the next one continues where the look-ahead ended."""
    until = rows[0]["until"] if rows else None
    real = [row for row in rows if row["key"] is not None]
    shown = real[skip : skip + limit]
    if limit == 0:
        return Page((), None)
    if len(real) > skip + limit:
        start = observations.PageStart(shown[-1]["measured_at"], shown[-1]["series"])
        return Page(shown, {"$skiptoken": start.token()})
    if until is None:
        return Page(shown, None)
    left = max(0, skip - len(real))
    token = observations.beyond(until, options).token()
    return Page(shown, {"$skiptoken": token} | ({"$skip": str(left)} if left else {}))


def _sorted_page(rows: Sequence[Row], options: Options, limit: int) -> Page:
    """A page in any other order, which needs all rows at once. Raises a 400 problem when there are too many."""
    if rows and rows[0]["until"] is not None:
        raise expressions.mistake(
            "$orderby",
            f"more than {observations.LOOK_AHEAD_ROWS} Observations would have to be sorted; narrow phenomenonTime "
            "or the Datastreams in $filter, or order by phenomenonTime",
        )
    real = [row for row in rows if row["key"] is not None]
    is_more = limit > 0 and len(real) > options.skip + limit
    return Page(real[options.skip : options.skip + limit], {"$skip": str(options.skip + limit)} if is_more else None)
