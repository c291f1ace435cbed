"""`kiezbox quantity`: operators extend the catalogue, without a word of SQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from devices.quantities import CATALOGUE
from tests.stack.support.command_in_process import Done, Group

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings

pytestmark = pytest.mark.slow

LABELS = ("--label-de", "Radon", "--label-en", "Radon")
RADON = ("add", "radon", "--unit", "Bq/m3", "--low", "0", "--high", "100000", *LABELS)


@pytest.fixture
def quantity(database: DatabaseSettings) -> Group:
    return Group("quantity", database)


def test_a_quantity_is_added_changed_shown_and_removed(quantity: Group) -> None:
    added = quantity(*RADON, "--bad", "-1,65535", "--decimals", "0")
    assert added.stdout == "radon is in the catalogue; a running ingest takes it within a minute\n"
    assert "kiezbox rejects retry --reason unknown_quantity" in added.stderr

    changed = quantity("set", "radon", "--high", "200000", "--label-de", "Radon (Luft)", "--bad", "none", "--json")
    assert changed.returncode == 0, changed.stderr
    assert quantity("show", "radon", "--json").json == {
        "quantity": "radon",
        "unit": "Bq/m3",
        "low": 0,
        "high": 200000,
        "label": {"de": "Radon (Luft)", "en": "Radon"},
        "averaging": "arithmetic",
        "decimals": 0,
        "bad": [],
        "suspect": [],
        "standard_name": None,
        "is_about_box": False,
        "series": 0,
        "limits": [],
        "classes": [],
    }

    assert quantity("remove", "radon").stdout == "radon is removed\n"
    assert "radon" not in {each["quantity"] for each in quantity("list", "--json").json}


@pytest.mark.parametrize(
    ("unit", "high", "averaging"),
    [("dB[A]", "160", "energetic"), ("deg", "360", "circular"), ("W/m2", "2000", "arithmetic")],
)
def test_a_quantity_is_averaged_as_its_unit_says(quantity: Group, unit: str, high: str, averaging: str) -> None:
    done = quantity("add", "new", "--unit", unit, "--low", "0", "--high", high, *LABELS, "--json")

    assert done.json["averaging"] == averaging


def test_the_list_has_a_line_for_each_quantity(quantity: Group) -> None:
    head, *lines = quantity("list").stdout.splitlines()

    assert head.split() == ["quantity", "unit", "possible", "mean", "decimals", "series", "label"]
    assert [line.split()[0] for line in lines] == sorted(CATALOGUE)
    noise = next(line for line in lines if line.startswith("noise "))
    assert noise.split() == ["noise", "dB[A]", "0", "to", "160", "energetic", "1", "0", "Lärm", "/", "Noise"]


def test_limits_and_classes_are_shown_with_who_sets_them(quantity: Group) -> None:
    shown = quantity("show", "pm10").stdout.splitlines()

    assert "  day        45  who_2021       from 2021-09-22                   3 days a year may be above" in shown
    assert "  day        50  eu_2024_2881   from 2026-12-12 until 2029-12-31  35 days a year may be above" in shown
    assert "  day_mean    raised           (45,50]     who_2021" in shown
    first = quantity("show", "pm10", "--json").json["limits"][0]
    assert (first["source"], first["kind"], first["averaging_time"]) == ("who_2021", "guideline", "day")


MISTAKES = [
    (("add", "pm10", *RADON[2:]), "pm10 is in the catalogue already"),
    (("add", "Radon", *RADON[2:]), "'Radon' is no name of a quantity"),
    ((*RADON[:3], "Bq/m³", *RADON[4:]), "'Bq/m³' is no unit of UCUM"),
    ((*RADON[:3], "°C", *RADON[4:]), "did you mean Cel?"),
    ((*RADON, "--low", "100000"), "no value is possible between 100000 and 100000"),
    ((*RADON, "--high", "inf"), "a physical limit is a finite number"),
    ((*RADON, "--decimals", "7"), "7 decimals are not possible"),
    ((*RADON, "--decimals", "5"), "--decimals 4 is the most for these limits"),
    ((*RADON, "--label-de", " "), "--label-de '' is no label"),
    ((*RADON, "--label-en", "noise"), "noise has the label 'noise' already"),
    ((*RADON, "--label-en", "x" * 61), "in at most 60 characters"),
    ((*RADON, "--averaging", "energetic"), "only levels have an energetic mean"),
    ((*RADON, "--averaging", "circular"), "only directions in degrees"),
    ((*RADON, "--unit", "dB[A]", "--averaging", "arithmetic"), "is too low, by 10 dB and more"),
    ((*RADON, "--bad", "1;2"), "--bad '1;2' is not numbers"),
    ((*RADON, "--bad", "nan"), "--bad takes finite numbers"),
    ((*RADON, "--bad", "1", "--suspect", "1"), "1 cannot be bad and suspect"),
    ((*RADON, "--standard-name", "Radon in air"), "is none of the CF conventions"),
    (("set", "radon", "--high", "1"), "there is no quantity 'radon'"),
    (("set", "noise"), "nothing to change"),
    (("set", "noise", "--high", "160"), "noise is so already"),
    (("set", "noise", "--averaging", "arithmetic"), "is too low"),
    (("show", "radon"), "there is no quantity 'radon'"),
    (("remove", "radon"), "there is no quantity 'radon'"),
    (("remove", "noise"), "noise is Kiezbox's own and stays"),
]


def test_a_mistake_is_one_sentence_and_a_hint_and_changes_nothing(quantity: Group) -> None:
    before = quantity("list", "--json").stdout

    for arguments, said in MISTAKES:
        done = quantity(*arguments)

        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert quantity("list", "--json").stdout == before


async def test_what_readings_mean_is_not_changed_afterwards(quantity: Group, pool: Pool) -> None:
    async def run(*arguments: str) -> Done:
        return await asyncio.to_thread(quantity, *arguments)

    await run("add", "angle", "--unit", "deg", "--low", "0", "--high", "90", "--averaging", "arithmetic", *LABELS)
    await pool.execute("INSERT INTO box (id) VALUES ('71-01')")
    await pool.execute("INSERT INTO series (box, source, quantity) VALUES ('71-01', 'core', 'angle')")

    for arguments, said in (
        (("set", "angle", "--averaging", "circular"), "angle has 1 series: its averaging stays arithmetic"),
        (("set", "angle", "--unit", "rad"), "angle has 1 series: its unit stays deg"),
        (("remove", "angle"), "angle has 1 series, whose readings stay"),
    ):
        done = await run(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
    done = await run("set", "angle", "--decimals", "3", "--json")
    assert (done.json["decimals"], done.json["series"]) == (3, 1)
