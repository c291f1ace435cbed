"""Signing in through a real, certified OpenID provider; whatever is wrong is said, and opens nothing."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from crisis.accounts import accounts
from crisis.accounts.factors import identities, requirements
from crisis.model.roles import Role
from tests import axe
from tests.api.conftest import serving
from tests.api.crisis.support import oidc_provider
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import OVERVIEW, Browser, text_of
from tests.api.crisis.support.sign_in import SIGN_IN, cookie, enter, set_password
from tests.api.support.browser import browse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import httpx

    from tests.api.crisis.support.applications import Application
    from tests.api.crisis.support.oidc_provider import RunningProvider

pytestmark = pytest.mark.slow

PATH = "/crisis/sign-in/provider"
BACK = f"http://api{PATH}/done"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProvider]:
    with oidc_provider.provider(tmp_path_factory.mktemp("provider"), BACK) as made:
        yield made


@contextlib.asynccontextmanager
async def hub_with(provider: RunningProvider, folder: Path, **oidc: object) -> AsyncIterator[Application]:
    """A hub without database and broker that uses the provider."""
    settings = settings_of(folder / "hub").model_copy(update={"oidc": provider.settings(**oidc)})
    async with running(settings) as made:
        yield made


@pytest.fixture
async def hub(provider: RunningProvider, tmp_path: Path) -> AsyncIterator[Application]:
    async with hub_with(provider, tmp_path) as made:
        yield made


async def begin(hub: Application, **query: str) -> tuple[str, str]:
    """Press the button: the provider's address, and the browser's cookie."""
    hub.client.cookies.clear()
    response = await hub.client.get(PATH, params=query)
    assert response.status_code == 303, text_of(response)
    return response.headers["location"], cookie(response, "kiezbox_provider").partition(";")[0]


async def come_back(hub: Application, address: str, kept: str) -> httpx.Response:
    """The provider sends the browser back to us."""
    hub.client.cookies.clear()
    return await hub.client.get(address.removeprefix("http://api"), headers={"Cookie": kept})


async def sign_in(hub: Application, name: str) -> httpx.Response:
    """The whole way."""
    address, kept = await begin(hub)
    return await come_back(hub, await oidc_provider.sign_in(address, name, BACK), kept)


async def role_of(hub: Application, name: str) -> Role | None:
    found = await hub.deps.accounts.run(accounts.find, name)
    return None if found is None else found.role


async def test_somebody_in_a_group_is_in_with_its_role_and_has_an_account_from_then_on(hub: Application) -> None:
    done = await sign_in(hub, "anna.mueller")

    assert done.status_code == 200
    assert "You are signed in as anna.mueller" in text_of(done)
    secret = cookie(done).partition(";")[0].removeprefix("kiezbox_staff=")
    assert (await Browser(hub, secret).get()).status_code == 200
    assert await role_of(hub, "anna.mueller") is Role.OPERATOR
    assert "SameSite=strict" in cookie(done)


async def test_the_request_has_pkce_state_and_nonce_and_the_page_to_return_to(hub: Application) -> None:
    address, _ = await begin(hub, next="/crisis/staff/history")

    sent = parse_qs(urlsplit(address).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert all(len(sent[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    (attempt, _until), *_ = hub.deps.attempts._attempts.values()
    assert attempt.page == "/crisis/staff/history"
    assert attempt.verifier not in address


async def test_the_first_group_in_the_settings_gives_the_role_and_a_change_follows_at_the_next_sign_in(
    provider: RunningProvider, tmp_path: Path
) -> None:
    async with hub_with(provider, tmp_path, roles={"everybody": "viewer", "lagezentrum": "operator"}) as hub:
        await sign_in(hub, "anna.mueller")
        before = await role_of(hub, "anna.mueller")
        found = hub.deps.provider
        assert found is not None
        found.settings = provider.settings(roles={"lagezentrum": "responder"})
        await sign_in(hub, "anna.mueller")

        assert (before, await role_of(hub, "anna.mueller")) == (Role.VIEWER, Role.RESPONDER)


async def test_a_second_factor_of_the_hub_is_the_provider_s_matter(hub: Application) -> None:
    await hub.deps.accounts.run(requirements.require, list(Role), "dana", hub.node.now())

    assert (await sign_in(hub, "anna.mueller")).status_code == 200


async def test_nobody_takes_over_an_account_of_the_hub_by_its_name_until_it_is_linked(hub: Application) -> None:
    refused = await sign_in(hub, "dana")
    issuer = str(hub.deps.settings.oidc.issuer)
    await hub.deps.accounts.run(identities.link, "dana", issuer, "dana", hub.node.now())
    linked = await sign_in(hub, "dana")

    assert refused.status_code == 409
    assert "There is an account dana at this hub already" in text_of(refused)
    assert "kiezbox_staff" not in str(refused.headers)
    assert linked.status_code == 200


@pytest.mark.parametrize(("name", "status", "says"), [("guest", 403, "none of your groups may work here")])
async def test_somebody_in_no_group_of_ours_gets_no_account(
    hub: Application, name: str, status: int, says: str
) -> None:
    refused = await sign_in(hub, name)

    assert refused.status_code == status
    assert says in text_of(refused)
    assert await role_of(hub, name) is None


async def test_who_has_left_the_groups_is_signed_out_everywhere_at_the_next_attempt(
    hub: Application, provider: RunningProvider
) -> None:
    done = await sign_in(hub, "anna.mueller")
    browser = Browser(hub, cookie(done).partition(";")[0].removeprefix("kiezbox_staff="))
    assert hub.deps.provider is not None
    hub.deps.provider.settings = provider.settings(roles={"stab": "commander"})

    refused = await sign_in(hub, "anna.mueller")

    assert refused.status_code == 403
    assert (await browser.get()).status_code == 303


async def test_a_disabled_account_stays_out(hub: Application) -> None:
    await sign_in(hub, "anna.mueller")
    await hub.deps.accounts.run(accounts.set_enabled, "anna.mueller", is_enabled=False)

    refused = await sign_in(hub, "anna.mueller")

    assert refused.status_code == 403
    assert "is disabled at this hub" in text_of(refused)


async def test_an_answer_that_did_not_begin_in_this_browser_opens_nothing(hub: Application) -> None:
    address, kept = await begin(hub)
    back = await oidc_provider.sign_in(address, "anna.mueller", BACK)
    _, of_another = await begin(hub)

    stolen = await come_back(hub, back, of_another)  # somebody was sent the address of another's sign-in
    without = await come_back(hub, back, "")
    right = await come_back(hub, back, kept)
    again = await come_back(hub, back, kept)

    assert [each.status_code for each in (stolen, without, right, again)] == [401, 401, 200, 401]
    assert "(state)" in text_of(stolen)
    assert "belongs to nothing that began in this browser" in text_of(without)


async def test_a_code_with_another_nonce_or_verifier_opens_nothing(hub: Application) -> None:
    said = []
    for changed in ({"nonce": "another"}, {"verifier": "another" * 10}):
        address, kept = await begin(hub)
        back = await oidc_provider.sign_in(address, "anna.mueller", BACK)
        secret = kept.partition("=")[2]
        attempt, until = hub.deps.attempts._attempts[secret]
        hub.deps.attempts._attempts[secret] = (replace(attempt, **changed), until)
        refused = await come_back(hub, back, kept)
        said.append((refused.status_code, text_of(refused)))

    assert [status for status, _ in said] == [401, 401]
    assert "(nonce)" in said[0][1]
    assert "(code)" in said[1][1]
    assert await role_of(hub, "anna.mueller") is None


async def test_an_expired_token_and_another_issuer_or_audience_open_nothing(
    hub: Application, provider: RunningProvider, tmp_path: Path
) -> None:
    address, kept = await begin(hub)
    back = await oidc_provider.sign_in(address, "anna.mueller", BACK)
    now = hub.deps.accounts.now
    hub.deps.accounts.now = lambda: now() + timedelta(hours=2)
    expired = await come_back(hub, back, kept)
    hub.deps.accounts.now = now
    address, kept = await begin(hub)
    mixed_up = await come_back(hub, f"{BACK}?code=x&state=y&iss=https://evil.example", kept)
    async with hub_with(
        provider, tmp_path / "other", issuer=provider.issuer.replace("localhost", "127.0.0.1")
    ) as other:
        wrong = await other.client.get(PATH)

    assert [each.status_code for each in (expired, mixed_up, wrong)] == [401, 401, 401]
    assert "(expired)" in text_of(expired)
    assert "(issuer)" in text_of(mixed_up)
    assert "(issuer)" in text_of(wrong)
    assert await role_of(hub, "anna.mueller") is None


async def test_what_the_provider_refuses_is_said(hub: Application) -> None:
    address, kept = await begin(hub)
    state = parse_qs(urlsplit(address).query)["state"][0]

    refused = await come_back(hub, f"{BACK}?error=access_denied&state={state}", kept)

    assert refused.status_code == 401
    assert "let nobody in (access_denied)" in text_of(refused)


async def test_while_the_provider_is_away_accounts_of_the_hub_sign_in(tmp_path: Path) -> None:
    with oidc_provider.provider(tmp_path / "provider", BACK) as gone:
        pass
    async with hub_with(gone, tmp_path) as hub:
        await set_password(hub)
        refused = await hub.client.get(PATH)
        page = await hub.client.get(SIGN_IN)
        out = await hub.client.get(f"{SIGN_IN}?out")
        entered = await enter(hub)

    assert refused.status_code == 503
    assert "cannot be reached now. Accounts of this hub work as always" in text_of(refused)
    assert '<input id="password"' in refused.text
    assert "Sign in with Berlin" in text_of(page)
    assert out.status_code == 200
    assert entered.status_code == 303


async def test_a_hub_without_a_provider_and_a_box_have_no_button(tmp_path: Path, box: Application) -> None:
    async with running(settings_of(tmp_path / "plain")) as plain:
        for each in (plain, box):
            assert "Sign in with" not in (await each.client.get(SIGN_IN)).text.replace("Sign in with a badge", "")
            assert (await each.client.get(PATH)).status_code == 404


async def test_signed_out_the_page_leads_to_the_provider_s_own_sign_out(hub: Application) -> None:
    page = await hub.client.get(f"{SIGN_IN}?out")

    assert "/session/end?client_id=kiezbox" in page.text


async def test_in_a_browser_the_whole_way_ends_on_the_overview(chromium: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "hub")
    url = f"http://localhost:{settings.api.port}"
    with oidc_provider.provider(tmp_path / "provider", f"{url}{PATH}/done") as made:
        api = settings.api.model_copy(update={"public_url": url})
        settings = settings.model_copy(update={"oidc": made.settings(), "api": api})
        async with (
            serving(settings, is_away=True),
            browse(chromium, tmp_path / "profile", f"{url}{SIGN_IN}?lang=en") as page,
        ):
            await page.wait_for("document.querySelector('main a.button') !== null")
            found = await axe.violations(page)
            await page.evaluate("document.querySelector('main a.button').click()")
            await page.wait_for("document.querySelector('input[name=login]') !== null")
            await page.evaluate(
                "document.querySelector('input[name=login]').value = 'anna.mueller';"
                "document.querySelector('input[name=password]').value = 'any';"
                "document.querySelector('form button').click()"
            )
            await page.wait_for("document.querySelector('input[name=login]') === null && document.forms.length > 0")
            await page.evaluate("document.querySelector('form button').click()")
            await page.wait_for(f"location.pathname === {OVERVIEW!r} && document.readyState === 'complete'")
            who = await page.evaluate("document.querySelector('nav.tools a[href$=\"/account\"]').innerText")

    assert who.startswith("anna.mueller")
    assert found == []
