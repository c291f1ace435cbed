from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devices.quantities import CATALOGUE, Quantity
from tests.devices.support.telemetry_cases import LIMITS

if TYPE_CHECKING:
    from kiezbox import db


async def test_the_catalogue_is_what_the_migration_seeds(pool: db.Pool) -> None:
    rows = await pool.fetch("SELECT * FROM quantity")

    seeded = [Quantity(**{**dict(row), "bad": tuple(row["bad"]), "suspect": tuple(row["suspect"])}) for row in rows]
    assert {quantity.name: quantity for quantity in seeded} == CATALOGUE


def test_the_catalogue_has_the_limits_of_the_protocol() -> None:
    assert {name: (quantity.low, quantity.high) for name, quantity in CATALOGUE.items()} == LIMITS


def test_every_quantity_is_named_as_the_database_asks() -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) for name in CATALOGUE)
    assert all(name == quantity.name for name, quantity in CATALOGUE.items())
