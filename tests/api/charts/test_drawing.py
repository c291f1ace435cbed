from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from api.charts import drawing
from api.charts.chart import Chart, Limit, Role, Shape
from devices.quantities import Averaging
from tests.api.charts.support.made_charts import ENGLISH, GERMAN, Steps, chart, line, year_of_hours

EVIL = '"><script>alert(1)</script>'
DAY = Steps(width_s=86_400)
CHARTS = {
    "nothing": chart(line([])),
    "one value": chart(line([3.0])),
    "no mean": chart(line([None, None])),
    "constant": chart(line([1013.0] * 20)),
    "negative": chart(line([-3.0, -7.5, -1.0])),
    "from 1 to 1e9": chart(line([1.0, 1e9])),
    "levels": chart(line([35.0, 70.0]), averaging=Averaging.ENERGETIC, unit="dB(A)"),
    "directions": chart(line([350.0, 10.0]), averaging=Averaging.CIRCULAR, shape=Shape.DOTS, unit="°"),
    "days": chart(line([40.0, 52.0], DAY), shape=Shape.STEPS, limits=[Limit("WHO", 45.0), Limit("EU", 50.0)]),
    "others too": chart(line([1.0, 2.0]), line([2.0, 3.0], role=Role.CITY, label="Berlin")),
    "markup": chart(line([1.0], label=EVIL), title=EVIL, unit=EVIL, limits=[Limit(EVIL, 2.0)]),
    "a year": year_of_hours(),
}
EVERY_CHART = pytest.mark.parametrize("made", CHARTS.values(), ids=CHARTS)


@EVERY_CHART
def test_a_picture_is_well_formed_and_has_a_title_and_a_description(made: Chart) -> None:
    tree = ET.fromstring(drawing.picture(made, ENGLISH, f"What it shows {EVIL}", f"Kiezbox {EVIL}"))

    title, description = tree[0], tree[1]
    assert (title.text, description.text) == (made.title, f"What it shows {EVIL}")
    assert tree.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert tree.get("role") == "img"
    assert not [each for each in tree.iter() if each.tag.endswith("script")]


@EVERY_CHART
def test_a_chart_on_a_page_needs_no_inline_style_and_no_script(made: Chart) -> None:
    svg = drawing.on_page(made, ENGLISH, "pm2_5", "What it shows")

    ET.fromstring(svg)
    assert "style" not in svg
    assert "<script" not in svg
    assert "nan" not in svg
    assert "inf" not in svg.replace("information", "")


def test_an_empty_chart_says_so_in_the_readers_language() -> None:
    assert "Keine Werte in diesem Zeitraum" in drawing.on_page(CHARTS["nothing"], GERMAN, "x", "")


def test_limits_are_named_with_their_value_and_do_not_hide_each_other() -> None:
    svg = drawing.on_page(chart(line([44.0, 46.0]), limits=[Limit("WHO", 45.0), Limit("EU", 45.2)]), GERMAN, "x", "")

    heights = [float(each) for each in re.findall(r'class="c-limit-text" x="99.5%" y="([\d.]+)"', svg)]
    assert "WHO: 45<" in svg
    assert "EU: 45,2<" in svg
    assert abs(heights[0] - heights[1]) >= 12


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    made = chart(line([0.1, 0.32]))

    assert ">0,4 µg/m³<" in drawing.on_page(made, GERMAN, "x", "")
    assert ">0.4 µg/m³<" in drawing.on_page(made, ENGLISH, "x", "")


def test_the_axis_of_directions_has_points_of_the_compass() -> None:
    svg = drawing.on_page(CHARTS["directions"], GERMAN, "x", "")

    assert re.findall(r'class="c-value"[^>]*>([^<]*)<', svg) == ["N", "O", "S", "W", "N"]


def test_a_legend_too_long_for_its_row_goes_on_in_the_next() -> None:
    names = ["Tempelhof-Schöneberg, alle Boxen", "Berlin, alle Boxen"]
    made = chart(line([1.0]), *(line([1.0], label=name, role=Role.CITY) for name in names))

    svg = drawing.picture(made, GERMAN, "", "", drawing.SMALL)

    rows = {y for y, name in re.findall(r'<text x="\d+" y="(\d+)">([^<]*)<', svg) if name in {"71-01", *names}}
    assert len(rows) == 2


def test_a_year_of_hours_stays_small() -> None:
    assert len(drawing.on_page(year_of_hours(), GERMAN, "x", "").encode()) < 60_000


def test_every_colour_is_given_for_light_dark_and_print() -> None:
    names = set(re.findall(r"var\((--[a-z-]+)\)", drawing.style()))

    blocks = re.findall(r"\.chart\{(--[^}]*)\}", drawing.style())
    assert len(blocks) == 3
    for block in blocks:
        assert names <= set(re.findall(r"(--[a-z-]+):", block))


def test_a_chart_of_another_key_has_other_ids() -> None:
    made = replace(CHARTS["days"])

    ids = [re.findall(r'id="([^"]+)"', drawing.on_page(made, GERMAN, key, "")) for key in ("pm10", "noise")]

    assert not set(ids[0]) & set(ids[1])
