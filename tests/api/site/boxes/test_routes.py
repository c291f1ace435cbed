"""The page of a box: what it says, to whom, and that it says so when there is nothing to say."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from api.hub import create
from api.site.layout import page_cache
from tests.api.conftest import client_of, fail
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

GERMAN = {"Accept-Language": "de"}
EVIL = '"><script>alert(1)</script>'


def text_of(page: str) -> str:
    """What a person reads of a page, with single spaces."""
    body = page[page.index("<main") : page.index("</main>")]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


class Tags(HTMLParser):
    """Notes each tag with the names of its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, [name for name, _ in attrs]))


def hours(now: datetime, count: int, **fields: object) -> list[NewReading]:
    """A reading every five minutes of so many hours before now."""
    return [
        NewReading(**{"measured_at": now - timedelta(minutes=5 * number + 1), **fields})  # type: ignore[arg-type]  # a test's own fields
        for number in range(12 * count)
    ]


async def test_the_page_shows_newest_values_with_their_class_in_words_and_their_age(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    now = datetime.now(UTC)
    await rows.add_box(pool, "71-01", name="Rathaus", registered_at=now)
    await rows.commit(pool, *hours(now, 26, quantity="pm2_5", value=9.0))
    await rows.commit(pool, NewReading(value=-4.25, measured_at=now - timedelta(minutes=3)))

    response = await client.get("/boxes/71-01", headers=GERMAN)

    text = text_of(response.text)
    assert response.status_code == 200
    assert "Rathaus 71-01" in text
    assert "Feinstaub PM2,5 gut: unter dem WHO-Richtwert Mittel der letzten 24 Stunden: 9,0 µg/m³ 9 µg/m³" in text
    assert "Außentemperatur Frost: unter 0 °C \N{MINUS SIGN}4,25 °C 3 min" in text
    assert response.text.count('<figure class="chart-figure') == 2


async def test_the_page_of_a_box_leads_to_its_districts_by_the_names_that_people_know(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.add_box(pool, "71-01", district=113, latitude=52.4846, longitude=13.3443)
    await pool.execute("INSERT INTO district (id, name) VALUES (113, 'Rathausviertel')")

    page = (await client.get("/boxes/71-01?lang=de")).text

    assert '<a href="/districts/district-71?lang=de">Rathausviertel</a>' in page
    assert '<a href="/districts/07?lang=de">Tempelhof-Schöneberg</a>' in page


@pytest.mark.parametrize(("sources", "title"), [(["sensor-3"], "Noise"), (["sensor-3", "core"], "Noise (sensor-3)")])
async def test_the_part_of_a_box_is_named_where_several_measure_the_same(
    client: httpx.AsyncClient, pool: Pool, sources: list[str], title: str
) -> None:
    now = datetime.now(UTC)
    await rows.commit(pool, *(NewReading(quantity="noise", source=each, measured_at=now) for each in sources))

    assert f"<h3>{title}</h3>" in (await client.get("/boxes/71-01")).text


async def test_a_mean_of_fewer_than_18_hours_has_no_class(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *hours(datetime.now(UTC), 10, quantity="pm2_5", value=9.0))

    assert "gut" not in text_of((await client.get("/boxes/71-01", headers=GERMAN)).text)


async def test_what_only_operators_look_for_is_folded_away(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.commit(
        pool,
        NewReading(quantity="gas_resistance", value=89, measured_at=now),
        NewReading(quantity="battery_voltage", value=13.28, measured_at=now),
    )
    await rows.add_status(pool, "71-01", now, mode="normal", battery_percent=81.5, uplink="mesh", firmware="1.4.0")

    page = (await client.get("/boxes/71-01", headers=GERMAN)).text

    folded = page[page.index('<details class="card operators"') :]
    for text in ("Gaswiderstand", "Batteriespannung", "82 %", "Funknetz (Mesh)", "1.4.0"):
        assert text in folded
        assert text not in page[: page.index('<details class="card operators"')]
    assert "<figure" not in page


async def test_nothing_from_before_a_time_is_drawn_in_it(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(quantity="pm10", value=9, measured_at=datetime.now(UTC) - timedelta(hours=25)))

    page = (await client.get("/boxes/71-01")).text

    assert "This box measured nothing in this time." in page
    assert 'class="c-doubtful"' not in page
    assert "above it on 0 of 0" not in page


async def test_a_chart_of_the_box_itself_is_drawn_where_it_is_asked_for(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *hours(datetime.now(UTC), 3, quantity="battery_voltage", value=13.2))

    page = (await client.get("/boxes/71-01?quantity=battery_voltage")).text

    assert page.count("<figure") == 1
    assert 'id="battery_voltage-core-title">Battery voltage' in page


@pytest.mark.parametrize("format_", ["JSON", "CSV", "Parquet"])
async def test_the_data_links_lead_to_exactly_what_is_drawn(
    client: httpx.AsyncClient, pool: Pool, format_: str
) -> None:
    await rows.commit(pool, *rows.minutes(60, quantity="pm10"))

    page = (await client.get("/boxes/71-01?quantity=pm10&from=2025-11-23T08:00:00Z&to=2025-11-23T12:00:00Z")).text

    link = re.search(rf'<a href="([^"]*)"[^>]*>{format_}</a>', page)
    assert link is not None
    answer = await client.get(html.unescape(link[1]))
    assert answer.status_code == 200
    if format_ == "JSON":
        (item,) = answer.json()["items"]
        assert item["avg"] == list(range(60))


async def test_a_permalink_shows_the_same_again(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *hours(datetime.now(UTC), 3, quantity="pm10", value=9.0))
    page = (await client.get("/boxes/71-01?span=week")).text

    link = re.search(r'<a class="only" href="([^"#]*)', page)

    assert link is not None
    again = (await client.get(html.unescape(link[1]))).text
    drawn = [re.findall(r' d="([^"]*)"', each) for each in re.findall(r'<div class="plot">(.*?)</div>', page + again)]
    assert len(drawn) == 2
    assert drawn[0] == drawn[1] != []


async def test_the_page_is_known_by_its_content_not_by_ages(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "KEPT_S", 0.0)
    await rows.commit(pool, *rows.minutes(5, quantity="pm10"))
    address = "/boxes/71-01?from=2025-11-23&to=2025-11-23"
    etag = (await client.get(address)).headers["etag"]

    known = await client.get(address, headers={"If-None-Match": etag})
    await rows.commit(pool, NewReading(quantity="pm10", measured_at=rows.START + timedelta(hours=1)))
    changed = await client.get(address, headers={"If-None-Match": etag})

    assert (known.status_code, changed.status_code) == (304, 200)


async def test_an_unknown_box_is_a_page_that_leads_on(client: httpx.AsyncClient) -> None:
    for box in ("71-99", "NO SUCH", "x" * 500):
        response = await client.get(f"/boxes/{box}", headers=GERMAN)

        assert response.status_code == 404
        assert "Diese Box gibt es nicht" in response.text
        assert "x" * 500 not in response.text


def _without_times(text: str) -> str:
    return re.sub(r"\d\d?:\d\d(:\d\d)?(\.\d+)?", "", text)


async def test_a_box_that_is_not_public_looks_like_one_that_does_not_exist(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.add_box(pool, "71-01", name="Geheim", is_public=False, latitude=52.48, longitude=13.34)
    await rows.commit(pool, NewReading(quantity="pm10", value=33.3))

    for path in ("/boxes/71-01", "/boxes/71-01/pm10.svg", "/embed/boxes/71-01/pm10", "/maps/boxes/71-01.svg"):
        response = await client.get(path, headers=GERMAN)

        assert response.status_code == 404
        assert "Geheim" not in response.text
        assert not re.search("33[.,]3", response.text)
        of_none = await client.get(path.replace("71-01", "71-99"), headers=GERMAN)
        assert _without_times(response.text.replace("71-01", "71-99")) == _without_times(of_none.text)


async def test_a_box_that_has_not_measured_yet_says_so(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", registered_at=datetime.now(UTC))

    assert "Diese Box hat noch nichts gemessen" in (await client.get("/boxes/71-01", headers=GERMAN)).text


async def test_a_box_silent_for_a_year_says_since_when_and_leads_to_its_last_values(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    last = datetime.now(UTC) - timedelta(days=400)
    await rows.commit(pool, *hours(last, 3, quantity="pm10", value=9.0))

    page = (await client.get("/boxes/71-01", headers=GERMAN)).text

    assert re.search(r"Diese Box hat seit .*vor 13 Monaten.* nichts mehr gemessen", page)
    assert "Keine Werte in diesem Zeitraum" in page
    link = re.search(r'<a href="([^"]*)#over-time">Zu ihren letzten Werten', page)
    assert link is not None
    there = (await client.get(html.unescape(link[1]), headers=GERMAN)).text
    assert "Keine Werte in diesem Zeitraum" not in there


async def test_a_retired_box_says_that_its_values_are_from_before(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.add_box(pool, "71-01", retired_at=now - timedelta(days=1))
    await rows.commit(pool, NewReading(quantity="pm10", measured_at=now - timedelta(days=2)))

    assert "außer Betrieb genommen" in (await client.get("/boxes/71-01", headers=GERMAN)).text


@pytest.mark.parametrize(("clock", "skew_s"), [("none", 0.0), ("ntp", 4_000.0), ("rtc", -4_000.0)])
async def test_a_clock_in_doubt_is_told(client: httpx.AsyncClient, pool: Pool, clock: str, skew_s: float) -> None:
    now = datetime.now(UTC)
    await rows.commit(pool, NewReading(quantity="pm10", measured_at=now))
    await pool.execute(
        "INSERT INTO progress (box, boot, highest_seq, clock, clock_skew_s, last_received_at)"
        " VALUES ('71-01', 'x', 1, $1, $2, $3)",
        *(clock, skew_s, now),
    )

    assert "Uhr dieser Box geht womöglich falsch" in (await client.get("/boxes/71-01", headers=GERMAN)).text


async def test_a_time_that_cannot_be_shown_says_why_and_leads_on(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())

    response = await client.get("/boxes/71-01?from=2026-02-01&to=2026-01-01", headers=GERMAN)

    assert response.status_code == 422
    assert "Das Ende dieses Zeitraums liegt vor seinem Anfang" in response.text
    assert 'href="/boxes/71-01"' in response.text


async def test_what_people_and_boxes_wrote_is_text_never_markup(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.add_box(pool, "71-01", name=EVIL)
    await rows.commit(pool, NewReading(quantity="pm10", source=EVIL, measured_at=now))
    await rows.add_status(pool, "71-01", now, uplink=EVIL, firmware=EVIL)

    for path in ("/boxes/71-01", "/boxes/71-01/pm10.svg", "/embed/boxes/71-01/pm10"):
        response = await client.get(path)

        assert response.status_code == 200
        assert "<script>alert" not in response.text
        assert "alert(1)" in response.text


async def test_what_people_copy_into_their_pages_is_never_more_than_a_picture_or_a_frame(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.add_box(pool, "71-01", name='" onerror="alert(1)" x="')
    await rows.commit(pool, NewReading(quantity="pm10", source=EVIL, measured_at=datetime.now(UTC)))

    page = (await client.get("/boxes/71-01")).text

    codes = [html.unescape(each) for each in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page)]
    found = Tags()
    for code in codes:
        found.feed(code)
    assert [(tag, sorted(names)) for tag, names in found.seen] == [
        ("a", ["href"]),
        ("img", ["alt", "height", "src", "width"]),
        ("iframe", ["height", "loading", "src", "title", "width"]),
    ]
    assert codes[0].startswith('<a href="http://api/boxes/71-01"><img src="http://api/boxes/71-01/pm10.svg?source=')


async def test_the_district_s_mean_and_the_city_s_are_beside_the_box_s(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    for box, latitude, longitude in (("71-01", 52.4846, 13.3443), ("71-02", 52.4846, 13.35), ("05-01", 52.535, 13.2)):
        await rows.add_box(pool, box, latitude=latitude, longitude=longitude, registered_at=now)
        await rows.commit(pool, *hours(now, 6, box=box, quantity="pm10", value=9.0))

    text = text_of((await client.get("/boxes/71-01", headers=GERMAN)).text)

    assert "Tempelhof-Schöneberg (2 Boxen)" in text
    assert "Alle Boxen (3 Boxen)" in text


async def test_limits_are_of_days_and_only_valid_days_count(client: httpx.AsyncClient, pool: Pool) -> None:
    midnight = datetime(2025, 11, 22, 23, tzinfo=UTC)
    for day, (value, count) in enumerate([(60.0, 288), (40.0, 288), (90.0, 100)]):
        await rows.commit(
            pool,
            *(
                NewReading(quantity="pm10", value=value, measured_at=midnight + timedelta(days=day, minutes=5 * number))
                for number in range(count)
            ),
        )

    page = (await client.get("/boxes/71-01?from=2025-11-20&to=2025-11-30", headers=GERMAN)).text

    assert "WHO-Richtwert (Tagesmittel) (45,0 µg/m³): an 1 von 2 gültigen Tagen überschritten." in page
    assert 'class="c-doubtful"' in page


async def test_a_page_says_when_the_database_is_away(settings: Settings, free_port: Callable[[], int]) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    away = settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": type(settings.database.url)(url)})}
    )

    async with client_of(create(away, fail)) as client:
        page = await client.get("/boxes/71-01", headers=GERMAN)
        picture = await client.get("/boxes/71-01/pm10.svg", headers=GERMAN)

    assert (page.status_code, picture.status_code) == (503, 503)
    assert "retry-after" in page.headers
    assert "Die Werte lassen sich gerade nicht lesen" in picture.text
    assert picture.headers["cache-control"] == "no-store"


async def test_a_rounded_place_is_an_area_on_the_map_and_an_exact_one_a_point(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    now = datetime.now(UTC)
    await rows.add_box(pool, "71-01", latitude=52.48461, longitude=13.34432, registered_at=now, place_is_exact=False)
    await rows.commit(pool, NewReading(measured_at=now))

    page, picture = await client.get("/boxes/71-01"), await client.get("/maps/boxes/71-01.svg")

    assert "Its place is rounded to 300 metres." in page.text
    assert "52.48461" not in page.text
    assert picture.status_code == 200
    assert picture.headers["content-type"] == "image/svg+xml"


async def test_a_box_without_a_place_has_no_map(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())

    assert "Where this box stands is not known." in (await client.get("/boxes/71-01")).text
    assert (await client.get("/maps/boxes/71-01.svg")).status_code == 404


async def test_what_a_link_gathered_on_its_way_is_in_no_page_that_others_read(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.add_box(pool, "71-01")

    for address in ("/boxes/71-01?span=week", "/?quantity=noise"):
        page = (await client.get(f"{address}&fbclid=of-one-reader", headers=GERMAN)).text

        assert "of-one-reader" not in page
        assert f'href="{address}&amp;lang=en"' in page
