"""Admins make, revoke and release badges and reset lost factors; a commander says which roles need one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from crisis.accounts.factors import badges, requirements
from crisis.model.roles import Role
from tests.api.crisis.support.browser import sign_in, text_of
from tests.api.crisis.support.second_factor import set_up_app

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

PAGE = "/crisis/staff/badges"


async def test_an_admin_makes_a_badge_whose_code_is_shown_once(hub: Application) -> None:
    finn = await sign_in(hub, "finn")
    fields = {"csrf": (await finn.fields("/crisis/sign-out"))["csrf"], "account": "anna"}

    made = await finn.send(PAGE, fields)

    code = re.search(r"<code>([0-9A-Z-]{19})</code>", made.text)
    assert code is not None
    picture = re.search(r'<img class="qr" src="data:image/svg\+xml', made.text)
    assert picture is not None
    assert "http://api/crisis/badge" in text_of(made)
    entry = await hub.deps.accounts.run(badges.use, code[1], "", hub.node.now())
    assert entry.account == "anna"
    assert code[1] not in (await finn.get(PAGE)).text


async def test_an_admin_revokes_and_releases_a_badge(hub: Application) -> None:
    service, now = hub.deps.accounts, hub.node.now()
    badge, code = await service.run(badges.make, "anna", "finn", now)
    await service.run(badges.use, code, "", now)
    finn = await sign_in(hub, "finn")

    released = await finn.fill(f"{PAGE}/{badge.serial}/release", PAGE)
    entry = await service.run(badges.use, code, "", now)
    revoked = await finn.fill(f"{PAGE}/{badge.serial}/revoke", PAGE)

    assert entry.account == "anna"
    assert (released.headers["location"], revoked.headers["location"]) == (
        f"{PAGE}?done=badge_release",
        f"{PAGE}?done=badge_revoke",
    )
    assert badge.serial not in text_of(await finn.get(PAGE))


async def test_an_admin_resets_a_lost_factor(hub: Application) -> None:
    await set_up_app(hub)
    finn = await sign_in(hub, "finn")

    done = await finn.fill(f"{PAGE}/reset", PAGE, account="anna")

    assert done.status_code == 303
    assert not (await hub.deps.accounts.run(requirements.of, "anna")).is_any


async def test_a_commander_says_which_roles_need_a_second_factor(hub: Application) -> None:
    dana = await sign_in(hub, "dana")
    fields = await dana.fields(f"{PAGE}/required", PAGE)

    done = await dana.send(f"{PAGE}/required", {**fields, "role-commander": "yes", "role-admin": "yes"})

    assert done.status_code == 303
    found = await hub.deps.accounts.run(requirements.required)
    assert [(each.role, each.by) for each in found] == [(Role.ADMIN, "dana"), (Role.COMMANDER, "dana")]
    assert (await dana.get(PAGE)).text.count("checked") == 2


@pytest.mark.parametrize(
    ("who", "action", "status"),
    [
        ("anna", PAGE, 403),
        ("cem", PAGE, 403),
        ("cem", f"{PAGE}/reset", 403),
        ("finn", f"{PAGE}/required", 403),
        ("finn", f"{PAGE}/XXXX/revoke", 409),
    ],
)
async def test_who_may_not_is_told_and_nothing_happens(hub: Application, who: str, action: str, status: int) -> None:
    browser = await sign_in(hub, who)
    csrf = (await browser.fields("/crisis/sign-out"))["csrf"]

    refused = await browser.send(action, {"csrf": csrf, "account": "anna"})

    assert refused.status_code == status
    assert not await hub.deps.accounts.run(badges.of)


async def test_an_operator_does_not_see_the_page(hub: Application) -> None:
    assert (await (await sign_in(hub, "anna")).get(PAGE)).status_code == 403
