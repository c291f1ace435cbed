"""The upgrade to a catalogue that knows averaging and decimals (0027_catalogue.sql) keeps what operators added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.quantities import CATALOGUE
from kiezbox import db
from storage import migrate

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

_ADDED = """
INSERT INTO quantity (name, unit, low, high, label_de, label_en) VALUES
    ('co2', 'ppm', 0, 5000, 'CO2 im Saal', 'CO2 in the hall'),
    ('traffic_noise', 'dB[A]', 0, 140, 'Verkehrslärm', 'Traffic noise'),
    ('current_direction', 'deg', 0, 360, 'Strömung', 'Current'),
    ('photons', '1', 0, 1e12, 'Photonen', 'Photons')
"""


async def test_quantities_of_operators_keep_what_they_said_and_get_what_their_units_say(
    empty_database: DatabaseSettings,
) -> None:
    async with db.connect(empty_database, "tests") as connection:
        await migrate.apply(connection, [each for each in migrate.migrations() if each.number < 27])
        await connection.execute(_ADDED)

        await migrate.apply(connection)
        rows = await connection.fetch(
            "SELECT name, unit, high, label_en, averaging, decimals FROM quantity ORDER BY name"
        )

    found = {row["name"]: tuple(row.values())[1:] for row in rows}
    assert found["co2"] == ("ppm", 5000, "CO2 in the hall", "arithmetic", 1)
    assert found["traffic_noise"][3:] == ("energetic", 1)
    assert found["current_direction"][3:] == ("circular", 1)
    assert found["photons"][3:] == ("arithmetic", 0)  # more decimals would not fit into four bytes
    assert found.keys() == CATALOGUE.keys() | {"traffic_noise", "current_direction", "photons"}


async def test_a_quantity_that_is_inserted_as_before_has_a_mean_and_decimals(pool: db.Pool) -> None:
    await pool.execute(
        "INSERT INTO quantity (name, unit, low, high, label_de, label_en) VALUES ('a', '1', 0, 1, 'a', 'a')"
    )

    row = await pool.fetchrow("SELECT averaging, decimals, is_about_box FROM quantity WHERE name = 'a'")

    assert row is not None
    assert tuple(row) == ("arithmetic", 1, False)
