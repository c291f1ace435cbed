"""/data/months over HTTP: what is offered can be fetched, checked, resumed and cached; what is withheld cannot."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.site.data.months import archive, rounds
from tests.api.conftest import client_of
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

NOW = datetime(2025, 12, 3, tzinfo=UTC)
PAGE = {"Accept": "text/html", "Accept-Language": "de"}
NEWEST = "/data/months/2025-11/kiezbox-2025-11.csv.gz"


@pytest.fixture
async def made(pool: Pool, settings: Settings) -> None:
    """November in two versions."""
    await rows.commit(pool, *rows.minutes(3), *rows.minutes(3, box="71-02"))
    await rounds.once(settings, NOW)
    await rows.commit(pool, NewReading(measured_at=datetime(2025, 11, 5, tzinfo=UTC)))
    await rounds.once(settings, NOW + timedelta(days=1))


@pytest.mark.usefixtures("made")
async def test_everything_that_the_index_offers_is_there_with_its_checksum(client: httpx.AsyncClient) -> None:
    index = (await client.get("/data/months.json")).json()

    (month,) = index["items"]
    assert (month["month"], month["from"], month["to"]) == ("2025-11", "2025-10-31T23:00:00Z", "2025-11-30T23:00:00Z")
    assert [(each["version"], each["readings"]) for each in month["versions"]] == [(2, 7), (1, 6)]
    assert (index["licence"]["name"], index["licence"]["attribution"]) == ("dl-by-de/2.0", "Kiez 71")
    for file in (*month["newest"], *(file for version in month["versions"] for file in version["files"])):
        answer = await client.get(file["href"])
        assert (hashlib.sha256(answer.content).hexdigest(), len(answer.content)) == (file["sha256"], file["bytes"])


@pytest.mark.usefixtures("made")
async def test_a_file_can_be_fetched_in_pieces_and_kept(client: httpx.AsyncClient) -> None:
    whole = await client.get(NEWEST, headers={"Accept-Encoding": "gzip"})
    etag = whole.headers["etag"]
    piece = await client.get(NEWEST, headers={"Range": "bytes=10-19", "If-Range": etag})
    other = await client.get(NEWEST, headers={"Range": "bytes=10-19", "If-Range": '"another"'})
    known = await client.get(NEWEST, headers={"If-None-Match": etag})
    head = await client.head(NEWEST)

    assert (piece.status_code, piece.content) == (206, whole.content[10:20])
    assert (other.status_code, other.content) == (200, whole.content)
    assert (known.status_code, known.content) == (304, b"")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole.content)))
    assert "content-encoding" not in whole.headers
    assert whole.headers["content-type"] == "application/gzip"


@pytest.mark.usefixtures("made")
async def test_the_address_of_the_newest_names_the_version(client: httpx.AsyncClient) -> None:
    newest = await client.get(NEWEST)
    old = await client.get("/data/months/2025-11/v1/kiezbox-2025-11-v1.csv.gz")

    assert newest.headers["content-location"] == "/data/months/2025-11/v2/kiezbox-2025-11-v2.csv.gz"
    assert 'filename="kiezbox-2025-11-v2.csv.gz"' in newest.headers["content-disposition"]
    assert (newest.headers["cache-control"], old.headers["cache-control"]) == ("no-cache", "public, no-cache")
    assert old.content != newest.content


@pytest.mark.usefixtures("made")
async def test_checksums_and_licence_lie_beside_the_files(client: httpx.AsyncClient) -> None:
    sums = await client.get("/data/months/2025-11/v2/SHA256SUMS")
    licence = await client.get("/data/months/2025-11/LICENCE.txt")

    assert "kiezbox-2025-11-v2.parquet" in sums.text
    assert "Namensnennung: Kiez 71" in licence.text
    assert licence.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/data/months/2025-10",
        "/data/months/abc",
        "/data/months/2025-11/v9/kiezbox-2025-11-v9.csv.gz",
        "/data/months/2025-11/v01/kiezbox-2025-11-v1.csv.gz",
        "/data/months/2025-11/v1/version.json",
        "/data/months/2025-11/v1/kiezbox-2025-11-v2.csv.gz",
        "/data/months/2025-11/..%2F..%2Findex.json",
        "/data/months/2025-11/kiezbox-2025-11.zip",
    ],
)
@pytest.mark.usefixtures("made")
async def test_what_is_not_offered_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    program = await client.get(path)
    person = await client.get(path, headers=PAGE)

    assert program.status_code == 404
    assert program.headers["content-type"] == "application/problem+json"
    assert (person.status_code, "Unter dieser Adresse gibt es keine Seite" in person.text) == (404, True)


@pytest.mark.usefixtures("made")
async def test_a_withheld_version_is_gone_for_everybody(
    client: httpx.AsyncClient, pool: Pool, settings: Settings
) -> None:
    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-02'")
    await rounds.once(settings, NOW + timedelta(days=2))

    index = (await client.get("/data/months.json")).json()
    program = await client.get("/data/months/2025-11/v1/kiezbox-2025-11-v1.csv.gz")
    person = await client.get("/data/months/2025-11/v1/kiezbox-2025-11-v1.csv.gz", headers=PAGE)

    assert [each["version"] for each in index["items"][0]["versions"]] == [3]
    assert (program.status_code, program.headers["content-type"]) == (410, "application/problem+json")
    assert "not public any more" in program.json()["detail"]
    assert (person.status_code, "Diese Datei wird nicht mehr angeboten" in person.text) == (410, True)
    assert 'href="/data/months"' in person.text


@pytest.mark.usefixtures("made")
async def test_a_version_is_withheld_as_soon_as_one_of_its_boxes_is_not_public(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    first = "/data/months/2025-11/v1/kiezbox-2025-11-v1.csv.gz"
    assert (await client.get(first)).status_code == 200

    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-02'")

    assert [(await client.get(path)).status_code for path in (first, NEWEST)] == [410, 404]
    assert (await client.get("/data/months.json")).json()["items"] == []
    for path in ("/data", "/data/months", "/catalog.ttl"):
        assert "kiezbox-2025-11" not in (await client.get(path, headers=PAGE)).text


@pytest.mark.usefixtures("made")
async def test_people_get_pages_and_programs_json_at_one_address(client: httpx.AsyncClient) -> None:
    page = await client.get("/data/months", headers=PAGE)
    program = await client.get("/data/months")
    month = await client.get("/data/months/2025-11", headers=PAGE)

    assert "November 2025" in page.text
    assert program.json()["items"][0]["month"] == "2025-11"
    assert "November 2025, Version 1" in month.text
    assert "6 Messwerte, 2 Boxen" in month.text
    assert hashlib.sha256((await client.get(NEWEST)).content).hexdigest() in month.text


async def test_before_the_first_month_the_page_says_when_there_will_be_one(client: httpx.AsyncClient) -> None:
    page = await client.get("/data/months", headers=PAGE)
    index = await client.get("/data/months.json")

    assert "Noch gibt es keine Datei" in page.text
    assert (index.json()["items"], index.json()["checked_at"]) == ([], None)


@pytest.mark.usefixtures("made")
async def test_a_damaged_index_is_said_and_the_next_round_mends_it(
    client: httpx.AsyncClient, settings: Settings, folder: Path
) -> None:
    (folder / archive.INDEX).write_text("{")

    broken = await client.get("/data/months.json")
    page = await client.get("/data/months", headers=PAGE)
    month = await client.get("/data/months/2025-11", headers=PAGE)
    data = await client.get("/data", headers=PAGE)
    await rounds.once(settings, NOW + timedelta(days=2))

    assert (broken.status_code, page.status_code, month.status_code, data.status_code) == (503, 503, 503, 200)
    assert "im Moment nicht lesbar" in month.text
    assert "im Moment nicht lesbar" in data.text
    assert len((await client.get("/data/months.json")).json()["items"]) == 1


async def test_a_server_without_files_says_so(settings: Settings) -> None:
    from api import app as application
    from tests.api.conftest import fail

    none = settings.model_copy(update={"opendata": settings.opendata.model_copy(update={"folder": None})})
    async with client_of(application.create(none, fail)) as client:
        page = await client.get("/data/months", headers=PAGE)

    assert "bietet keine Monatsdateien an" in page.text
