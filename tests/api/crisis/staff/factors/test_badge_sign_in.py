"""Signing in with a badge, also at a box that is alone."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crisis.accounts import accounts
from crisis.accounts.factors import badges
from tests.api.crisis.support.browser import OVERVIEW, text_of
from tests.api.crisis.support.second_factor import STEP, HalfSignedIn, set_up_app
from tests.api.crisis.support.sign_in import SAME, cookie

if TYPE_CHECKING:
    import httpx
    import pytest

    from tests.api.crisis.support.applications import Application

BADGE = "/crisis/sign-in/badge"


async def make(application: Application, name: str = "anna") -> tuple[str, str]:
    """The serial and the code of a new badge."""
    badge, code = await application.deps.accounts.run(badges.make, name, "finn", application.node.now())
    return badge.serial, code


async def show(application: Application, code: str, **headers: str) -> httpx.Response:
    """Send the form from a new browser."""
    application.client.cookies.clear()
    return await application.client.post(BADGE, data={"code": code}, headers=SAME | headers)


async def test_a_badge_signs_in_at_a_box_and_belongs_to_its_first_device(box: Application) -> None:
    _, code = await make(box)

    entered = await show(box, code.lower())
    device = cookie(entered, "kiezbox_badge")
    elsewhere = await show(box, code)
    again = await show(box, code, Cookie=device.partition(";")[0])

    assert (entered.status_code, entered.headers["location"]) == (303, OVERVIEW)
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in device.split(";")}
    assert (elsewhere.status_code, again.status_code) == (401, 303)
    assert "kiezbox_staff" not in str(elsewhere.headers)
    assert "belongs to another device" in text_of(elsewhere)


async def test_a_revoked_badge_and_one_of_a_disabled_account_open_nothing(box: Application) -> None:
    serial, code = await make(box)
    _, other = await make(box, "bert")
    await box.deps.accounts.run(badges.revoke, serial, "finn", box.node.now())
    await box.deps.accounts.run(accounts.set_enabled, "bert", is_enabled=False)

    pages = [await show(box, typed) for typed in (code, other, "AAAA-AAAA-AAAA-AAAA", "")]

    assert [page.status_code for page in pages] == [401] * 4
    assert "was revoked" in text_of(pages[0])
    assert all("No badge has this code" in text_of(page) for page in pages[1:])


async def test_the_code_is_in_no_log_and_in_no_page(box: Application, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    serial, code = await make(box)

    pages = [await show(box, code), await show(box, code), await show(box, code[:-1])]

    logged = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith(("api", "crisis")))
    assert "badge shown" in logged
    assert serial in logged
    assert all(code[:15] not in text for text in (logged, *(page.text for page in pages)))
    assert all(page.headers.get("referrer-policy", "same-origin") == "same-origin" for page in pages)


async def test_at_the_hub_a_badge_stands_for_the_password_and_not_for_both_factors(hub: Application) -> None:
    app = await set_up_app(hub)
    _, code = await make(hub)

    first = await show(hub, code)
    waiting = HalfSignedIn(
        hub, "; ".join(cookie(first, name).partition(";")[0] for name in ("kiezbox_factor", "kiezbox_badge"))
    )
    twice = await waiting.send(code=code)
    entered = await waiting.send(code=app.at(hub.node.now()))

    assert first.headers["location"] == STEP
    assert twice.status_code == 401
    assert entered.status_code == 303
    assert cookie(entered).startswith("kiezbox_staff=")


async def test_another_site_cannot_send_the_form(box: Application) -> None:
    _, code = await make(box)

    refused = await show(box, code, Origin="http://evil.example")

    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers


async def test_trying_codes_is_slowed_down(box: Application) -> None:
    pages = [await show(box, f"{number:016}") for number in range(31)]

    assert [page.status_code for page in pages] == [401] * 30 + [429]
    assert int(pages[-1].headers["retry-after"]) >= 1
