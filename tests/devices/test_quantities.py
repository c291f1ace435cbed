from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devices import quantities
from devices.quantities import BAD_POSITIONS, CATALOGUE, BadPosition
from tests.devices.support.telemetry_cases import LIMITS

if TYPE_CHECKING:
    from kiezbox import db


async def test_the_catalogue_is_what_the_migration_seeds(pool: db.Pool) -> None:
    rows = await pool.fetch("SELECT * FROM quantity")

    assert {row["name"]: quantities.of_row(dict(row)) for row in rows} == CATALOGUE


async def test_the_bad_positions_are_what_the_migration_seeds(pool: db.Pool) -> None:
    rows = await pool.fetch("SELECT * FROM bad_position")

    assert tuple(BadPosition(**dict(row)) for row in rows) == BAD_POSITIONS


def test_the_catalogue_has_the_limits_of_the_protocol() -> None:
    assert {name: (quantity.low, quantity.high) for name, quantity in CATALOGUE.items()} == LIMITS


def test_every_quantity_is_named_as_the_database_asks() -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) for name in CATALOGUE)
    assert all(name == quantity.name for name, quantity in CATALOGUE.items())
