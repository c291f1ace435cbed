"""Second factors and badges in a real browser: passkeys by its virtual authenticator, scanned badges, axe."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from crisis.accounts import accounts, store
from crisis.accounts.factors import badges, requirements
from crisis.model.roles import Role
from kiezbox.settings import ApiSettings
from tests import axe
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.api.crisis.support.browser import OVERVIEW, PASSWORD
from tests.api.crisis.support.second_factor import STEP
from tests.api.support.browser import browse
from tests.conftest import unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kiezbox.settings import Settings
    from tests.api.support.browser import Page

pytestmark = pytest.mark.slow

SIZES = ((360, "light"), (1280, "dark"))


@pytest.fixture
async def hub_settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A served hub whose public name is `localhost`, which browsers trust as they trust HTTPS. Commanders need two."""
    port = unused_port()
    api = ApiSettings(port=port, public_url=f"http://localhost:{port}")
    settings = settings_of(tmp_path / "hub").model_copy(update={"api": api})
    now = datetime.now(UTC)
    with store.opened(settings.crisis.folder) as found:
        accounts.add(found, "dana", Role.COMMANDER, PASSWORD, now)
        accounts.add(found, "finn", Role.ADMIN, PASSWORD, now)
        requirements.require(found, {Role.COMMANDER}, "dana", now)
    async with serving(settings, is_away=True):
        yield settings


@contextlib.asynccontextmanager
async def authenticator(page: Page) -> AsyncIterator[str]:
    """A security key that somebody touches whenever the browser asks."""
    await page.call("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await page.call("WebAuthn.addVirtualAuthenticator", options=options)
    yield made["authenticatorId"]
    await page.call("WebAuthn.removeVirtualAuthenticator", authenticatorId=made["authenticatorId"])


async def press(page: Page, selector: str, until: str) -> None:
    """Press a button, and wait until the next page is complete and this expression is true."""
    await page.evaluate(f"window.old = true; document.querySelector({selector!r}).click()")
    await page.wait_for(f"window.old !== true && document.readyState === 'complete' && ({until})")


async def type_password(page: Page, url: str, name: str) -> None:
    await page.evaluate("window.old = true")
    await page.call("Page.navigate", url=f"{url}/crisis/sign-in?lang=en")
    await page.wait_for("window.old !== true && document.readyState === 'complete' && location.pathname !== 'blank'")
    await page.evaluate(f"account.value = {name!r}; password.value = {PASSWORD!r}")
    await press(page, "main button.main", "location.pathname !== '/crisis/sign-in'")


async def check(page: Page, found: dict[str, Any], name: str) -> None:
    """Note what axe finds, on a telephone in light colours and on a desk in dark ones."""
    for width, scheme in SIZES:
        await page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        await page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        found[f"{name} {width}"] = await axe.violations(page)
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{name} {width}"


async def test_a_passkey_is_made_at_the_first_sign_in_and_is_the_second_factor_from_then_on(
    hub_settings: Settings, chromium: str, tmp_path: Path
) -> None:
    url = str(hub_settings.api.public_url)
    found: dict[str, Any] = {}

    async with browse(chromium, tmp_path / "profile", f"{url}/crisis/sign-in") as page, authenticator(page) as key:
        await type_password(page, url, "dana")
        await page.wait_for("document.querySelector('form[data-passkey] button').disabled === false")
        await check(page, found, "set up")
        await page.evaluate("document.getElementById('name').value = 'Dienstschlüssel'")
        await press(page, "form[data-passkey] button", "document.querySelectorAll('.codes li').length === 8")
        await check(page, found, "recovery codes")
        await press(page, "main a.button", f"location.pathname === {OVERVIEW!r}")
        await press(page, "form[action='/crisis/sign-out'] button", "location.pathname === '/crisis/sign-in'")

        await type_password(page, url, "dana")
        assert await page.evaluate("location.pathname") == STEP
        await check(page, found, "second factor")
        await page.wait_for("document.querySelector('form[data-passkey] button').disabled === false")
        await press(page, "form[data-passkey] button", f"location.pathname === {OVERVIEW!r}")
        used = await page.call("WebAuthn.getCredentials", authenticatorId=key)

        await press(page, "nav.tools a[href$='/account']", "location.pathname.endsWith('/account')")
        await press(page, "main a[href$='/factors']", "location.pathname.endsWith('/factors')")
        await check(page, found, "own factors")
        assert "Dienstschlüssel" in await page.evaluate("document.querySelector('main').innerText")
        # The overview's stream ends with the session, and its script may ask once more before the page is left.
        complaints = [each for each in page.complaints if "401" not in each]

    assert used["credentials"][0]["signCount"] >= 2
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    assert complaints == []


async def test_the_key_of_somebody_else_opens_nothing_and_the_page_says_so(
    hub_settings: Settings, chromium: str, tmp_path: Path
) -> None:
    url = str(hub_settings.api.public_url)

    async with browse(chromium, tmp_path / "profile", f"{url}/crisis/sign-in") as page:
        async with authenticator(page):
            await type_password(page, url, "dana")
            await page.wait_for("document.querySelector('form[data-passkey] button').disabled === false")
            await press(page, "form[data-passkey] button", "document.querySelectorAll('.codes li').length === 8")
            await press(page, "main a.button", f"location.pathname === {OVERVIEW!r}")
            await press(page, "form[action='/crisis/sign-out'] button", "location.pathname === '/crisis/sign-in'")
        async with authenticator(page):  # another one, which does not know the credential
            await type_password(page, url, "dana")
            await page.wait_for("document.querySelector('form[data-passkey] button').disabled === false")
            await page.evaluate("document.querySelector('form[data-passkey] button').click()")
            await page.wait_for("document.querySelector('.failed').hidden === false")
            said = await page.evaluate("document.querySelector('.failed').innerText")
            overview = await page.evaluate("fetch('/crisis/staff').then((answer) => answer.url)")

    assert "Try again, or use a code" in said
    assert overview.endswith("/crisis/sign-in?next=/crisis/staff")


async def test_a_scanned_badge_signs_in_and_its_code_stays_out_of_the_address(
    hub_settings: Settings, chromium: str, tmp_path: Path
) -> None:
    url = str(hub_settings.api.public_url)
    found: dict[str, Any] = {}
    with store.opened(hub_settings.crisis.folder) as opened:
        _, code = badges.make(opened, "finn", "dana", datetime.now(UTC))

    async with browse(chromium, tmp_path / "profile", f"{url}/crisis/badge?lang=en#{code}") as page:
        await page.wait_for("document.getElementById('code')?.value")
        shown = await page.evaluate("[document.getElementById('code').value, location.hash]")
        await check(page, found, "badge sign-in")
        await press(page, "main button.main", f"location.pathname === {OVERVIEW!r}")
        await press(page, "nav.tools a[href$='/account']", "location.pathname.endsWith('/account')")
        await press(page, "main a[href$='/badges']", "location.pathname.endsWith('/badges')")
        await check(page, found, "badges")
        await press(page, "#account-dana .side button", "document.querySelector('article.badge') !== null")
        await check(page, found, "new badge")
        await page.call("Emulation.setEmulatedMedia", media="print")
        printed = await page.evaluate("document.body.innerText")
        complaints = page.complaints

    assert shown == [code, ""]
    assert "dana" in printed
    assert "Crisis desk" not in printed
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    assert complaints == []
