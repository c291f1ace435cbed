from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from stack import public_boxes
from stack.commands import doctor
from stack.findings import Level

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from kiezbox.settings.http import PublicBoxes
    from stack.findings import Finding


async def findings(database: DatabaseSettings, shown: PublicBoxes | None = None) -> list[Finding]:
    async with db.connect(database, "tests") as connection:
        return await public_boxes.examine(connection, shown)


async def test_without_a_box_there_is_nothing_to_say(pool: db.Pool, database: DatabaseSettings) -> None:
    await pool.execute("INSERT INTO box (id, retired_at) VALUES ('71-01', now())")

    assert await findings(database) == []


@pytest.mark.parametrize("shown", [None, "marked"])
async def test_boxes_of_which_none_is_public_are_a_warning_with_what_to_do(
    pool: db.Pool, database: DatabaseSettings, shown: PublicBoxes | None
) -> None:
    await pool.execute("INSERT INTO box (id) VALUES ('71-01'), ('71-02')")

    (found,) = await findings(database, shown)

    assert found.level is Level.WARN
    assert "2 boxes are in service and none is public" in found.text
    assert "kiezbox box set ID --public" in found.advice
    assert "KIEZBOX_API_PUBLIC_BOXES=all" in found.advice


async def test_it_says_how_many_of_them_are_public(pool: db.Pool, database: DatabaseSettings) -> None:
    await pool.execute("INSERT INTO box (id, is_public) VALUES ('71-01', true), ('71-02', NULL)")

    (marked,), (every,) = await findings(database), await findings(database, "all")

    assert (marked.level, marked.text) == (Level.OK, "1 of 2 boxes in service are public")
    assert every.text == "2 of 2 boxes in service are public"


async def test_the_doctor_says_so(pool: db.Pool, database: DatabaseSettings) -> None:
    await pool.execute("INSERT INTO box (id) VALUES ('71-01')")

    (hidden,) = [each for each in await doctor.database(database) if each.part == "public"]
    (shown,) = [each for each in await doctor.database(database, "all") if each.part == "public"]

    assert (hidden.level, shown.level) == (Level.WARN, Level.OK)
