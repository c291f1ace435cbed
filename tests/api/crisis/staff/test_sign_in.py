"""Signing in: who may, how fast one may try, and what is said."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
from typing import TYPE_CHECKING

import pytest

from api import app as application
from api.crisis.auth import check_queue, holds
from api.crisis.auth.holds import Holds
from api.crisis.auth.login_throttle import LoginThrottle
from api.crisis.limits import Limits
from crisis.accounts import accounts, devices, sessions, store
from crisis.log import errors
from crisis.model.account_bodies import SignedIn, SignedOut, SignInsRefused
from tests.api.conftest import client_of, fail
from tests.api.crisis.support import applications
from tests.api.crisis.support.browser import OVERVIEW, PASSWORD, Browser, sign_in, text_of
from tests.api.crisis.support.sign_in import SAME, SIGN_IN, cookie, enter, set_password

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_the_right_password_makes_a_session_that_scripts_and_other_sites_cannot_use(box: Application) -> None:
    await set_password(box)

    response = await enter(box, "Anna ")

    assert (response.status_code, response.headers["location"]) == (303, OVERVIEW)
    flags = {part.strip().lower() for part in cookie(response).split(";")[1:]}
    assert flags == {"httponly", "samesite=strict", "path=/crisis"}
    secret = re.match(r"kiezbox_staff=([\w-]{43});", cookie(response))
    assert secret is not None
    assert (await Browser(box, secret[1]).get()).status_code == 200


async def test_over_https_the_cookie_is_secure(box: Application) -> None:
    await set_password(box)
    data = {"account": "anna", "password": PASSWORD}

    response = await box.client.post("https://api" + SIGN_IN, data=data, headers={"Origin": "https://api"})

    assert response.status_code == 303
    assert "secure" in cookie(response).lower()


@pytest.mark.parametrize(
    ("name", "password"), [("anna", "wrong and long"), ("nobody", PASSWORD), ("ewa", ""), ("", "")]
)
async def test_a_wrong_account_or_password_is_told_alike(box: Application, name: str, password: str) -> None:
    await set_password(box)

    response = await enter(box, name, password)

    assert response.status_code == 401
    assert "Account and password do not match" in text_of(response)
    assert "set-cookie" not in response.headers


async def test_the_password_goes_back_into_no_page_and_no_log(
    box: Application, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    response = await enter(box, "my secret phrase", "the other secret")

    assert "the other secret" not in response.text
    logged = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith(("api", "crisis")))
    assert "sign-in failed" in logged
    assert "(unknown)" in logged
    assert "secret" not in logged


async def test_a_disabled_account_cannot_sign_in(box: Application) -> None:
    await set_password(box)
    await box.deps.accounts.run(accounts.set_enabled, "anna", is_enabled=False)

    assert (await enter(box)).status_code == 401


async def test_on_unknown_browsers_guesses_are_held_and_a_right_password_is_not_refused(box: Application) -> None:
    await set_password(box)
    held = Holds(hold_max_seconds=0.1)
    box.replace(holds=held)
    mark = cookie(await enter(box), "kiezbox_device").partition(";")[0]

    attempts = [await enter(box, "anna", f"guess number {number}") for number in range(12)]
    seconds = held.hold_seconds("account anna", "source 127.0.0.1")
    stranger = await enter(box)
    owner = await enter(box, Cookie=mark)

    assert {attempt.status_code for attempt in attempts} == {401}
    assert seconds == 0.1
    assert (stranger.status_code, owner.status_code) == (303, 303)


async def test_a_neighbour_who_has_waited_on_the_page_is_not_held_for_the_guesses_from_their_address(
    box: Application,
) -> None:
    now, held = 0.0, Holds()
    box.replace(holds=held, limits=Limits(lambda: now))
    await set_password(box)
    for _ in range(40):
        held._add("source 127.0.0.1", 1)
        held._add("account anna", 1)
    mark = cookie(await box.client.get(SIGN_IN), "kiezbox_mark").partition(";")[0]
    now += 5

    async with asyncio.timeout(holds.HOLD_MAX_SECONDS / 2):  # shorter than the shortest hold of a guesser
        response = await enter(box, Cookie=mark)

    assert response.status_code == 303


async def test_a_known_browser_waits_for_its_own_mistakes_alone(box: Application) -> None:
    await set_password(box)
    box.replace(login_throttle=LoginThrottle(lambda: 0.0))
    mark, other = [cookie(await enter(box), "kiezbox_device").partition(";")[0] for _ in range(2)]

    attempts = [await enter(box, "anna", f"guess number {number}", Cookie=mark) for number in range(7)]

    assert [attempt.status_code for attempt in attempts] == [401] * 5 + [429] * 2
    assert "The account is not locked" in text_of(attempts[-1])
    assert int(attempts[-1].headers["retry-after"]) >= 1
    forged = mark[:-1] + ("0" if mark[-1] != "0" else "1")
    assert [(await enter(box, Cookie=each)).status_code for each in (mark, other, forged)] == [429, 303, 303]


async def test_many_passwords_at_once_keep_the_node_answering(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_queue, "WAIT_MAX_SECONDS", 0.05)

    async with box.deps.accounts._checks.turn(check_queue.KNOWN):
        response = await enter(box)

    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"


async def test_two_accounts_in_one_browser_are_one_device_and_two_browsers_are_two(box: Application) -> None:
    for name in ("anna", "bert"):
        await set_password(box, name)
    mark = cookie(await enter(box, "anna"), "kiezbox_device").partition(";")[0]

    devices = []
    for name, kept in (("anna", mark), ("bert", mark), ("bert", "kiezbox_device=none")):
        session = cookie(await enter(box, name, Cookie=kept)).partition(";")[0]
        principal = await box.deps.accounts.run(
            sessions.find, session.partition("=")[2], box.node.now(), box.deps.accounts.terms
        )
        assert principal is not None
        devices.append(principal.actor.device)

    assert devices[0] == devices[1] != devices[2]
    assert len(devices[2]) == 12


async def test_the_cookie_of_a_browser_from_before_the_upgrade_is_still_known(box: Application) -> None:
    await set_password(box)
    key = await box.deps.accounts.run(sessions.device_key)
    nonce = "abcdefghijklmnop"
    old = f"{nonce}.{hmac.new(key, f'anna {nonce}'.encode(), hashlib.sha256).hexdigest()}"

    known = [await box.deps.accounts.run(devices.read, old, name) for name in ("anna", "bert")]
    response = await enter(box, Cookie=f"kiezbox_device={old}")

    assert known[0] is not None
    assert (known[0].is_known, known[1]) == (True, None)
    assert cookie(response, "kiezbox_device").startswith(f"kiezbox_device={nonce}.")
    assert old not in cookie(response, "kiezbox_device")


async def test_sign_ins_sign_outs_and_refusals_are_in_the_history_and_a_flood_is_one_entry(box: Application) -> None:
    await set_password(box)
    box.replace(holds=Holds(hold_max_seconds=0))
    mark = cookie(await enter(box), "kiezbox_device").partition(";")[0]
    anna = await sign_in(box, "anna")
    await anna.fill("/crisis/sign-out")
    for number in range(30):
        await enter(box, "anna" if number % 2 else f"secret {number}", f"guess number {number}")

    await box.deps.accounts.write_down(everything=True)
    await box.node.settle_accounts()

    found = [entry.event for entry in await box.node.history()]
    bodies = [event.body for event in found]
    refused = [body for body in bodies if isinstance(body, SignInsRefused)]
    assert {body.account: body.count for body in refused} == {"anna": 15, "": 15}
    assert len(refused) == 2
    assert bodies.count(SignedOut("anna")) == 1
    assert [body.count for body in bodies if isinstance(body, SignedIn)] == [1, 1]
    assert mark.partition(".")[0] not in str(found), "the cookie is in no event"
    assert "secret" not in str(found), "a name that nobody has may be a password"


async def test_a_sign_in_from_another_site_is_refused(box: Application) -> None:
    await set_password(box)

    response = await enter(box, Origin="http://evil.example")

    assert response.status_code == 403
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/crisis/staff/notices/new", "/crisis/staff/notices/new"),
        ("//evil.example", OVERVIEW),
        ("https://evil.example/crisis/staff", OVERVIEW),
        ("/crisis/staff@evil.example", OVERVIEW),
        ("/crisis/staff\r\nSet-Cookie: a=b", OVERVIEW),
        ("javascript:alert(1)", OVERVIEW),
    ],
)
async def test_after_signing_in_one_lands_on_our_own_pages_only(box: Application, wanted: str, goes: str) -> None:
    await set_password(box)

    response = await box.client.post(
        SIGN_IN, data={"account": "anna", "password": PASSWORD, "next": wanted}, headers=SAME
    )

    assert response.headers["location"] == goes


async def test_signing_out_ends_the_session(box: Application) -> None:
    anna = await sign_in(box, "anna")

    response = await anna.fill("/crisis/sign-out")

    assert response.headers["location"] == "/crisis/sign-in?out"
    assert 'kiezbox_staff="";' in cookie(response)
    assert (await anna.get()).status_code == 303


async def test_without_accounts_the_log_and_the_page_say_how_to_make_one_and_nothing_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(applications, "PEOPLE", {})

    async with applications.running(applications.settings_of(tmp_path / "box", "box")) as made:
        page = await made.client.get(SIGN_IN)
        entered = await enter(made, "admin", "admin admin admin")
        overview = await made.client.get(OVERVIEW)
        situation = await made.client.get("/crisis/situation")

    assert "kiezbox user add NAME --role admin" in text_of(page)
    hints = [record.__dict__["do"] for record in caplog.records if "nobody can sign in" in record.message]
    assert hints == [f"kiezbox user add NAME --role admin --folder {made.node.settings.folder}"]
    assert (entered.status_code, overview.status_code, situation.status_code) == (401, 303, 401)


async def test_with_unreadable_accounts_residents_are_served_and_staff_are_told(tmp_path: Path) -> None:
    settings = applications.settings_of(tmp_path / "box", "box")
    async with applications.running(settings):
        pass
    for path in settings.crisis.folder.glob(f"{store.FILE}*"):
        path.write_bytes(b"broken" * 5_000)
    made_again = application.create(settings, fail)

    async with client_of(made_again) as client:
        residents = await client.get("/crisis")
        page = await client.get(SIGN_IN)
        entered = await client.post(SIGN_IN, data={"account": "anna", "password": PASSWORD})
        program = await client.get("/crisis/situation", headers={"Authorization": "Bearer kbx_x"})

    assert residents.status_code == 200
    assert (page.status_code, entered.status_code, program.status_code) == (200, 503, 503)
    assert "accounts of this node cannot be read" in text_of(entered)
    assert program.json()["type"] == "urn:kiezbox:problem:no-accounts"


async def test_on_a_full_disk_the_page_says_that_nobody_can_sign_in(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_password(box)

    def full(*_: object, **__: object) -> str:
        raise errors.Full("the disk takes no more")

    monkeypatch.setattr(sessions, "begin", full)

    response = await enter(box)

    assert response.status_code == 503
    assert "disk of this node is full" in text_of(response)
