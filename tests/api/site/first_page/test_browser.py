"""The page in a real browser: values change in place, new boxes appear, and nothing breaks its own policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.http import problems
from tests import axe
from tests.api.conftest import serving
from tests.api.support import rows
from tests.api.support.browser import browse
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.db import Pool
    from kiezbox.settings import MqttSettings, Settings
    from tests.api.conftest import Served

ROW = """document.querySelector("tr[data-key='71-01/core/temperature_outside']")"""


@pytest.mark.slow
async def test_the_page_lives(
    pool: Pool, chromium: str, tmp_path: Path, settings: Settings, broker: MqttSettings
) -> None:
    now = datetime.now(UTC)
    await rows.commit(
        pool,
        NewReading(value=1.5, measured_at=now - timedelta(minutes=10)),
        NewReading(quantity="battery_voltage", measured_at=now),
    )

    async with (
        serving(settings.model_copy(update={"mqtt": broker})) as served,
        browse(chromium, tmp_path / "profile", served.url) as page,
    ):
        await page.wait_for("document.getElementById('connection')?.textContent === 'live'")
        before = await page.evaluate(f"{ROW}.innerText")
        await page.evaluate(f"window.kept = {ROW}")
        await rows.commit(pool, NewReading(value=-4.25, flag=1, measured_at=now))
        await page.wait_for(f"{ROW}.querySelector('b').textContent === '\N{MINUS SIGN}4.25'")
        after = await page.evaluate(f"{ROW}.innerText")
        is_in_place = await page.evaluate(f"window.kept === {ROW}")
        await page.wait_for(f"parseInt({ROW}.querySelector('time').textContent) >= 2")  # ages tick
        await page.evaluate("document.querySelector('details').open = true")
        await rows.commit(pool, NewReading(value=99, measured_at=now - timedelta(hours=1)))  # late: not the newest
        await rows.commit(pool, NewReading(box="71-02", quantity="noise", value=51.2, measured_at=now))
        await page.wait_for("document.querySelector('[data-box=\"71-02\"]') !== null")
        is_still_open = await page.evaluate("document.querySelector('details').open")
        newest = await page.evaluate(f"{ROW}.querySelector('b').textContent")

    assert before.split() == ["Outdoor", "temperature", "1.5", "°C", "10", "min"]
    assert after.split()[:5] == ["Outdoor", "temperature", "suspect", "\N{MINUS SIGN}4.25", "°C"]
    assert is_in_place
    assert is_still_open
    assert newest == "\N{MINUS SIGN}4.25"
    assert page.complaints == []


@pytest.mark.slow
async def test_the_empty_page_fills_on_its_own(
    served: Served, pool: Pool, chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "RETRY_AFTER_SECONDS", 1)

    async with browse(chromium, tmp_path, served.url) as page:
        await page.wait_for("document.body?.innerText.includes('There is no box to show yet')")
        wrong = await axe.violations(page)
        await rows.commit(pool, NewReading())
        await page.wait_for("document.querySelector('[data-box=\"71-01\"]') !== null")

    assert wrong == []
    assert page.complaints == []
