"""What every public page has: the language that its reader chose, a policy, and links that lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

GERMAN = {"Accept-Language": "de"}


async def test_the_language_of_the_address_counts_and_stays_in_links(client: httpx.AsyncClient) -> None:
    html = (await client.get("/?lang=en", headers=GERMAN)).text

    assert '<html lang="en">' in html
    assert 'href="/data?lang=en"' in html
    assert '<a href="/?lang=de" lang="de" hreflang="de" rel="alternate">Deutsch</a>' in html


async def test_without_a_choice_the_browser_s_language_counts_and_links_name_none(client: httpx.AsyncClient) -> None:
    html = (await client.get("/", headers=GERMAN)).text

    assert '<html lang="de">' in html
    assert 'href="/data"' in html
    assert '<span lang="de" aria-current="true">Deutsch</span>' in html


async def test_a_language_that_the_pages_do_not_have_is_not_an_error(client: httpx.AsyncClient) -> None:
    response = await client.get("/?lang=xx", headers=GERMAN)

    assert response.status_code == 200
    assert '<html lang="de">' in response.text


async def test_every_page_leads_to_the_crisis_page(client: httpx.AsyncClient) -> None:
    for path in ("/", "/nowhere"):
        html = (await client.get(path, headers={"Accept": "text/html"})).text

        assert 'href="/crisis"' in html
