"""`kiezbox box`: boxes come and go, without a word of SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.registry import Registry
from ingest.store import Store
from tests.ingest.support.messages import telemetry
from tests.stack.support.command import kiezbox
from tests.stack.support.command_in_process import Group

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings

pytestmark = pytest.mark.slow

TOWN_HALL = ("--latitude", "52.4886", "--longitude", "13.3425")


@pytest.fixture
def box(database: DatabaseSettings) -> Group:
    return Group("box", database)


def test_a_box_is_registered_renamed_moved_retired_and_brought_back(box: Group) -> None:
    assert box("register", "71-01", "--name", "Rathaus", *TOWN_HALL).stdout == "71-01 is registered\n"
    assert box("rename", "71-01", "Bücherei").stdout == "71-01 is called Bücherei\n"
    moved = box("move", "71-01", "--latitude", "52.6", "--longitude", "13.2", "--from", "2026-01-05T09:00+01:00")
    assert moved.returncode == 0
    assert box("retire", "71-01").stdout == "71-01 is retired\n"
    assert box("list", "--json").json == []
    assert [found["state"] for found in box("list", "--all", "--json").json] == ["retired"]
    assert box("register", "71-01").returncode == 0

    found = box("show", "71-01", "--json").json
    assert (found["state"], found["name"]) == ("registered", "Bücherei")
    assert [change["change"] for change in found["changes"]] == ["register", "retire", "move", "rename", "register"]
    assert {change["via"] for change in found["changes"]} == {"command"}
    assert "2026-01-05T08:00:00Z" in [place["since"] for place in found["places"]]


def test_people_read_a_line_for_each_box_and_each_change(box: Group) -> None:
    box("register", "71-01", "--name", "Rathaus", *TOWN_HALL)
    box("register", "balkon")

    head, first, second = box("list").stdout.splitlines()
    assert head.split() == ["box", "state", "last", "seen", "position", "name"]
    assert first.split() == ["71-01", "registered", "never", "52.48860,", "13.34250", "Rathaus"]
    assert second.split() == ["balkon", "registered", "never", "unknown"]
    shown = box("show", "71-01").stdout
    assert "name        Rathaus\n" in shown
    assert "(command)" in shown
    assert "register" in shown


def test_a_place_is_where_it_was_typed_also_west_and_south(box: Group) -> None:
    done = box("register", "71-01", "--latitude", "-33.5", "--longitude", "-70.5", "--json")

    assert done.json["position"] == {"latitude": -33.5, "longitude": -70.5}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("register", "71-O1"), "'71-O1' is no box id"),
        (("register", "71-01"), "71-01 is registered already"),
        (("register", "71-02", "--latitude", "52"), "half a position"),
        (("register", "71-02", "--from", "24h"), "a time without a place"),
        (("register", "71-02", *TOWN_HALL, "--from", "all"), "--from all is no time"),
        (("register", "71-02", "--name", "x" * 101), "the name has 101 characters"),
        (("rename", "71-10", "x"), "there is no box 71-10"),
        (("move", "71-01"), "where does it stand?"),
        (("move", "71-01", "--latitude", "95", "--longitude", "13"), "the latitude 95.0 is not possible"),
        (("move", "71-01", *TOWN_HALL, "--from", "2099-01-01T00:00Z"), "cannot be moved from"),
        (("move", "71-01", *TOWN_HALL, "--from", "yesterday"), "--from 'yesterday' is no time"),
        (("retire", "71-10"), "there is no box 71-10"),
        (("show", "71-10"), "there is no box 71-10"),
    ],
)
def test_a_mistake_is_one_sentence_and_a_hint_and_changes_nothing(
    box: Group, arguments: tuple[str, ...], said: str
) -> None:
    box("register", "71-01")
    before = box("show", "71-01", "--json").stdout

    done = box(*arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert box("show", "71-01", "--json").stdout == before
    assert len(box("list", "--all", "--json").json) == 1


async def test_a_hub_for_known_boxes_is_used_without_sql(pool: Pool, database: DatabaseSettings) -> None:
    environment = {
        "KIEZBOX_DATABASE_URL": database.url.get_secret_value(),
        "KIEZBOX_INGEST_ACCEPT_UNKNOWN_BOXES": "false",
    }
    registry = Registry()
    strict = Store(pool, registry, accept_unknown_boxes=False)
    await strict.write([telemetry(1, {"pm2_5": 1.0})])
    assert [row["reason"] for row in await pool.fetch("SELECT reason FROM reject")] == ["unknown_box"]

    registered = kiezbox("box", "register", "71-01", environment=environment)
    retried = kiezbox("rejects", "retry", "--reason", "unknown_box", environment=environment)
    await registry.refresh(pool)
    (result,) = await strict.write([telemetry(2, {"pm2_5": 2.0})])

    assert (registered.returncode, retried.returncode) == (0, 0), registered.stderr + retried.stderr
    assert result.stored == 1
    assert sorted(row["value"] for row in await pool.fetch("SELECT value FROM reading")) == [1.0, 2.0]
    assert await pool.fetch("SELECT FROM reject") == []


def test_a_name_with_letters_of_several_alphabets_is_marked(box: Group) -> None:
    box("register", "71-01", "--name", "Rath\u0430us")
    box("register", "71-02", "--name", "Rathaus")

    assert box("list").stdout.count("(letters of several alphabets)") == 1
    assert "Rath\u0430us (letters of several alphabets)" in box("show", "71-01").stdout


def test_an_operator_says_who_may_see_a_box_and_how_exactly(box: Group) -> None:
    box("register", "71-01", *TOWN_HALL)

    assert box("set", "71-01", "--public").stdout == "71-01 is seen by everybody, its place to 300 m\n"
    assert box("set", "71-01", "--not-public", "--exact-place").returncode == 0
    found = box("show", "71-01", "--json").json
    assert (found["public"], found["exact_place"]) == (False, True)
    assert [change["change"] for change in found["changes"]] == ["publish", "publish", "register"]
    nothing = box("set", "71-01")
    assert nothing.returncode != 0
    assert "--public or --not-public" in nothing.stderr
