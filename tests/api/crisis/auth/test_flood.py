"""While many guess a password, over real connections, everybody who knows theirs gets in, and nobody is refused."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import httpx
import pytest

from api.crisis.auth import holds
from crisis.accounts import accounts, store
from crisis.model.roles import Role
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.api.crisis.support.browser import PASSWORD
from tests.crisis.support.examples import NOW
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.slow

GUESSERS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
CONNECTIONS = 8  # of each
PATIENCE_SECONDS = 60


class Attack:
    """Guessers that send the next password as soon as the last was refused."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.statuses: list[int] = []

    @contextlib.asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._guess(source)) for source in GUESSERS for _ in range(CONNECTIONS)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _guess(self, source: str) -> None:
        async with browser(self._url, source) as client:
            while True:
                fields = {"account": "anna", "password": f"guess number {len(self.statuses)}"}
                self.statuses.append((await client.post("/crisis/sign-in", data=fields)).status_code)


def browser(url: str, source: str) -> httpx.AsyncClient:
    """A browser at this address, patient."""
    transport = httpx.AsyncHTTPTransport(local_address=source)
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=PATIENCE_SECONDS)


async def enter(client: httpx.AsyncClient, name: str) -> int:
    return (await client.post("/crisis/sign-in", data={"account": name, "password": PASSWORD})).status_code


async def test_during_a_flood_of_guesses_known_and_new_browsers_get_in_at_the_first_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "HOLD_MAX_SECONDS", 1.0)
    settings = settings_of(tmp_path / "box", "box")
    with store.opened(settings.crisis.folder) as found:
        for name in ("anna", "bert"):
            accounts.add(found, name, Role.OPERATOR, PASSWORD, NOW)

    async with (
        serving(settings, is_away=True) as served,
        browser(served.url, "127.0.0.8") as known,
        browser(served.url, "127.0.0.9") as new,
        browser(served.url, GUESSERS[0]) as neighbour,
        browser(served.url, "127.0.0.9") as other,
    ):
        before = await enter(known, "anna")
        attack = Attack(served.url)
        async with attack.under_way():
            await until(lambda: len(attack.statuses) > 2 * len(GUESSERS) * CONNECTIONS)
            during = await asyncio.gather(
                enter(known, "anna"), enter(new, "anna"), enter(neighbour, "anna"), enter(other, "bert")
            )
            page = (await known.get("/crisis/staff")).status_code

    assert before == 303
    assert set(during) == {303}
    assert page == 200
    assert 303 not in attack.statuses
    with store.opened(settings.crisis.folder) as found:
        left = found.rows("SELECT count(*) FROM outbox WHERE change = 'refused'")
    assert left[0][0] <= 2, "a flood is no flood of entries"
