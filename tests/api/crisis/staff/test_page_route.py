"""Who may open a page of the staff's, and what everybody else sees."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.crisis.staff import page_route
from crisis.accounts import sessions
from tests.api.crisis.support.browser import OVERVIEW, sign_in

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow

NOBODY = "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"  # an id that nothing has


async def test_without_a_session_the_overview_leads_to_the_sign_in_and_back(box: Application) -> None:
    response = await box.client.get(f"{OVERVIEW}/notices/new")

    assert (response.status_code, response.headers["location"]) == (
        303,
        "/crisis/sign-in?next=/crisis/staff/notices/new",
    )


@pytest.mark.parametrize(
    "path", ["calls/x", f"calls/{NOBODY}", f"notices/{NOBODY}", "points/1", "reports/é", "nothing"]
)
async def test_what_is_not_there_is_a_page_that_says_so(box: Application, path: str) -> None:
    response = await (await sign_in(box, "anna")).get(f"{OVERVIEW}/{path}")

    assert response.status_code == 404


async def test_an_overview_that_reloads_itself_keeps_nobody_signed_in(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_NOTED_EVERY", timedelta(0))
    browser = await sign_in(box, "bert")

    async def last_use() -> int:
        rows = await box.deps.accounts.run(lambda found: found.rows("SELECT seen_ms FROM session"))
        return int(rows[0][0])

    signed_in_at = await last_use()
    await box.client.get(OVERVIEW, headers={**browser.headers, page_route.REFRESH_HEADER: "1"})
    reloaded_at = await last_use()
    await asyncio.sleep(0.01)  # the times are milliseconds
    await browser.get()

    assert reloaded_at == signed_in_at
    assert await last_use() > signed_in_at
