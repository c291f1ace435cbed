"""What ingest keeps in memory of slow tables: registered boxes, Meshtastic nodes, the catalogue, numbers of series."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devices import quantities
from devices.declarations import Declarations
from devices.mappings import Mapping, Mappings
from devices.quantities import CATALOGUE, BadPosition, Catalogue
from devices.wire.inputs import formats
from ingest.integers import Resolutions
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as MappingType

    from kiezbox.db import Connection, Pool

log = logging.getLogger(__name__)

SeriesKey = tuple[str, str, str]  # box, source, quantity
SampleKey = tuple[str, str, tuple[str, ...]]  # box, source, and the quantities of a sample

# Different keys: a box that combines its quantities differently in each sample must not fill the memory.
_SAMPLES_KEPT = 100_000
_RESOLUTIONS = "SELECT id, decimals, averaging FROM series"


class Numbers(dict[SampleKey, tuple[int, ...]]):
    """The numbers of all series of a sample, cached: a box sends the same quantities together again and again.

    A look-up raises KeyError while one of the series has no number.
    """

    def __init__(self, series: MappingType[SeriesKey, int]) -> None:
        super().__init__()
        self._series = series

    def __missing__(self, key: SampleKey) -> tuple[int, ...]:
        box, source, quantities = key
        found = tuple([self._series[box, source, quantity] for quantity in quantities])
        if len(self) >= _SAMPLES_KEPT:
            self.clear()
        self[key] = found
        return found


@dataclass(slots=True)
class Registry:
    """A cache of slow tables. Only committed rows get in, so that a rollback leaves nothing behind."""

    catalogue: Catalogue = field(default_factory=lambda: CATALOGUE)
    registered: frozenset[str] = frozenset()
    nodes: dict[int, str] = field(default_factory=dict)
    series: dict[SeriesKey, int] = field(default_factory=dict)
    numbers: Numbers = field(init=False)
    resolutions: Resolutions = field(default_factory=Resolutions)
    declarations: Declarations = field(default_factory=Declarations)
    inputs: set[str] = field(default_factory=set)  # boxes of which is noted by which format they came
    _is_declared: bool = False
    unconverted_until_us: int | None = None  # what was measured by then may repeat a reading that is not converted yet

    def __post_init__(self) -> None:
        self.numbers = Numbers(self.series)

    async def refresh(self, pool: Pool) -> None:
        """Read boxes and the catalogue again: operators change them. The number of a series never changes.

        What was kept before 0028_stored_reading is converted meanwhile: until when it was measured is read too.
        """
        async with pool.connection() as connection:
            boxes = await connection.fetch(sql.load("ingest", "select_boxes"))
            known = await connection.fetch(sql.load("ingest", "select_quantities"))
            bad_positions = await connection.fetch(sql.load("ingest", "select_bad_positions"))
            mappings = await connection.fetch(sql.load("ingest", "select_mappings"))
            catalogue = Catalogue(
                (quantities.of_row(dict(row)) for row in known),
                (BadPosition(**dict(row)) for row in bad_positions),
                Mappings(Mapping(**dict(row)) for row in mappings),
                self.declarations,
            )
            if not self._is_declared:
                rows = await connection.fetch(sql.load("ingest", "select_declarations"))
                self.declare((row["format"], row["topic"], row["payload"]) for row in rows)
                self._is_declared = True
            if self.series and _decimals(catalogue) != _decimals(self.catalogue):
                self.resolutions.learn(tuple(row) for row in await connection.fetch(_RESOLUTIONS))
            self.unconverted_until_us = await connection.fetchval(sql.load("ingest", "unconverted_until"))
        self.registered = frozenset(row["id"] for row in boxes if row["registered"])
        self.nodes = {row["node"]: row["id"] for row in boxes if row["node"] is not None}
        self.catalogue = catalogue

    def declare(self, declared: Iterable[tuple[str, str, bytes]]) -> None:
        """Note announcements: format, topic and payload of each. One that cannot be read any more is left out."""
        for of_format, topic, payload in declared:
            read = formats.known()[of_format].declare if of_format in formats.known() else None
            if read is None:
                continue
            try:
                self.declarations.learn(topic, read(topic, payload))
            except ValueError as error:
                log.warning("an announcement cannot be read", extra={"topic": topic, "error": error})

    async def number(self, connection: Connection, keys: set[SeriesKey]) -> dict[SeriesKey, int]:
        """The numbers of those series that are not cached yet; new series get one. Call `learn` after the commit."""
        new = sorted(keys - self.series.keys())
        if not new:
            return {}
        columns = [list(column) for column in zip(*new, strict=True)]
        await connection.execute(sql.load("ingest", "insert_boxes"), sorted(set(columns[0])))
        await connection.execute(sql.load("ingest", "insert_series"), *columns)
        rows = await connection.fetch(sql.load("ingest", "select_series"), *columns)
        # Also before the commit: a number that was rolled back is not given again.
        self.resolutions.learn((row["id"], row["decimals"], row["averaging"]) for row in rows)
        return {(row["box"], row["source"], row["quantity"]): row["id"] for row in rows}

    def learn(self, series: dict[SeriesKey, int]) -> None:
        """Cache numbers whose transaction has committed."""
        self.series.update(series)


def _decimals(catalogue: Catalogue) -> dict[str, int]:
    return {name: quantity.decimals for name, quantity in catalogue.items()}
