"""What is not live does not look live: broker, database, network and API go away one by one before real browsers."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from crisis.accounts import accounts, sessions, store
from crisis.accounts.sessions import Terms
from crisis.model.roles import Role
from kiezbox.settings import ApiSettings, CrisisSettings, MqttSettings, ProcessSettings, Settings
from tests.api.conftest import serving
from tests.api.support import rows, tcp_proxy
from tests.api.support.browser import browse
from tests.api.support.rows import NewReading
from tests.api.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from pathlib import Path

    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings
    from tests.api.support.browser import Page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

TERMS = Terms(timedelta(hours=1), timedelta(hours=1))
PROMISED_SECONDS = 15.0
SLACK_SECONDS = 5.0  # of a busy machine
LOOK = """JSON.stringify([document.getElementById('connection')?.className ?? '',
 document.getElementById('outages')?.innerText ?? '', document.body.classList.contains('stale'),
 document.getElementById('as-of')?.textContent ?? ''])"""
LIVE = "document.querySelector('#connection.good') !== null && document.getElementById('outages').innerText === ''"
TIME = r"\d\d:\d\d"
BROKER = f"No connection to the broker since {TIME}: calls for help from boxes do not arrive"
DATABASE = f"No connection to the database since {TIME}"
RESIDENTS_BROKER = f"No connection to the boxes since {TIME}. Calls for help from there arrive later"
RESIDENTS_CLOCK = "The clock of this page is wrong"
RESIDENTS_SERVER = f"No connection since {TIME}. What is written here may be out of date"
CLOCK = f"The hub's clock is wrong, since {TIME} by that clock. Messages that wait until it is right: 3$"
SERVER = f"No connection to this server since {TIME}: everything on this page is from then"


async def say_in_time(banners: Mapping[Page, str]) -> None:
    """Each page has its banner in time, nothing green, and is marked as old."""
    deadline = time.monotonic() + PROMISED_SECONDS + SLACK_SECONDS
    for page, text in banners.items():
        says = f"new RegExp({text!r}).test(document.getElementById('outages')?.innerText ?? '')"
        await page.wait_for(says)
        assert await page.evaluate(f"{says} && document.querySelector('#connection.warn') !== null"), (
            await page.evaluate(LOOK)
        )
        assert await page.evaluate("document.body.classList.contains('stale')")
    assert time.monotonic() < deadline


async def live(pages: Iterable[Page]) -> None:
    """Each page is green again, and says nothing of an outage."""
    for page in pages:
        try:
            await page.wait_for(LIVE)
        except TimeoutError:
            pytest.fail(await page.evaluate(LOOK))


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub whose database, broker and network can go away, and a session of its staff."""

    settings: Settings
    database: TcpProxy
    broker: TcpProxy
    network: TcpProxy
    secret: str

    @property
    def url(self) -> str:
        """Where browsers reach it."""
        return f"http://127.0.0.1:{self.network.port}"


@pytest.fixture
async def hub(
    database: DatabaseSettings, broker: MqttSettings, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[Hub]:
    before_database = TcpProxy(database, free_port())
    before_broker = tcp_proxy.before(broker.port, free_port())
    settings = Settings(
        database=before_database.settings,
        mqtt=MqttSettings(port=before_broker.port, reconnect_max_seconds=1),
        api=ApiSettings(port=free_port(), public_boxes="all"),
        crisis=CrisisSettings(folder=tmp_path / "crisis"),
        process=ProcessSettings(shutdown_seconds=2),
    )
    with store.opened(settings.crisis.folder) as found:
        accounts.add(found, "anna", Role.OPERATOR, None, datetime.now(UTC))
        secret = sessions.begin(found, "anna", datetime.now(UTC), TERMS)
    network = tcp_proxy.before(settings.api.port, free_port())
    async with before_database, before_broker, network:
        yield Hub(settings, before_database, before_broker, network, secret)


async def test_each_outage_is_on_each_page_in_time_and_gone_after_the_return(
    hub: Hub, pool: Pool, chromium: str, tmp_path: Path
) -> None:
    await rows.commit(pool, NewReading())
    async with (
        contextlib.AsyncExitStack() as running,
        browse(chromium, tmp_path / "one", "about:blank") as public,
        browse(chromium, tmp_path / "two", "about:blank") as staff,
        browse(chromium, tmp_path / "three", "about:blank") as residents,
        browse(chromium, tmp_path / "four", "about:blank") as quantity,
        browse(chromium, tmp_path / "five", "about:blank") as box,
    ):
        await running.enter_async_context(serving(hub.settings))
        await staff.call("Network.enable")
        cookie = {"name": "kiezbox_staff", "value": hub.secret, "path": "/crisis"}
        await staff.call("Network.setCookie", url=f"{hub.url}/crisis", **cookie)
        pages = {public: "/", staff: "/crisis/staff", residents: "/crisis?lang=en"}
        pages |= {quantity: "/quantities/temperature", box: "/boxes/71-01"}
        for page, path in pages.items():
            await page.call("Page.navigate", url=f"{hub.url}{path}")
        await live(pages)

        await hub.broker.cut()
        await say_in_time({public: BROKER, staff: BROKER, residents: RESIDENTS_BROKER, quantity: BROKER, box: BROKER})
        totals = await public.evaluate("document.getElementById('totals').innerText")
        async with httpx.AsyncClient(verify=False, base_url=hub.url, headers={"Accept-Language": "de"}) as client:
            fresh, for_residents = await client.get("/"), await client.get("/crisis")
            ready = await client.get("/readyz")
        await hub.broker.restore()
        await live(pages)

        hub.broker.stall()  # half-open: the connections stand, and nothing comes
        await say_in_time({public: BROKER, staff: BROKER, residents: RESIDENTS_BROKER})
        hub.broker.resume()
        await live(pages)

        await hub.database.cut()
        await say_in_time({public: DATABASE, staff: DATABASE, quantity: DATABASE, box: DATABASE})
        assert await residents.evaluate(LIVE), "nothing on it comes from the database"
        await hub.database.restore()
        await live(pages)

        await pool.execute(
            "INSERT INTO deferred (box, received_at, topic, payload, due_at)"
            " SELECT '71-0' || n, now(), 'x', '', now() + interval '2 hours' FROM generate_series(1, 3) AS n"
        )
        await say_in_time({public: CLOCK, staff: CLOCK, residents: RESIDENTS_CLOCK})
        await pool.execute("DELETE FROM deferred WHERE box = '71-03'")
        await say_in_time({public: CLOCK.replace("3$", "2$"), staff: CLOCK.replace("3$", "2$")})
        await pool.execute("DELETE FROM deferred")
        await live(pages)

        hub.network.stall()
        await say_in_time({public: SERVER, staff: SERVER, residents: RESIDENTS_SERVER, quantity: SERVER, box: SERVER})
        hub.network.resume()
        await live(pages)

        await running.aclose()
        await say_in_time({public: SERVER, staff: SERVER, residents: RESIDENTS_SERVER})
        await running.enter_async_context(serving(hub.settings))
        await live(pages)

    assert "as of" in totals
    assert "Keine Verbindung zum Broker seit" in fresh.text
    assert ready.status_code == 503
    assert "Keine Verbindung zu den Boxen seit" in for_residents.text, "also without its script"
