"""Everybody sets up and removes their own second factors, at the hub."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pyotp
import pytest

from crisis.accounts.factors import recovery_codes, requirements
from tests.api.crisis.support.browser import PASSWORD, sign_in, text_of
from tests.api.crisis.support.second_factor import set_up_app
from tests.api.crisis.support.sign_in import set_password

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

PAGE = "/crisis/staff/account/factors"


async def test_an_app_is_set_up_with_its_first_code_and_recovery_codes_come_with_it(
    hub: Application, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    anna = await sign_in(hub, "anna")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", (await anna.get(PAGE)).text)
    assert secret is not None

    wrong = await anna.fill(PAGE, PAGE, code="000000")
    done = await anna.fill(PAGE, PAGE, code=pyotp.TOTP(secret[1]).at(hub.node.now()))

    assert wrong.status_code == 401
    assert len(re.findall(r"<li><code>", done.text)) == recovery_codes.CODES
    assert (await hub.deps.accounts.run(requirements.of, "anna")).has_totp
    assert secret[1] not in (await anna.get(PAGE)).text
    logged = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith(("api", "crisis")))
    assert "second factor set up" in logged
    assert secret[1] not in logged


@pytest.mark.slow  # two passwords are computed
async def test_removing_one_and_new_codes_take_the_password(hub: Application) -> None:
    await set_password(hub)
    await set_up_app(hub)
    anna = await sign_in(hub, "anna")

    refused = [
        await anna.fill(f"{PAGE}/{what}", PAGE, password="falsch", factor="totp") for what in ("remove", "codes")
    ]
    codes = await anna.fill(f"{PAGE}/codes", PAGE, password=PASSWORD)
    removed = await anna.fill(f"{PAGE}/remove", PAGE, password=PASSWORD, factor="totp")

    assert [each.status_code for each in refused] == [403, 403]
    assert "Recovery codes of anna" in text_of(codes)
    assert removed.headers["location"] == f"{PAGE}?done=totp_remove"
    assert not (await hub.deps.accounts.run(requirements.of, "anna")).has_totp


async def test_a_box_has_no_such_page(box: Application) -> None:
    anna = await sign_in(box, "anna")

    assert (await anna.get(PAGE)).status_code == 404
    assert PAGE not in (await anna.get("/crisis/staff/account")).text
