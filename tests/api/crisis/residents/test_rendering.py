"""How the residents' pages are served: in a language, small, and with nothing from elsewhere."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.residents import guidance
from crisis.model import commands
from crisis.model.contents import NoticeText
from tests.api.crisis.residents.conftest import PAGE
from tests.api.crisis.residents.support import situations
from tests.api.crisis.residents.support.pages import point, put
from tests.crisis.support.examples import ANNA, notice
from translations import languages

if TYPE_CHECKING:
    import httpx

    from crisis.node import Node


pytestmark = pytest.mark.slow

TAGS = [language.tag for language in languages.LANGUAGES]
LIMIT_BYTES = 14_000  # head and body, for the fullest page in the largest language
# Browsers of the last twenty years take gzip. For a client that does not: the page of an ordinary day has the same
# limit, the fullest one this.
FULLEST_PLAIN_BYTES = 32_000


@pytest.mark.parametrize("tag", TAGS)
async def test_a_chosen_language_is_remembered_and_carried_in_links(client: httpx.AsyncClient, tag: str) -> None:
    chosen = await client.get(f"/crisis?lang={tag}", headers=PAGE)
    language = languages.find(tag)
    assert language is not None

    remembered = await client.get("/crisis", headers=PAGE)

    assert f'<html lang="{tag}" dir="{language.direction}">' in chosen.text
    assert f'<html lang="{tag}"' in remembered.text
    assert chosen.headers["content-language"] == tag
    assert set(re.findall(r'href="/crisis/[^"?]+\?lang=([^"&]+)', chosen.text)) == {tag}
    assert f'name="lang" value="{tag}"' in chosen.text
    assert re.findall(r'hreflang="([^"]+)"', chosen.text) == TAGS
    cookie = chosen.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/crisis"))
    assert "set-cookie" not in remembered.headers


async def test_a_browser_s_language_is_taken_without_a_choice(client: httpx.AsyncClient) -> None:
    response = await client.get("/crisis", headers={"Accept-Language": "uk-UA,uk;q=0.9,en;q=0.5"})

    assert '<html lang="uk"' in response.text
    assert "kiezbox_lang" not in response.headers.get("set-cookie", "")


async def test_an_unknown_language_is_no_error_and_no_markup(client: httpx.AsyncClient) -> None:
    response = await client.get("/crisis?lang=%3Cscript%3E", headers=PAGE)

    assert response.status_code == 200
    assert '<html lang="de"' in response.text
    assert "<script>" not in response.text
    assert "kiezbox_lang" not in response.cookies


def script_of(page: httpx.Response) -> str:
    found = re.search(r'src="(/crisis/live\.js[^"]*)"', page.text)
    assert found is not None
    return found[1]


async def test_nothing_comes_from_elsewhere_and_nothing_runs_but_our_own_script(
    node: Node, client: httpx.AsyncClient
) -> None:
    await situations.fill(node)

    response = await client.get("/crisis", headers=PAGE)

    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert (policy["script-src"], policy["connect-src"]) == ("'self'", "'self'")
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"(src|href|action)=\"(https?:)?//", response.text)
    assert re.findall(r"<script[^>]*>[^<]*", response.text) == [f'<script src="{script_of(response)}" defer>']
    assert " style=" not in response.text
    for path in ("/crisis/all/notices", "/crisis/guidance/fire", "/crisis/receipt?receipt=x"):
        other = await client.get(path, headers=PAGE)
        assert "script" not in other.headers["content-security-policy"] + other.text


async def test_what_staff_wrote_is_text_never_markup(node: Node, client: httpx.AsyncClient) -> None:
    evil = "<img src=x onerror=alert(1)>\"'&"
    await node.act(
        commands.PutNotice(uuid4(), dataclasses.replace(notice(), texts={"de": NoticeText(evil, evil, evil)})), ANNA
    )
    await put(node, point(evil, address=evil, hours=evil, offers=(evil,), note=evil))

    for path in ("/crisis", "/crisis/all/places", "/crisis/all/notices"):
        page = (await client.get(path, headers=PAGE)).text
        assert "<img" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page


def sizes(response: httpx.Response, wire: bytes) -> int:
    """Bytes of an answer over the wire: the status line, each field, an empty line, the body."""
    head = sum(len(name) + len(value) + 4 for name, value in response.headers.raw)
    return len(b"HTTP/1.1 200 OK\r\n") + head + 2 + len(wire)


async def wire_of(client: httpx.AsyncClient, path: str, encoding: str) -> int:
    headers = {**PAGE, "Accept-Encoding": encoding}
    async with client.stream("GET", path, headers=headers) as response:
        wire = b"".join([part async for part in response.aiter_raw()])
    assert response.status_code == 200
    assert ("content-encoding" in response.headers) == (encoding == "gzip")
    plain = gzip.decompress(wire) if encoding == "gzip" else wire
    assert plain.rstrip().endswith(b"</html>")
    return sizes(response, wire)


@pytest.mark.parametrize("tag", TAGS)
async def test_the_fullest_page_is_small_over_the_wire(node: Node, client: httpx.AsyncClient, tag: str) -> None:
    ordinary = await wire_of(client, f"/crisis?lang={tag}", "identity")
    await situations.fill(node)

    packed = await wire_of(client, f"/crisis?lang={tag}", "gzip")
    plain = await wire_of(client, f"/crisis?lang={tag}", "identity")

    assert packed < LIMIT_BYTES
    assert ordinary < LIMIT_BYTES
    assert plain < FULLEST_PLAIN_BYTES


@pytest.mark.parametrize("tag", TAGS)
async def test_every_other_page_is_small_over_the_wire(node: Node, client: httpx.AsyncClient, tag: str) -> None:
    await situations.fill(node)
    sent = (await client.post("/crisis/distress", json={})).json()

    paths = [sent["url"], *(f"/crisis/guidance/{topic}" for topic in guidance.TOPICS)]
    lists = ["/crisis/all/notices", "/crisis/all/places"]

    assert max([await wire_of(client, f"{path}?lang={tag}", "identity") for path in paths]) < LIMIT_BYTES
    assert max([await wire_of(client, f"{path}?lang={tag}", "gzip") for path in lists]) < LIMIT_BYTES
