from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboards import hyphens

if TYPE_CHECKING:
    from kiezbox import db

WORDS = {
    "Außentemperatur": "Außen-temperatur",
    "Ortsdosisleistung": "Orts-dosis-leistung",
    "Alt-Hohenschönhausen: 2 Boxen": "Alt-Hohenschön-hausen: 2 Boxen",
    "Prenzlauer Berg": "Prenzlauer Berg",
    "nicht erreichbar · 2 h": "nicht erreichbar · 2 h",
}


@pytest.mark.parametrize("text", WORDS)
def test_long_words_may_go_on_in_the_next_line(text: str) -> None:
    assert hyphens.in_text(text).replace(hyphens.SOFT_HYPHEN, "-") == WORDS[text]


async def test_the_database_writes_the_same_hyphens(pool: db.Pool) -> None:
    async with pool.connection() as connection:
        rows = await connection.fetch(
            f"SELECT {hyphens.in_sql('word')} AS word FROM unnest($1::text[]) AS word", [*WORDS]
        )

    assert [row["word"] for row in rows] == [hyphens.in_text(word) for word in WORDS]
