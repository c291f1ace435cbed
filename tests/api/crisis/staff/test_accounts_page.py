"""The pages of accounts: made, granted, changed and closed without a script, in two languages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from crisis.accounts import accounts, grants, issued
from crisis.accounts.issued import Credential
from crisis.model import account_bodies
from crisis.model.roles import Role
from crisis.state.views import Act, IssuedAccount
from tests.api.crisis.support.browser import PASSWORD, sign_in, text_of
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application
    from tests.api.crisis.support.browser import Browser

pytestmark = pytest.mark.slow
PAGE = "/crisis/staff/accounts"
NOW_EVENT = UUID(int=7)
OTHER = "Laternen am Kanal"


async def make(who: Browser, **fields: str) -> httpx.Response:
    typed = {"name": "gesa", "role": "operator", "areas": "", "password": PASSWORD, "again": PASSWORD, **fields}
    return await who.fill(PAGE, PAGE, **typed)


async def test_an_admin_makes_an_account_for_areas_and_it_is_in_the_history_as_made_by_them(hub: Application) -> None:
    finn = await sign_in(hub, "finn")

    made = await make(finn, name="Gesa ", areas="district-71, 65-02")
    page = await finn.get(made.headers["location"])

    assert (made.status_code, made.headers["location"]) == (303, f"{PAGE}/gesa?done=account_made")
    words = text_of(page)
    assert "The account is made." in words
    assert "district-71" in words
    assert "no box has it yet" in words
    assert "Made by finn , hub" in words
    assert "made an account: gesa operator" in words
    issued_account = hub.node.state.account("gesa")
    assert issued_account is not None
    assert issued_account.areas == {"district-71", "65-02"}
    assert await hub.deps.accounts.check("gesa", PASSWORD)
    assert PASSWORD not in page.text


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"name": "g"}, 422, "g cannot be an account's name"),
        ({"name": "anna"}, 409, "There is an account anna already"),
        ({"password": "kurz", "again": "kurz"}, 422, "Choose another password"),
        ({"again": OTHER}, 422, "The two new passwords differ"),
        ({"areas": "Steglitz!"}, 422, "steglitz! is no area"),
        ({"role": "king"}, 422, "Role: not one of the choices"),
    ],
)
async def test_what_cannot_be_made_comes_back_as_it_was_typed_but_for_the_password(
    hub: Application, fields: dict[str, str], status: int, says: str
) -> None:
    finn = await sign_in(hub, "finn")

    response = await make(finn, **fields)

    assert response.status_code == status
    assert says in text_of(response)
    assert f'value="{fields.get("name", "gesa")}"' in response.text
    assert all(secret not in response.text for secret in (PASSWORD, OTHER))
    assert await hub.deps.accounts.run(accounts.find, "gesa") is None


async def test_an_account_is_granted_taken_back_closed_and_opened_with_a_question_before_each(hub: Application) -> None:
    finn, ewa = await sign_in(hub, "finn"), await sign_in(hub, "ewa")
    page = f"{PAGE}/ewa"

    await finn.fill(f"{page}/grant", page, areas="district-71 65-02")
    await finn.fill(f"{page}/revoke", page, areas="65-02")
    granted = await hub.deps.accounts.run(grants.of, "ewa")
    asked = (await finn.get(page)).text
    closed = await finn.fill(f"{page}/disable", page)
    gone = await ewa.get()
    again = await finn.fill(f"{page}/enable", page)

    assert [each.area for each in granted["ewa"]] == ["district-71"]
    assert asked.count("<details>") >= 4, "each of these is behind a summary that opens without a script"
    assert (closed.status_code, again.status_code) == (303, 303)
    assert gone.status_code == 303, "who is signed in is signed out"
    state = hub.node.state.account("ewa")
    assert state is not None
    assert (set(state.areas), state.is_enabled) == ({"district-71"}, True)
    words = text_of(await finn.get(page))
    for said in ("granted an account to areas: ewa", "took an account from areas", "disabled an account", "enabled an"):
        assert said in words


async def test_role_and_password_are_set_and_end_what_was_open(hub: Application) -> None:
    dana = await sign_in(hub, "dana")
    page = f"{PAGE}/ewa"

    for form, typed in (("role", {"role": "operator"}), ("password", {"password": OTHER, "again": OTHER})):
        ewa = await sign_in(hub, "ewa")
        done = await dana.fill(f"{page}/{form}", page, **typed)
        assert (done.status_code, (await ewa.get()).status_code) == (303, 303)

    account = await hub.deps.accounts.run(accounts.get, "ewa")
    assert account.role is Role.OPERATOR
    assert await hub.deps.accounts.check("ewa", OTHER)
    assert [event.event.actor for event in hub.node.state.history("@ewa")[-2:]] == ["dana", "dana"]


@pytest.mark.parametrize(("form", "fields"), [("disable", {}), ("role", {"role": "commander"})])
async def test_nobody_closes_or_promotes_themselves(hub: Application, form: str, fields: dict[str, str]) -> None:
    finn = await sign_in(hub, "finn")
    hidden = await finn.fields(f"{PAGE}/ewa/disable", f"{PAGE}/ewa")

    response = await finn.send(f"{PAGE}/finn/{form}", {**hidden, **fields})

    assert response.status_code == 409
    assert "your own account" in text_of(response)
    assert (await hub.deps.accounts.run(accounts.get, "finn")).role is Role.ADMIN


@pytest.mark.parametrize("who", ["anna", "cem", "ewa"])
async def test_who_may_not_manage_accounts_sees_and_changes_nothing(hub: Application, who: str) -> None:
    person, finn = await sign_in(hub, who), await sign_in(hub, "finn")
    csrf = (await person.fields("/crisis/sign-out"))["csrf"]
    await finn.get(PAGE)

    seen = [(await person.get(path)).status_code for path in (PAGE, f"{PAGE}/anna")]
    sent = [
        (await person.send(path, {"csrf": csrf, "name": "gesa", "role": "admin"})).status_code
        for path in (PAGE, *(f"{PAGE}/ewa/{form}" for form in ("role", "password", "grant", "revoke", "disable")))
    ]

    assert (set(seen), set(sent)) == ({403}, {403})
    assert "/crisis/staff/accounts" not in (await person.get("/crisis/staff/account")).text


async def test_a_form_that_is_sent_twice_is_done_once_and_an_unknown_account_is_told(hub: Application) -> None:
    finn = await sign_in(hub, "finn")
    fields = {**await finn.fields(PAGE, PAGE), "name": "gesa", "role": "viewer"}
    fields |= {"password": PASSWORD, "again": PASSWORD}

    twice = [(await finn.send(PAGE, fields)).status_code for _ in range(2)]
    unknown = await finn.get(f"{PAGE}/nobody")

    assert twice == [303, 303]
    assert unknown.status_code == 404


async def test_a_box_makes_no_accounts_and_can_close_one_of_the_hub_at_once(box: Application) -> None:
    act = Act(NOW_EVENT, NOW, "finn", "hub")
    account = IssuedAccount("gesa", Role.OPERATOR, True, frozenset({"district-71"}), act, act)
    credential = Credential("gesa", None, None)
    await box.deps.accounts.run(issued.apply, account, b"event", credential, NOW)
    finn = await sign_in(box, "finn")

    page = await finn.get(PAGE)
    own = await finn.fields(f"{PAGE}/gesa/disable", f"{PAGE}/gesa")
    refused = [
        await finn.send(path, {**own, "once": "", "name": "ida", "role": "admin", "areas": "all"})
        for path in (PAGE, f"{PAGE}/gesa/role", f"{PAGE}/gesa/grant", f"{PAGE}/gesa/password")
    ]
    closed = await finn.send(f"{PAGE}/gesa/disable", own)
    found = await box.deps.accounts.run(accounts.get, "gesa")
    await box.deps.accounts.run(issued.apply, account, b"other event", credential, NOW + timedelta(days=1))
    still = await box.deps.accounts.run(accounts.get, "gesa")
    await finn.fill(f"{PAGE}/gesa/enable", f"{PAGE}/gesa")
    opened = await box.deps.accounts.run(accounts.get, "gesa")

    assert "from the hub, here since" in text_of(page)
    assert "New account" not in text_of(page)
    assert {each.status_code for each in refused} == {409}
    assert closed.status_code == 303
    assert (found.is_enabled, found.is_blocked) == (False, True)
    assert (still.is_enabled, still.is_blocked) == (False, True), "what the hub says later does not open it again"
    assert (opened.is_enabled, opened.is_blocked) == (True, False)
    await box.node.settle_accounts()
    kinds = [entry.event.body for entry in await box.node.history()]
    assert account_bodies.LocalAccountChanged("gesa", "disabled") in kinds


async def test_the_pages_are_in_german_too(hub: Application) -> None:
    finn = await sign_in(hub, "finn", "de")

    words = [text_of(await finn.get(path)) for path in (PAGE, f"{PAGE}/ewa")]

    assert "Neues Konto" in words[0]
    assert "Konto ewa sperren" in words[1]
