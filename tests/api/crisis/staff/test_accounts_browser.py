"""The pages of accounts in a real browser: made, granted and closed; axe, on a telephone and on a desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from crisis.accounts import accounts, store
from crisis.model.roles import Role
from tests import axe
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.api.crisis.support.browser import OVERVIEW, PASSWORD
from tests.api.support.browser import browse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.support.browser import Page

pytestmark = pytest.mark.slow

PAGE = "/crisis/staff/accounts"
OTHER = "Laternen am Landwehrkanal"
SIZES = ((360, "light"), (1280, "dark"))


async def press(page: Page, selector: str, until: str) -> None:
    """Press a button, and wait until the next page is complete and this expression is true."""
    await page.evaluate(f"window.old = true; document.querySelector({selector!r}).click()")
    await page.wait_for(f"window.old !== true && document.readyState === 'complete' && ({until})")


async def look(page: Page, found: dict[str, Any], name: str) -> None:
    """Note what axe finds."""
    for width, scheme in SIZES:
        await page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=1400, deviceScaleFactor=1, mobile=width < 500
        )
        await page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        found[f"{name} {width}"] = await axe.violations(page)
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{name} {width}"


async def test_a_commander_declares_alone_and_makes_and_closes_an_account(chromium: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "hub")
    with store.opened(settings.crisis.folder) as opened:
        for name, role in (("dana", Role.COMMANDER), ("anna", Role.OPERATOR)):
            accounts.add(opened, name, role, PASSWORD, datetime.now(UTC), areas=("district-71",))
    found: dict[str, Any] = {}

    async with (
        serving(settings, is_away=True) as served,
        browse(chromium, tmp_path / "profile", f"{served.url}/crisis/sign-in?lang=de") as page,
    ):
        await page.wait_for("document.readyState === 'complete' && document.getElementById('password') !== null")
        await page.evaluate(f"account.value = 'dana'; password.value = {PASSWORD!r}")
        await press(page, "main button.main", f"location.pathname === {OVERVIEW!r}")
        await page.evaluate("document.getElementById('mode-act').value = 'emergency'")
        await page.evaluate("document.querySelector('#form-mode button.danger').click()")
        await page.wait_for(
            "document.querySelector('#outcome .done') !== null"
        )  # the desk sends forms from where it is
        await look(page, found, "overview")
        await page.call("Page.navigate", url=served.url + PAGE)
        await page.wait_for(f"document.readyState === 'complete' && location.pathname === {PAGE!r}")
        await page.evaluate(
            "document.getElementById('account-new').open = true;"
            "document.getElementById('account-name').value = 'gesa';"
            "document.getElementById('account-areas').value = 'district-71 65-02';"
            f"document.getElementById('account-password').value = {OTHER!r};"
            f"document.getElementById('account-again').value = {OTHER!r}"
        )
        await look(page, found, "accounts")
        await press(page, "#form-account button", "location.search.includes('account_made')")
        await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        await look(page, found, "account")
        await press(page, "#form-disabled button", "location.search.includes('account_disabled')")
        await look(page, found, "closed")
        words = await page.evaluate("document.querySelector('main').innerText")
        complaints = page.complaints

    assert "gesperrt" in words
    assert "hat ein Konto gesperrt" in words
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    assert complaints == []
