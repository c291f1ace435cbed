"""What the staff's pages show."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.staff import page_route
from crisis.accounts import sessions
from crisis.model import commands, events
from crisis.model.contents import PointContent, PointKind
from crisis.model.event_bodies import DistressReceived, ModeSeen, ReportReceived
from crisis.model.events import Event
from crisis.presence import Peer
from crisis.sync.peers import Peers
from devices.readings import DistressKind, Mode, ReportKind
from tests.api.crisis.desks import DESK, sign_in, words_of
from tests.api.crisis.staffwork import act, call
from tests.crisis.support.examples import ANNA, CEM, DANA, notice

if TYPE_CHECKING:
    from tests.api.crisis.staffed import Staffed

pytestmark = pytest.mark.slow

NOBODY = "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"  # an id that nothing has


async def test_without_a_session_the_desk_leads_to_the_sign_in_and_back(box: Staffed) -> None:
    response = await box.client.get(f"{DESK}/notices/new")

    assert (response.status_code, response.headers["location"]) == (
        303,
        "/crisis/sign-in?next=/crisis/staff/notices/new",
    )


async def test_a_time_long_ago_is_shown_with_its_year(box: Staffed) -> None:
    body = DistressReceived(text="aus einer Box, deren Uhr nicht stimmt")
    at = datetime(2020, 5, 4, 10, tzinfo=UTC)
    await box.node.keep(Event(uuid4(), box.node.name, at, "71-01", events.kind_of(body), body))
    await call(box, "jetzt")

    words = words_of(await (await sign_in(box, "bert")).get())

    assert "(04.05.2020 12:00)" in words
    assert re.search(r"\(\d\d\.\d\d\. \d\d:\d\d\) jetzt", words)


async def test_the_desk_shows_everything_with_its_age(box: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    node = box.node
    hub = Peer("hub", node.now() - timedelta(minutes=5), True, 7, 3, 90.0)
    monkeypatch.setattr(Peers, "describe", lambda *_: {"hub": hub})  # what the sync finds, whenever it looks
    node.peers = {"hub": hub}
    await call(box, kind=DistressKind.FIRE, people=3, contact="0171 23", latitude=52.456, longitude=13.32)
    await node.receive(ReportReceived(kind=ReportKind.NEED, text="Insulin kühlen"))
    await act(box, commands.PutNotice(uuid4(), notice("Stromausfall", area="district-71")), ANNA)
    await act(box, commands.PutPoint(uuid4(), PointContent(kind=PointKind.WATER, name="Brunnen")), ANNA)
    await act(box, commands.ProposeEmergency("district-71", "kein Strom"), ANNA)
    await node.record(ModeSeen("71-01", Mode.MAINTENANCE, node.now() - timedelta(hours=3)), "71-01")

    words = words_of(await (await sign_in(box, "bert")).get())

    assert re.search(
        r"Fire open \d s ago .* Rauch im Keller people 3 Contact 0171 23 Position 52.45600, 13.32000", words
    )
    assert re.search(r"Need \d s ago .* Insulin kühlen", words)
    assert re.search(r"Stromausfall other, unknown · district-71 · de changed by anna , 71-01, \d s ago", words)
    assert re.search(r"Brunnen water · not known whether open never confirmed changed by anna , 71-01, \d s ago", words)
    assert re.search(r"district-71 nothing decided Emergency proposed , proposed by anna , 71-01, \d s ago", words)
    assert "Confirm emergency: district-71" in words
    assert re.search(r"71-01 Maintenance, 3 h ago Normal differs", words)
    assert re.search(
        r"hub silent Last heard 5 min ago .* It lacks of ours 7 We lack of its 3 Its clock 90 s fast", words
    )
    assert re.search(r"anna 71-01 proposed an emergency: district-71 EMERGENCY .*kein Strom", words)


async def test_the_desk_speaks_german_and_remembers_what_was_chosen(box: Staffed) -> None:
    anna = await sign_in(box, "anna", "en")

    german = await anna.get(f"{DESK}?lang=de")
    after = await box.client.get(
        DESK, headers={**anna.headers, "Cookie": f"{anna.headers['Cookie']}; kiezbox_staff_lang=de"}
    )

    assert '<html lang="de">' in german.text
    assert "kiezbox_staff_lang=de" in german.headers["set-cookie"]
    assert "Kein offener Hilferuf." in words_of(after)


async def test_a_call_that_nobody_takes_is_loud_in_words_and_comes_first(box: Staffed) -> None:
    young = await call(box, "jung")
    taken = await call(box, "übernommen")
    await act(box, commands.TakeDistress(taken), CEM)
    old = await call(box, "alt")
    node = box.node
    box.app.state.node.settings = node.settings.model_copy(update={"escalate_seconds": 0.001})
    await asyncio.sleep(0.01)
    await act(box, commands.TakeDistress(young), CEM)

    page = await (await sign_in(box, "cem")).get()

    words = words_of(page)
    assert "⚠ A call for help that nobody has taken oldest:" in words
    assert words.count("NOBODY HAS TAKEN IT") == 1
    assert re.findall(r'id="call-([0-9a-f-]+)"', page.text)[0] == str(old)
    assert '<p class="banner alarm" role="alert">' in page.text


async def test_an_exercise_is_marked_wherever_it_shows(box: Staffed) -> None:
    await act(box, commands.SetMode("71-01", Mode.EMERGENCY, "Übung", exercise=True), DANA)
    await act(box, commands.ProposeEmergency("district-72", "Übung", exercise=True), ANNA)
    await act(box, commands.PutNotice(uuid4(), notice("Probe", exercise=True)), ANNA)
    await act(box, commands.PutPoint(uuid4(), PointContent(PointKind.FOOD, "Probe", exercise=True)), ANNA)

    words = words_of(await (await sign_in(box, "bert")).get())

    assert "EXERCISE: this is a drill Mode here: EMERGENCY EXERCISE" in words
    assert "EXERCISE Emergency proposed" in words
    assert "Confirm emergency: district-72 (EXERCISE)" in words
    assert words.count("EXERCISE Probe") == 2


async def test_what_a_role_may_not_do_has_no_form(box: Staffed) -> None:
    await call(box)
    await box.node.receive(ReportReceived(text="Hallo"))

    actions = {
        name: set(
            re.findall(
                r'action="/crisis/staff/(?:(\w+)/)?[0-9a-f-]*/?(\w+)"', (await (await sign_in(box, name)).get()).text
            )
        )
        for name in ("ewa", "anna", "cem")
    }

    assert actions["ewa"] == set()
    assert actions["anna"] == {("reports", "answer"), ("", "mode")}
    assert actions["cem"] == {("reports", "answer"), ("calls", "take")}


async def test_the_policy_names_our_style_and_script_and_allows_nothing_else(box: Staffed) -> None:
    response = await (await sign_in(box, "anna")).get()

    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(rf"<{element}>(.*?)</{element}>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[directive] == f"'sha256-{digest}'"
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert response.headers["cache-control"] == "no-store"
    assert not re.search(r"(src|href|action)=\"(https?:)?//", response.text)
    assert not re.search(r"\s(style|on\w+)=\"", response.text)


@pytest.mark.parametrize(
    "path", ["calls/x", f"calls/{NOBODY}", f"notices/{NOBODY}", "points/1", "reports/é", "nothing"]
)
async def test_what_is_not_there_is_a_page_that_says_so(box: Staffed, path: str) -> None:
    response = await (await sign_in(box, "anna")).get(f"{DESK}/{path}")

    assert response.status_code == 404


async def test_lists_go_on_beyond_a_page(box: Staffed) -> None:
    for number in range(55):
        await box.node.receive(ReportReceived(text=f"Meldung {number:02}"))
    anna = await sign_in(box, "anna")

    found, path = [], f"{DESK}/reports"
    while path:
        page = await anna.get(path)
        found.append(len(re.findall(r"<article", page.text)))
        more = re.search(r'href="([^"]+page=\d+)"', page.text)
        path = more[1].replace("&amp;", "&") if more else ""
    history = await anna.get(f"{DESK}/history")

    assert found == [50, 5]
    assert "before=" in history.text
    assert "and 25 more" in words_of(await anna.get())


async def test_a_desk_that_reloads_itself_keeps_nobody_signed_in(box: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_NOTED_EVERY", timedelta(0))
    browser = await sign_in(box, "bert")

    async def last_use() -> int:
        rows = await box.app.state.desk.run(lambda found: found.rows("SELECT seen_ms FROM session"))
        return int(rows[0][0])

    signed_in_at = await last_use()
    await box.client.get(DESK, headers={**browser.headers, page_route.REFRESH_HEADER: "1"})
    reloaded_at = await last_use()
    await asyncio.sleep(0.01)  # the times are milliseconds
    await browser.get()

    assert reloaded_at == signed_in_at
    assert await last_use() > signed_in_at
