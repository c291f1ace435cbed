from __future__ import annotations

from translations import units


def test_units_are_written_as_people_do() -> None:
    assert [units.sign(unit) for unit in ("Cel", "ug/m3", "1", "hPa")] == ["°C", "µg/m³", "", "hPa"]
