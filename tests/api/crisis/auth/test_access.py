"""What a session allows, and requests from other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.crisis.auth import access
from crisis.accounts import accounts, store
from tests.api.crisis.support.browser import Browser, sign_in, text_of

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_disabling_at_the_command_line_ends_a_session_at_once(box: Application) -> None:
    anna = await sign_in(box, "anna")
    assert (await anna.get()).status_code == 200

    with store.opened(box.node.settings.folder) as other:
        accounts.set_enabled(other, "anna", is_enabled=False)

    assert (await anna.get()).status_code == 303


async def test_a_session_opens_the_staff_s_endpoints_as_well(box: Application) -> None:
    anna = await sign_in(box, "anna")

    response = await anna.get("/crisis/situation")

    assert response.status_code == 200


async def test_a_missing_right_is_named_with_the_roles_that_have_it(box: Application) -> None:
    response = await box.ask("ewa", "POST", "/crisis/distress/0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e/take", {})

    assert response.status_code == 403
    assert response.json()["type"] == "urn:kiezbox:problem:not-allowed"
    assert "ewa is viewer, which may not handle_distress" in response.json()["detail"]
    assert "responder" in response.json()["detail"]


@pytest.mark.parametrize("token", ["", "kbx_wrong", "x" * 10_000, "\xe4\xf6"])
async def test_a_wrong_token_is_401_even_beside_a_good_cookie(box: Application, token: str) -> None:
    anna = await sign_in(box, "anna")
    headers = [(b"authorization", f"Bearer {token}".encode("latin-1")), (b"cookie", anna.headers["Cookie"].encode())]

    response = await box.client.get("/crisis/situation", headers=headers)

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert "/crisis/sign-in" in response.json()["detail"]


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 5_000, "%00", "a; kiezbox_staff=b"])
async def test_a_cookie_that_is_none_is_nobody(box: Application, secret: str) -> None:
    response = await Browser(box, secret).get("/crisis/situation")

    assert response.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://api:8080"},
        {"Origin": "http://["},
        {"Referer": "http://evil.example/crisis/staff"},
        {"Origin": "http://evil.example", "Referer": "http://api/crisis/staff"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://api"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_from_another_site_does_nothing_though_it_has_the_token(
    box: Application, headers: dict[str, str]
) -> None:
    anna = await sign_in(box, "anna")
    fields = await anna.fields("/crisis/staff/mode")

    response = await anna.send("/crisis/staff/mode", {**fields, "act": "maintenance", "area": "all"}, **headers)

    assert response.status_code == 403
    assert "did not come from our own page" in text_of(response)
    assert box.node.state.area_mode("all") is None


@pytest.mark.parametrize("token", [None, "", "wrong", "\xe4"])
async def test_a_form_without_the_session_s_token_does_nothing(box: Application, token: str | None) -> None:
    anna = await sign_in(box, "anna")
    fields = {"act": "maintenance", "area": "all"} | ({} if token is None else {"csrf": token})

    response = await anna.send("/crisis/staff/mode", fields)

    assert response.status_code == 403
    assert box.node.state.area_mode("all") is None


async def test_another_session_s_token_is_none(box: Application) -> None:
    anna, bert = await sign_in(box, "anna"), await sign_in(box, "bert")
    fields = await bert.fields("/crisis/staff/mode")

    response = await anna.send("/crisis/staff/mode", {**fields, "act": "maintenance", "area": "all"})

    assert response.status_code == 403


async def test_json_with_a_cookie_needs_the_token_in_its_header_and_with_a_bearer_token_does_not(
    box: Application,
) -> None:
    anna = await sign_in(box, "anna")
    body = {"action": "set", "area": "all", "mode": "maintenance"}
    token = {access.CSRF_HEADER: access.csrf_of(anna.secret)}

    without = await box.client.post("/crisis/mode", json=body, headers=anna.headers)
    foreign = await box.client.post("/crisis/mode", json=body, headers={**anna.headers, **token, "Origin": "http://x"})
    right = await box.client.post("/crisis/mode", json=body, headers=anna.headers | token)
    bearer = await box.ask("anna", "POST", "/crisis/mode", {**body, "mode": "normal"})

    assert [without.status_code, foreign.status_code] == [403, 403]
    assert without.json()["type"] == "urn:kiezbox:problem:cross-site"
    assert right.status_code == 200, right.text
    assert bearer.status_code == 200, bearer.text


async def test_a_form_too_large_to_be_one_is_not_read(box: Application) -> None:
    anna = await sign_in(box, "anna")

    response = await anna.send("/crisis/staff/mode", {"reason": "x" * 600_000})

    assert response.status_code == 413
