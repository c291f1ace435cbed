"""/data: how to get the data, with the licence that holds, for readers of both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from api import app as application
from api.site.data import licences
from api.site.data.months import archive, rounds
from kiezbox.settings import OpendataSettings
from tests.api.conftest import client_of, fail
from tests.api.support import rows

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

GERMAN = {"Accept-Language": "de"}
NOW = datetime(2025, 12, 3, tzinfo=UTC)


async def page(settings: Settings, **opendata: object) -> str:
    with_them = settings.model_copy(update={"opendata": OpendataSettings.model_validate(opendata)})
    async with client_of(application.create(with_them, fail)) as client:
        return (await client.get("/data", headers=GERMAN)).text


async def test_both_languages_and_both_by_address(client: httpx.AsyncClient) -> None:
    german = await client.get("/data", headers=GERMAN)
    english = await client.get("/data?lang=en", headers=GERMAN)

    assert "Daten nutzen" in german.text
    assert "Get the data" in english.text


async def test_the_licence_and_whom_to_name_stand_there(client: httpx.AsyncClient) -> None:
    text = (await client.get("/data", headers=GERMAN)).text

    assert "https://www.govdata.de/dl-de/by-2-0" in text
    assert "Bei Nutzung zu nennen: <b>Kiez 71</b>" in text


async def test_without_a_licence_it_says_that_none_was_chosen(settings: Settings) -> None:
    text = await page(settings)

    assert "noch keine Lizenz festgelegt" in text
    assert "Datenportale übernehmen den Katalog erst" in text


async def test_a_licence_that_demands_no_name_asks_for_none(settings: Settings) -> None:
    text = await page(settings, licence="cc-zero", attribution="Kiez 71", publisher="<Verein>")

    assert "Bei Nutzung zu nennen" not in text
    assert "&lt;Verein&gt;" in text


@pytest.mark.parametrize("name", licences.LICENCES)
def test_each_licence_of_the_settings_is_known_with_its_address(name: str) -> None:
    limits = OpendataSettings.model_validate({"licence": name, "publisher": "Kiez 71"})

    licence = licences.chosen(limits)
    assert licence is not None
    assert licence.iri == f"http://dcat-ap.de/def/licenses/{name}"
    assert (licences.attribution(limits) == "Kiez 71") is licence.names_somebody
    assert licence.url in licences.text_of(limits)


def test_empty_variables_are_none() -> None:
    limits = OpendataSettings.model_validate({"licence": "", "attribution": " ", "contact_email": ""})

    assert (limits.licence, limits.attribution, limits.contact_email) == (None, None, None)


@pytest.mark.parametrize(
    "wrong",
    [{"licence": "mine"}, {"contact_email": "kiez"}, {"contact_url": "ftp://kiez"}, {"contact_url": "https://<x>"}],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        OpendataSettings.model_validate(wrong)


async def test_the_newest_months_are_offered(client: httpx.AsyncClient, pool: Pool, settings: Settings) -> None:
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, NOW)

    text = (await client.get("/data", headers=GERMAN)).text

    assert "November 2025" in text
    assert 'href="/data/months/2025-11/kiezbox-2025-11.parquet"' in text


async def test_that_rounds_fail_is_said(
    client: httpx.AsyncClient, pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, NOW)
    index = archive.read(folder)
    archive.write(folder, archive.Index(index.versions, index.checked_at, failed_at=NOW))

    text = (await client.get("/data", headers=GERMAN)).text

    assert "Der letzte Versuch, sie zu erstellen, ist gescheitert" in text


async def test_the_examples_name_a_box_that_there_is(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(1, box="kiez-7"))

    text = (await client.get("/data")).text

    assert "box=kiez-7" in text
    assert "{{" not in text


async def test_a_page_that_the_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    etag = (await client.get("/data")).headers["etag"]

    assert (await client.get("/data", headers={"If-None-Match": etag})).status_code == 304
    assert (await client.get("/data?lang=de", headers={"If-None-Match": etag})).status_code == 200


async def test_it_is_there_without_a_database(settings: Settings) -> None:
    database = settings.database.model_copy(update={"url": "postgresql://kiezbox@127.0.0.1:1/none"})
    with_them = settings.model_copy(update={"database": type(settings.database).model_validate(database.model_dump())})
    async with client_of(application.create(with_them, fail)) as client:
        answer = await client.get("/data")

    assert (answer.status_code, "/v1/readings" in answer.text) == (200, True)


async def test_nothing_inline_and_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    for path in ("/data", "/data/api", "/data/months"):
        answer = await client.get(path, headers={"Accept": "text/html"})

        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<script" not in answer.text
        assert ' style="' not in answer.text
