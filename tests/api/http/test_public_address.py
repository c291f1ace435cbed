"""Behind a proxy with TLS and a path prefix: every link stays below the public address."""

from __future__ import annotations

import contextlib
import html
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
import pytest

from crisis.accounts import accounts, store
from crisis.model.roles import Role
from devices.limits import SOURCES
from kiezbox.settings import ApiSettings
from tests.api.conftest import Served, serving
from tests.api.crisis.support.browser import PASSWORD
from tests.api.support import raw_client, rows
from tests.api.support.browser import browse
from tests.api.support.nginx import FORWARDED, PREFIX, nginx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

ELSEWHERE = {origin.url for origin in SOURCES.values()}
PAGE = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "de"}


@contextlib.asynccontextmanager
async def behind_nginx(settings: Settings, folder: Path, port: int, headers: str, path: str) -> AsyncIterator[str]:
    """The public address of an API that nginx serves."""
    async with serving(settings):
        with nginx(folder / "nginx", settings.api.port, port, headers, path):
            yield f"https://127.0.0.1:{port}{PREFIX}"


def with_address(settings: Settings, **api: object) -> Settings:
    return settings.model_copy(update={"api": ApiSettings(port=settings.api.port, public_boxes="all", **api)})


@pytest.fixture
def anna(crisis_folder: Path) -> None:
    crisis_folder.mkdir()
    with store.opened(crisis_folder) as found:
        accounts.add(found, "anna", Role.COMMANDER, PASSWORD, datetime.now(UTC))


def links(page: httpx.Response, attributes: str = "href|src|action") -> set[str]:
    markup = re.sub(r"<script>.*?</script>", "", page.text, flags=re.DOTALL)
    found = {html.unescape(each) for each in re.findall(rf'(?:{attributes})="([^"]*)"', markup)}
    return {each for each in found if not each.startswith(("#", "data:", "tel:", "geo:"))}


async def crawl(client: httpx.AsyncClient, root: str, *starts: str) -> set[str]:
    """Follow each link from these pages; every one must be below `root`, and none lead nowhere.

    Publications that limits are taken from are elsewhere. Of the moments of the past and of the periods of charts,
    whose pages lead to ever more of them, a page is asked for one.
    """
    waiting, seen, seen_past = [f"{root}{start}" for start in starts], set[str](), set[str]()
    while waiting:
        url = waiting.pop().partition("#")[0]
        path = url.partition("?")[0]
        is_past = "as_of=" in url or "from=" in url
        if url in seen or "stream" in url or (is_past and path in seen_past):
            continue
        seen.add(url)
        if is_past:
            seen_past.add(path)
        response = await client.get(url, headers=PAGE)
        assert response.headers["x-content-type-options"] == "nosniff", url  # it came from the API
        assert response.status_code in {200, 303, 503}, url  # 503: /readyz, without a broker
        found = {response.headers["location"]} if "location" in response.headers else links(response, "href|src")
        waiting += [urljoin(url, link) for link in found - ELSEWHERE]
        elsewhere = links(response) - ELSEWHERE
        assert [link for link in elsewhere if not urljoin(url, link).startswith(f"{root}/")] == [], url
        assert all(each.startswith(f"{root}/") for each in waiting), url
    return seen


@pytest.mark.slow
@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    ("api", "headers", "path"),
    [
        ({}, FORWARDED, "/"),
        ({}, FORWARDED, ""),
        ({"public_url": "https://127.0.0.1:{port}/kiezbox/", "trusted_proxies": ()}, "", "/"),
        ({"public_url": "https://127.0.0.1:{port}/kiezbox/", "trusted_proxies": ()}, "", ""),
    ],
    ids=["forwarded", "forwarded with the prefix", "setting", "setting with the prefix"],
)
async def test_every_link_stays_below_the_public_address(
    settings: Settings,
    pool: Pool,
    free_port: Callable[[], int],
    tmp_path: Path,
    *,
    api: dict[str, object],
    headers: str,
    path: str,
) -> None:
    port = free_port()
    api = {name: value.format(port=port) if isinstance(value, str) else value for name, value in api.items()}
    await rows.commit(pool, *rows.minutes(3))

    async with (
        behind_nginx(with_address(settings, **api), tmp_path, port, headers, path) as root,
        httpx.AsyncClient(verify=False) as client,
    ):
        origin = {"Origin": f"https://127.0.0.1:{port}"}
        entered = await client.post(
            f"{root}/crisis/sign-in", data={"account": "anna", "password": PASSWORD}, headers=origin
        )
        seen = await crawl(client, root, "/", "/crisis", "/crisis/staff")
        call = await client.post(f"{root}/crisis/distress", json={"text": "Rauch"})
        form = await client.post(f"{root}/crisis/distress", data={"place": "hier"}, headers=PAGE)
        things = (await client.get(f"{root}/sensorthings/v1.1/Datastreams?$top=1&$count=true")).json()
        page = await client.get(f"{root}/v1/readings?limit=1")
        missing = await client.get(f"{root}/v1/nothing")

    cookies = entered.headers.get_list("set-cookie")
    assert entered.headers["location"] == f"{PREFIX}/crisis/staff"
    assert all("Secure" in each and f"Path={PREFIX}/crisis" in each for each in cookies)
    assert len(cookies) == 2
    assert {f"{root}/crisis/staff/notices/new", f"{root}/crisis?lang=de", f"{root}/v1/latest"} <= seen
    assert call.headers["location"] == call.json()["url"] == f"{PREFIX}/crisis/reports/{call.json()['receipt']}"
    assert form.headers["location"].startswith(f"{PREFIX}/crisis/reports/")
    assert things["value"][0]["@iot.selfLink"].startswith(f"{root}/sensorthings/v1.1/Datastreams(")
    assert page.headers["link"].startswith(f"<{PREFIX}/v1/readings?")
    assert missing.json()["instance"] == f"{PREFIX}/v1/nothing"


@pytest.mark.slow
@pytest.mark.usefixtures("anna")
async def test_scripts_find_their_streams_below_the_prefix(
    settings: Settings, pool: Pool, free_port: Callable[[], int], tmp_path: Path, chromium: str
) -> None:
    port = free_port()
    await rows.commit(pool, *rows.minutes(3))
    # Without a broker not everything is live; either is shown only once the stream has sent something.
    is_live = "/^(live|not everything is live)$/.test(document.getElementById('connection')?.textContent)"

    # The residents' page: what its script asks for is answered, and says that the broker is away.
    is_renewed = "/^(This page renews itself|Not everything)/.test(document.getElementById('connection')?.textContent)"

    async with (
        behind_nginx(settings, tmp_path, port, FORWARDED, "/") as root,
        browse(chromium, tmp_path / "profile", "about:blank") as page,
    ):
        await page.call("Security.setIgnoreCertificateErrors", ignore=True)
        await page.call("Page.navigate", url=f"{root}/")
        await page.wait_for(is_live)
        await page.call("Page.navigate", url=f"{root}/crisis")
        await page.wait_for(f"location.pathname === '{PREFIX}/crisis' && {is_renewed}")
        await page.call("Page.navigate", url=f"{root}/crisis/sign-in")
        await page.wait_for("document.querySelector('[name=password]') !== null")
        await page.evaluate(
            "document.querySelector('[name=account]').value = 'anna';"
            f"document.querySelector('[name=password]').value = {PASSWORD!r};"
            "document.querySelector('[name=password]').form.requestSubmit()"
        )
        await page.wait_for(f"location.pathname === '{PREFIX}/crisis/staff' && {is_live}")


async def test_a_proxy_that_nobody_trusts_is_not_believed(settings: Settings) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": PREFIX, "X-Forwarded-For": "192.0.2.1"}

    async with (
        serving(with_address(settings, trusted_proxies=("10.0.0.0/8",))) as served,
        httpx.AsyncClient(verify=False, base_url=served.url) as client,
    ):
        things = (await client.get("/sensorthings/v1.1", headers=headers)).json()
        page = await client.get("/crisis", headers=headers | PAGE)

    assert things["value"][0]["url"].startswith(f"{served.url}/sensorthings")
    assert not any(link.startswith(PREFIX) for link in links(page))


@pytest.mark.parametrize("prefix", ['/a"onload="x', "//evil.example", "evil", "/a b", "/%2e", "/" + "a" * 65])
async def test_what_is_no_prefix_is_not_written_into_pages(client: httpx.AsyncClient, prefix: str) -> None:
    page = await client.get("/crisis", headers=PAGE | {"X-Forwarded-Prefix": prefix})

    assert page.text.count('action="/crisis/') == 3


async def test_a_head_and_a_304_carry_the_same_links(client: httpx.AsyncClient) -> None:
    headers = PAGE | {"X-Forwarded-Prefix": PREFIX}

    page = await client.get("/crisis?lang=de", headers=headers)
    again = await client.get("/crisis?lang=de", headers=headers | {"If-None-Match": page.headers["etag"]})

    assert f'action="{PREFIX}/crisis/distress"' in page.text
    assert int(page.headers.get("content-length", len(page.content))) >= 0
    assert again.status_code == 304
    assert f"Path={PREFIX}/crisis" in again.headers["set-cookie"]


HOSTILE = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-For": "198.51.100.66",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "Forwarded": "for=198.51.100.66;host=evil.example;proto=https",
}
_ASKED = ("/", "/crisis", "/crisis/", "/crisis/sign-in", "/crisis/staff", "/v1/readings?limit=1", "/sensorthings/v1.1")


async def test_with_a_public_address_nothing_that_anybody_sends_gets_into_an_answer(
    settings: Settings, pool: Pool
) -> None:
    await rows.commit(pool, *rows.minutes(3))
    api = {"public_url": "https://daten.example/kiezbox", "trusted_proxies": ()}

    async with (
        serving(with_address(settings, **api)) as served,
        httpx.AsyncClient(verify=False, base_url=served.url) as client,
    ):
        answers = [await client.get(path, headers=HOSTILE | PAGE) for path in _ASKED]
        call = await client.post("/crisis/distress", json={"text": "Rauch"}, headers=HOSTILE)

    for answer in [*answers, call]:
        said = f"{answer.headers} {answer.text}"
        assert "evil" not in said, answer.url
        assert "198.51.100.66" not in said, answer.url
    assert call.status_code == 201


NO_HOSTS = ("evil.example/x", "a b", 'x"onload="y', "<script>", "a" * 300, "user@evil.example", "box:99999999", "[::1")


async def test_what_can_be_no_host_is_ignored_and_a_call_is_kept_all_the_same(served: Served) -> None:
    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        for host in NO_HOSTS:
            things = await client.get("/sensorthings/v1.1", headers={"Host": host})
            call = await client.post("/crisis/distress", json={"text": "Rauch"}, headers={"Host": host})

            assert things.json()["value"][0]["url"].startswith(f"{served.url}/sensorthings/"), host
            assert call.status_code == 201, host


async def test_two_hosts_are_none(served: Served) -> None:
    request = b"GET /sensorthings/v1.1 HTTP/1.1\r\nHost: one.example\r\nHost: evil.example\r\n\r\n"

    answer = await raw_client.ask(int(served.url.rsplit(":", 1)[1]), request=request)

    assert json.loads(answer.body)["value"][0]["url"].startswith(f"{served.url}/sensorthings/")


async def test_pages_without_a_public_address_name_no_host_at_all(served: Served) -> None:
    """A shared cache may keep a page: whoever asked for it first must not have decided where its links lead."""
    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        for path in ("/", "/crisis", "/crisis/sign-in", "/nowhere", "/v1/readings?limit=1"):
            answer = await client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"} | PAGE)

            assert "evil" not in f"{answer.headers} {answer.text}", path


async def test_only_the_last_address_that_a_trusted_proxy_names_is_its_client(served: Served) -> None:
    """What its client wrote before it does not count: nobody chooses the address that limits count."""
    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        answers = [
            await client.get(
                f"/crisis/reports/{number:08d}", headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"}
            )
            for number in range(20)
        ]

    assert {answer.status_code for answer in answers} == {404, 429}


@pytest.mark.slow
async def test_behind_a_proxy_the_clients_it_names_have_a_share_each_and_the_proxy_none(
    settings: Settings, free_port: Callable[[], int], tmp_path: Path
) -> None:
    port = free_port()
    api = with_address(settings, connections_per_address=8)

    async with behind_nginx(api, tmp_path, port, FORWARDED, "/") as root, contextlib.AsyncExitStack() as stack:

        def of(address: str) -> httpx.AsyncHTTPTransport:
            return httpx.AsyncHTTPTransport(verify=False, local_address=address)

        phone = await stack.enter_async_context(httpx.AsyncClient(transport=of("127.0.0.2"), timeout=30))
        neighbour = await stack.enter_async_context(httpx.AsyncClient(transport=of("127.0.0.3"), timeout=30))
        for _ in range(8):
            opened = await stack.enter_async_context(phone.stream("GET", f"{root}/v1/stream"))
            assert opened.status_code == 200
        refused = await phone.get(f"{root}/crisis")
        served = [await neighbour.get(f"{root}/crisis") for _ in range(20)]

    assert refused.status_code == 429
    assert refused.json()["type"] == "urn:kiezbox:problem:too-many-requests"
    assert {answer.status_code for answer in served} == {200}
