"""A browser that opens an address that nobody serves never shows JSON to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.http import unknown_paths
from tests.api.crisis.support.applications import running, settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.api.crisis.support.applications import Application

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "de"}
UNKNOWN = ("/kindle-wifi/wifistub.html", "/static/hotspot.txt", "/index.html", "/generate_204_x", "/v1/latest")
FORMS = ("/crisis/", "/crisis/distress", "/crisis/reports")


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Application]:
    async with running(settings_of(tmp_path / "box", "box")) as made:
        yield made


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", [PAGE, {"Host": "beliebig.de"}, {"Host": "beliebig.de:8080", "Accept": "*/*"}])
async def test_a_box_leads_everybody_who_went_astray_to_its_page(
    box: Application, method: str, headers: dict[str, str]
) -> None:
    answers = [await box.client.request(method, path, headers=headers) for path in UNKNOWN]

    assert [answer.status_code for answer in answers] == [307] * len(UNKNOWN)
    assert {answer.headers["location"] for answer in answers} == {"/crisis"}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize("path", FORMS)
async def test_the_address_of_a_form_leads_to_the_page(box: Application, client: httpx.AsyncClient, path: str) -> None:
    for each in (box.client, client):
        answer = await each.get(path)
        assert (answer.status_code, answer.headers["location"]) == (307, "/crisis")
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["10.0.0.1", "[fe80::1]:8000", "kiezbox", "kiezbox.local", "localhost:8000"])
async def test_programs_that_ask_the_box_itself_get_the_problem(box: Application, host: str) -> None:
    answer = await box.client.get("/v1/latest", headers={"Host": host})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_what_is_sent_to_an_unknown_address_is_refused(box: Application, method: str) -> None:
    answer = await box.client.request(method, "/index.html", headers=PAGE | {"Host": "beliebig.de"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_hub_shows_a_page_to_browsers_and_a_problem_to_programs(client: httpx.AsyncClient) -> None:
    german = await client.get("/nichts", headers=PAGE)
    english = await client.get("/nothing", headers=PAGE | {"Accept-Language": "en"})
    program = await client.get("/nothing", headers={"Host": "daten.example"})

    assert (german.status_code, english.status_code, program.status_code) == (404, 404, 404)
    assert "Unter dieser Adresse gibt es keine Seite" in german.text
    assert "There is no page at this address" in english.text
    assert 'href="/crisis"' in german.text
    assert program.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/crisis/staff/", "/crisis/guidance/fire/"])
async def test_a_slash_too_many_leads_to_the_page_without_it(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=PAGE)

    assert (answer.status_code, answer.headers["location"]) == (307, path.rstrip("/"))


@pytest.mark.parametrize("path", ["//evil.example/", "/%2F/evil.example/", "/crisis//evil.example/"])
async def test_no_address_leads_to_another_host(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"http://api{path}", headers=PAGE)

    assert answer.headers.get("location", "/crisis").startswith("/crisis")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("a.example", True), ("192.0.2.1", False), ("::1", False), ("fe80::1%eth0", False), ("", False)],
)
def test_a_foreign_host_is_a_name_of_the_internet(host: str, *, expected: bool) -> None:
    assert unknown_paths.is_foreign(host) is expected
