"""The second step of a sign-in: at the hub, for whoever has a second factor or needs one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyotp
import pytest

from api.crisis.auth.factors.code_throttle import CodeThrottle
from api.crisis.auth.factors.gate import FactorMemory
from api.crisis.auth.factors.pending import PendingSignIns
from crisis.accounts import accounts
from crisis.accounts.factors import badges, recovery_codes, requirements
from crisis.model.roles import Role
from tests.api.crisis.support.browser import OVERVIEW, Browser, text_of
from tests.api.crisis.support.second_factor import STEP, HalfSignedIn, half, set_up_app
from tests.api.crisis.support.sign_in import SAME, cookie, enter, set_password

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def is_in(application: Application, response: httpx.Response) -> bool:
    """Whether this answer began a session, which opens the overview."""
    found = re.search(r"kiezbox_staff=([\w-]{43})", str(response.headers.get_list("set-cookie")))
    return found is not None and (await Browser(application, found[1]).get()).status_code == 200


async def test_the_code_of_the_app_signs_in_and_cannot_be_used_again(hub: Application) -> None:
    await set_password(hub)
    app = await set_up_app(hub)
    first, second = await half(hub), await half(hub)
    code = app.at(hub.node.now())

    entered = await first.send(code=code)
    replayed = await second.send(code=code)

    assert (entered.status_code, entered.headers["location"]) == (303, OVERVIEW)
    assert await is_in(hub, entered)
    assert 'kiezbox_factor="";' in cookie(entered, "kiezbox_factor")
    assert replayed.status_code == 401
    assert "used already" in text_of(replayed)
    assert not await is_in(hub, replayed)


async def test_the_password_alone_opens_nothing(hub: Application) -> None:
    await set_password(hub)
    await set_up_app(hub)

    waiting = await half(hub)

    assert (await waiting.get()).status_code == 200
    overview = await hub.client.get(OVERVIEW, headers={"Cookie": waiting.cookie})
    assert overview.status_code == 303


async def test_a_box_asks_for_no_second_factor(box: Application) -> None:
    await set_password(box)
    await set_up_app(box)
    await box.deps.accounts.run(requirements.require, list(Role), "dana", box.node.now())

    assert await is_in(box, await enter(box))


async def test_guessing_codes_is_bounded_and_the_password_must_be_typed_again(hub: Application) -> None:
    await set_password(hub)
    app = await set_up_app(hub)
    now = 0.0
    hub.replace(factors=FactorMemory(throttle=CodeThrottle(lambda: now)))
    wrong = f"{(int(app.at(hub.node.now())) + 500_000) % 1_000_000:06}"

    waiting = await half(hub)
    guesses = [await waiting.send(code=wrong) for _ in range(6)]
    again = await half(hub)
    right = await again.send(code=app.at(hub.node.now()))
    now = 300.0
    later = await again.send(code=app.at(hub.node.now()))

    assert [guess.status_code for guess in guesses] == [401] * 6
    assert "sign in again" in text_of(guesses[-1])
    assert (right.status_code, right.headers["retry-after"]) == (429, "300")
    assert await is_in(hub, later)


async def test_who_was_in_on_this_browser_or_has_another_factor_does_not_wait_for_the_guesses_of_others(
    hub: Application,
) -> None:
    await set_password(hub)
    app = await set_up_app(hub)
    code = (await hub.deps.accounts.run(recovery_codes.renew, "anna"))[0]
    mark = cookie(await (await half(hub)).send(code=code), "kiezbox_device").partition(";")[0]
    stranger = await half(hub)
    for _ in range(5):
        await stranger.send(code="000000")
    codes = await hub.deps.accounts.run(recovery_codes.renew, "anna")

    refused = await (await half(hub)).send(code=app.at(hub.node.now()))
    by_recovery_code = await (await half(hub)).send(code=codes[0])
    on_the_known_browser = await (await half(hub, Cookie=mark)).send(code=app.at(hub.node.now()))

    assert refused.status_code == 429
    assert "a recovery code or a badge works at once" in text_of(refused)
    assert await is_in(hub, by_recovery_code)
    assert await is_in(hub, on_the_known_browser)


async def test_a_recovery_code_stands_for_the_lost_app_once(hub: Application) -> None:
    await set_password(hub)
    await set_up_app(hub)
    code = (await hub.deps.accounts.run(recovery_codes.renew, "anna"))[0]

    entered = await (await half(hub)).send(code=code.lower())
    again = await (await half(hub)).send(code=code)

    assert await is_in(hub, entered)
    assert again.status_code == 401


async def test_a_badge_stands_for_the_lost_app_on_its_own_device(hub: Application) -> None:
    await set_password(hub)
    await set_up_app(hub)
    _, code = await hub.deps.accounts.run(badges.make, "anna", "finn", hub.node.now())
    _, other = await hub.deps.accounts.run(badges.make, "bert", "finn", hub.node.now())

    entered = await (await half(hub)).send(code=code)
    device = cookie(entered, "kiezbox_badge").partition(";")[0]
    elsewhere = await (await half(hub)).send(code=code)
    waiting = await half(hub)
    again = await HalfSignedIn(hub, f"{waiting.cookie}; {device}").send(code=code)
    somebody_elses = await (await half(hub)).send(code=other)

    assert await is_in(hub, entered)
    assert (elsewhere.status_code, somebody_elses.status_code) == (401, 401)
    assert "belongs to another device" in text_of(elsewhere)
    assert await is_in(hub, again)


async def test_a_role_that_needs_one_sets_it_up_at_its_next_sign_in(hub: Application) -> None:
    await set_password(hub, "dana")
    await hub.deps.accounts.run(requirements.require, {Role.COMMANDER}, "dana", hub.node.now())

    waiting = await half(hub, "dana")
    page = await waiting.get()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert secret is not None
    app = pyotp.TOTP(secret[1])
    wrong = await waiting.send(f"{STEP}/set-up", code="000000")
    done = await waiting.send(f"{STEP}/set-up", code=app.at(hub.node.now()))

    assert "Your role needs a second factor" in text_of(page)
    assert wrong.status_code == 401
    assert secret[1] in wrong.text, "the picture that was scanned still counts"
    assert await is_in(hub, done)
    codes = re.findall(r"<li><code>([0-9A-Z-]{14})</code>", done.text)
    assert len(codes) == recovery_codes.CODES
    assert await is_in(hub, await (await half(hub, "dana")).send(code=codes[3]))


async def test_whoever_found_a_badge_sets_up_no_factor_of_their_own(hub: Application) -> None:
    await hub.deps.accounts.run(requirements.require, {Role.COMMANDER}, "dana", hub.node.now())
    _, code = await hub.deps.accounts.run(badges.make, "dana", "finn", hub.node.now())
    hub.client.cookies.clear()
    shown = await hub.client.post("/crisis/sign-in/badge", data={"code": code}, headers=SAME)
    waiting = HalfSignedIn(hub, cookie(shown, "kiezbox_factor").partition(";")[0])

    page = await waiting.get()
    done = await waiting.send(f"{STEP}/set-up", code="000000")

    assert (page.status_code, done.status_code) == (401, 401)
    assert "sign in with the password to set one up" in text_of(page)
    assert 'class="secret"' not in page.text


async def test_a_changed_password_or_a_revoked_badge_ends_the_step(hub: Application) -> None:
    await set_password(hub)
    app = await set_up_app(hub)
    waiting = await half(hub)
    await hub.deps.accounts.run(accounts.set_password, "anna", "Taschenlampe im Keller", hub.node.now())

    late = await waiting.send(code=app.at(hub.node.now()))

    assert late.status_code == 401
    assert not await is_in(hub, late)


async def test_nothing_is_set_up_for_who_has_one_already(hub: Application) -> None:
    await set_password(hub)
    await set_up_app(hub)
    waiting = await half(hub)

    refused = await waiting.send(f"{STEP}/set-up", code="000000")

    assert 'name="code"' in refused.text
    assert 'class="secret"' not in refused.text
    assert "kiezbox_staff" not in str(refused.headers)


async def test_the_step_ends_after_ten_minutes_and_at_another_site_s_form(hub: Application) -> None:
    await set_password(hub)
    app = await set_up_app(hub)
    now = 0.0
    hub.replace(factors=FactorMemory(pending=PendingSignIns(lambda: now)))
    waiting = await half(hub)

    foreign = await waiting.send(headers={"Origin": "http://evil.example"}, code=app.at(hub.node.now()))
    now = 600.0
    late = await waiting.send(code=app.at(hub.node.now()))
    nobody = await hub.client.get(STEP)

    assert (foreign.status_code, late.status_code, nobody.status_code) == (403, 401, 401)
    assert "sign in again" in text_of(late)


@pytest.mark.parametrize("credential", ["{}", "[]", "not json", '{"rawId": "AAAA"}', "x" * 30_000])
async def test_what_is_no_passkey_is_refused_with_a_sentence(hub: Application, credential: str) -> None:
    await set_password(hub)
    await set_up_app(hub)

    refused = await (await half(hub)).send(credential=credential)

    assert refused.status_code == 401
    assert "This passkey is not one of this account" in text_of(refused)
