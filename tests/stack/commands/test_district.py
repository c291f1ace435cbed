"""`kiezbox district`: what people call districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stack.support.command_in_process import Group

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

pytestmark = pytest.mark.slow


@pytest.fixture
def district(database: DatabaseSettings) -> Group:
    return Group("district", database)


def test_a_district_is_named_renamed_and_loses_its_name(district: Group, database: DatabaseSettings) -> None:
    assert district("list").stdout == "no district yet: it comes with its first box\n"
    Group("box", database)("register", "71-01")
    assert district("rename", "district-71", " Schöneberg ").stdout == "71 is called Schöneberg\n"
    assert district("rename", "0a", "Mitte").stdout == "0a is called Mitte\n"
    assert district("list", "--json").json == [
        {"id": "0a", "name": "Mitte", "boxes": 0},
        {"id": "71", "name": "Schöneberg", "boxes": 1},
    ]
    assert district("list").stdout.splitlines()[1:] == ["0a            0  Mitte", "71            1  Schöneberg"]
    assert district("rename", "71", "").stdout == "71 has no name any more\n"
    assert [each["name"] for each in district("list", "--json").json] == ["Mitte", None]


@pytest.mark.parametrize(
    ("typed", "name", "why"),
    [
        ("Schöneberg", "71", "is no district"),
        ("711", "x", "is no district"),
        ("71", "x" * 101, "101 characters"),
        ("71", "a\u202eb", "nobody sees"),
        ("71", "", "71 has no name"),
    ],
)
def test_what_names_nothing_is_refused_in_a_sentence(district: Group, typed: str, name: str, why: str) -> None:
    refused = district("rename", typed, name)

    assert refused.returncode == 2
    assert why in refused.stderr
    assert "Traceback" not in refused.stderr
