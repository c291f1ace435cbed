"""Names of districts and boxes: from the hub's database into the log, and so to boxes that have no database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.model.event_bodies import AreaNamed
from crisis.sync import names
from storage import boxes, districts
from storage.box_history import Author, Via

if TYPE_CHECKING:
    from crisis.node import Node
    from kiezbox.db import Pool

ANNA = Author("anna", Via.COMMAND)


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ({}, {}, {}),
        ({"71-01": "Rathaus"}, {"71-01": "Rathaus"}, {}),
        (
            {"71-01": "Rathaus"},
            {"71-01": "Bücherei", "district-71": "Kiez"},
            {"71-01": "Bücherei", "district-71": "Kiez"},
        ),
        ({"71-01": "Rathaus"}, {}, {"71-01": ""}),
    ],
)
def test_only_what_changed_is_written_down(
    before: dict[str, str], now: dict[str, str], changed: dict[str, str]
) -> None:
    assert names.changes(before, now) == changed


@pytest.mark.slow
async def test_names_of_the_database_are_in_the_log_once_and_also_what_lost_its_name(node: Node, pool: Pool) -> None:
    async with pool.connection() as connection, connection.transaction():
        await boxes.register(connection, ANNA, "71-01", name="Rathaus")
        await districts.rename(connection, ANNA, "71", "Schöneberg")
    first, again = await names.copy_names(node, pool), await names.copy_names(node, pool)
    known = node.state.area_names()
    async with pool.connection() as connection, connection.transaction():
        await boxes.rename(connection, ANNA, "71-01", "")
    await names.copy_names(node, pool)

    assert (first, again) == (2, 0)
    assert known == {"district-71": "Schöneberg", "71-01": "Rathaus"}
    assert node.state.area_names() == {"district-71": "Schöneberg"}
    written = [entry.event.body for entry in await node.history() if isinstance(entry.event.body, AreaNamed)]
    assert len(written) == 3
