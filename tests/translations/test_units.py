from __future__ import annotations

from typing import TYPE_CHECKING

from devices.quantities import CATALOGUE
from translations import units

if TYPE_CHECKING:
    from kiezbox import db


def test_units_are_written_as_people_do() -> None:
    assert [units.sign(unit) for unit in ("Cel", "ug/m3", "1", "hPa")] == ["°C", "µg/m³", "", "hPa"]


async def test_the_database_writes_units_in_the_same_way(pool: db.Pool) -> None:
    known = {quantity.unit for quantity in CATALOGUE.values()} | units.SIGNS.keys()

    rows = await pool.fetch("SELECT unit, unit_sign(unit) AS sign FROM unnest($1::text[]) AS unit", sorted(known))

    assert {row["unit"]: row["sign"] for row in rows} == {unit: units.sign(unit) for unit in known}
