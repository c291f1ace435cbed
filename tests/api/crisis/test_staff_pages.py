"""What the staff's pages show, and what their forms do."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from api.crisis.staff import guests, pages, wording
from api.wording import Language
from crisis import commands, events, sessions
from crisis.bodies import DistressReceived, ModeSeen, ReportReceived
from crisis.contents import PointContent, PointKind
from crisis.errors import Full
from crisis.events import Event
from crisis.peers import Peer, Peers
from devices.readings import DistressKind, Mode, ReportKind
from tests.api.crisis.desks import DESK, sign_in, words_of
from tests.crisis.people import ANNA, BERT, CEM, DANA, notice

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.crisis.staffed import Staffed

pytestmark = pytest.mark.slow


async def act(made: Staffed, command: commands.Command, who: commands.Person) -> UUID:
    found = await made.node.act(command, who)
    assert isinstance(found, tuple), found
    return found[0].id


async def call(made: Staffed, text: str = "Rauch im Keller", **more: Any) -> UUID:
    return (await made.node.receive(DistressReceived(text=text, **more))).id


# -- the desk --------------------------------------------------------------------------------------------------------


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


# -- forms -----------------------------------------------------------------------------------------------------------


async def test_a_call_is_taken_and_closed_and_the_history_says_by_whom(box: Staffed) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")

    taken = await cem.fill(f"{DESK}/calls/{name}/take", note="fahre los")
    closed = await cem.fill(f"{DESK}/calls/{name}/close", outcome="Feuer aus")
    words = words_of(await cem.get(f"{DESK}/calls/{name}"))

    assert taken.headers["location"] == f"{DESK}?done=take#call-{name}"
    assert closed.status_code == 303
    assert "The call for help is closed." in words_of(await cem.get(closed.headers["location"]))
    assert "taken by cem , 71-01" in words
    assert "closed by cem , 71-01" in words
    assert re.search(r"cem 71-01 closed a call for help.*Feuer aus.*cem 71-01 took a call for help.*fahre los", words)


async def test_a_report_is_answered(box: Staffed) -> None:
    name = (await box.node.receive(ReportReceived(text="Wo ist Wasser?"))).id

    await (await sign_in(box, "anna")).fill(f"{DESK}/reports/{name}/answer", text="Am Rathaus")

    report = box.node.state.report(name)
    assert report is not None
    assert [(step.act.actor, step.text) for step in report.answers] == [("anna", "Am Rathaus")]


async def test_an_emergency_takes_two_people(box: Staffed) -> None:
    anna, bert = await sign_in(box, "anna"), await sign_in(box, "bert")

    proposed = await anna.fill(f"{DESK}/mode", act="propose", area="all", reason="Stromausfall")
    (action,) = re.findall(r'action="(/crisis/staff/mode/confirm/[^"]+)"', (await bert.get()).text)
    own = await anna.send(action, await anna.fields("/crisis/staff/mode"))
    confirmed = await bert.fill(action)

    assert "done=propose" in proposed.headers["location"]
    assert own.status_code == 409
    assert "You proposed it yourself" in words_of(own)
    assert "done=confirm" in confirmed.headers["location"]
    assert box.node.state.mode_at("71-01").mode is Mode.EMERGENCY


async def test_a_form_sent_twice_at_once_or_later_is_done_once(box: Staffed) -> None:
    name = (await box.node.receive(ReportReceived(text="Wo ist Wasser?"))).id
    anna = await sign_in(box, "anna")
    action = f"{DESK}/reports/{name}/answer"
    fields = {**await anna.fields(action), "text": "Am Rathaus"}

    both = await asyncio.gather(anna.send(action, fields), anna.send(action, fields))
    later = await anna.send(action, fields)

    report = box.node.state.report(name)
    assert report is not None
    assert len(report.answers) == 1
    assert {(each.status_code, each.headers["location"]) for each in (*both, later)} == {
        (303, f"{DESK}?done=answer#reports")
    }


async def test_a_refused_form_comes_back_as_it_was_filled_in_with_the_reason_beside_it(box: Staffed) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{DESK}/calls/{name}/take")
    await act(box, commands.TakeDistress(name), DANA)

    response = await cem.send(f"{DESK}/calls/{name}/take", {**fields, "note": 'ich "fahre" <los>'})

    assert response.status_code == 409
    assert "dana has taken it" in words_of(response)
    form = re.search(rf'<form[^>]+id="form-take-{name}".*?</form>', response.text, re.DOTALL)
    assert form is not None
    assert "data-failed" in form[0]
    assert 'role="alert"' in form[0]
    assert "ich &#34;fahre&#34; &lt;los&gt;" in form[0]


async def test_what_was_typed_is_shown_even_when_its_form_is_gone(box: Staffed) -> None:
    name = await call(box)
    await act(box, commands.TakeDistress(name), CEM)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{DESK}/calls/{name}/close")
    await act(box, commands.CloseDistress(name, "war nichts"), DANA)

    response = await cem.send(f"{DESK}/calls/{name}/close", {**fields, "outcome": "Feuer gelöscht"})

    assert response.status_code == 409
    assert re.search(r"closed already. dana You wrote: Feuer gelöscht", words_of(response))


async def test_a_form_after_the_end_of_the_session_is_shown_and_not_lost(box: Staffed) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{DESK}/calls/{name}/take")
    await cem.fill("/crisis/sign-out")

    response = await cem.send(f"{DESK}/calls/{name}/take", {**fields, "note": "fahre los"})

    words = words_of(response)
    assert response.status_code == 401
    assert "Your session is over" in words
    assert re.search("This was NOT sent.* fahre los", words)
    assert fields["csrf"] not in response.text


async def test_a_full_disk_is_told_in_words_and_the_same_form_can_be_sent_again(
    box: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{DESK}/calls/{name}/take")

    async def full(*_: object) -> None:
        raise Full("the disk takes no more")

    with monkeypatch.context() as patch:
        patch.setattr(box.node.log, "append", full)
        refused = await cem.send(f"{DESK}/calls/{name}/take", fields)
    again = await cem.send(f"{DESK}/calls/{name}/take", fields)

    assert refused.status_code == 507
    assert "disk of this node is full: nothing was written" in words_of(refused)
    assert again.status_code == 303


# -- sheets ----------------------------------------------------------------------------------------------------------

NOTICE: dict[str, str] = {
    "headline.de": "Stromausfall",
    "text.de": "Seit heute früh.",
    "headline.en": "Blackout",
    "hazard": "blackout",
    "severity": "Severe",
    "urgency": "Immediate",
    "certainty": "Observed",
    "area": "district-71",
    "until_at": "2099-07-01T12:30",
}


async def test_a_notice_is_published_changed_and_withdrawn(box: Staffed) -> None:
    anna = await sign_in(box, "anna")
    empty = await anna.get(f"{DESK}/notices/new")
    (action,) = re.findall(r'action="(/crisis/staff/notices/[0-9a-f-]+)"', empty.text)
    name = UUID(action.rpartition("/")[2])
    first = {"csrf": (await anna.fields("/crisis/sign-out"))["csrf"], **NOTICE}

    published = await anna.send(action, first)
    changed = await anna.fill(
        action, action, **{**NOTICE, "headline.de": "Stromausfall in Steglitz", "headline.en": ""}
    )
    withdrawn = await anna.fill(f"{action}/withdraw", action, reason="Strom ist da")

    found = box.node.state.notice(name)
    assert [each.status_code for each in (published, changed, withdrawn)] == [303] * 3
    assert found is not None
    assert {language: text.headline for language, text in found.content.texts.items()} == {
        "de": "Stromausfall in Steglitz"
    }
    assert found.content.until_at == datetime(2099, 7, 1, 10, 30, tzinfo=UTC)  # Berlin is two hours ahead in summer
    assert found.withdrawn_reason == "Strom ist da"


async def test_somebody_else_s_change_is_not_overwritten_unseen(box: Staffed) -> None:
    name = uuid4()
    await act(box, commands.PutNotice(name, notice("alt")), BERT)
    anna = await sign_in(box, "anna")
    action = f"{DESK}/notices/{name}"
    fields = await anna.fields(action, action)
    await act(box, commands.PutNotice(name, notice("von Bert")), BERT)

    first = await anna.send(action, {**fields, **NOTICE})
    (version,) = re.findall(r'name="version" value="([^"]+)"', first.text)
    second = await anna.send(action, {**fields, **NOTICE, "version": version})

    assert first.status_code == 409
    assert "bert changed it while you typed" in words_of(first)
    assert 'value="Stromausfall"' in first.text
    assert second.status_code == 303


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"headline.de": " "}, "needs at least its German headline"),
        ({"severity": "Horrible"}, "Severity: not one of the choices"),
        ({"area": "<b>"}, "Area: not one of the choices"),
        ({"until_at": "tomorrow"}, "Until: not a time"),
        ({"until_at": "2001-01-01T00:00"}, "It would end in the past"),
        ({"from_at": "2099-08-01T00:00"}, "must begin before it ends"),
        ({"headline.de": "x" * 201}, "Headline: too long"),
        ({"headline.en": "", "text.en": "only a text"}, "en: headline"),
    ],
)
async def test_a_sheet_with_a_mistake_comes_back_and_says_which(
    box: Staffed, changed: dict[str, str], says: str
) -> None:
    anna = await sign_in(box, "anna")
    fields = {"csrf": (await anna.fields("/crisis/sign-out"))["csrf"], **NOTICE, **changed}

    response = await anna.send(f"{DESK}/notices/{uuid4()}", fields)

    assert response.status_code in {409, 422}
    assert says in words_of(response)
    assert "Seit heute früh." in response.text
    assert box.node.state.notices() == ()


async def test_a_place_of_help_is_entered_confirmed_closed_and_opened_again(box: Staffed) -> None:
    anna = await sign_in(box, "anna")
    name = uuid4()
    action = f"{DESK}/points/{name}"
    sheet = {
        "kind": "water",
        "name": "Brunnen",
        "area": "all",
        "latitude": "52,48",
        "longitude": "13.34",
        "open_now": "yes",
        "offers": "Wasser\n\n Tee ",
        "confirm_now": "yes",
    }
    csrf = (await anna.fields("/crisis/sign-out"))["csrf"]

    entered = await anna.send(action, {"csrf": csrf, **sheet})
    content = getattr(box.node.state.point(name), "content", None)
    closed = await anna.fill(f"{action}/close", action, reason="leer")
    is_closed = getattr(box.node.state.point(name), "closed", None) is not None
    opened = await anna.fill(action, action, **sheet)

    assert isinstance(content, PointContent)
    assert (content.latitude, content.offers, content.open_now) == (52.48, ("Wasser", "Tee"), True)
    assert content.confirmed_at is not None
    assert is_closed
    assert [each.status_code for each in (entered, closed, opened)] == [303] * 3
    assert getattr(box.node.state.point(name), "closed", None) is None


async def test_whoever_may_not_is_told_by_the_form_as_well(box: Staffed) -> None:
    name = await call(box)
    ewa = await sign_in(box, "ewa")
    csrf = (await ewa.fields("/crisis/sign-out"))["csrf"]

    response = await ewa.send(f"{DESK}/calls/{name}/take", {"csrf": csrf})

    assert response.status_code == 403
    assert "Your role does not allow this (handle_distress)" in words_of(response)
    assert not getattr(box.node.state.distress(name), "taken", None)


@pytest.mark.parametrize(
    "path", ["calls/x", f"calls/{uuid4()}", f"notices/{uuid4()}", "points/1", "reports/é", "nothing"]
)
async def test_what_is_not_there_is_a_page_that_says_so(box: Staffed, path: str) -> None:
    response = await (await sign_in(box, "anna")).get(f"{DESK}/{path}")

    assert response.status_code == 404


async def test_a_new_password_keeps_this_session_and_ends_the_others(box: Staffed) -> None:
    from crisis import accounts

    desk = box.app.state.desk
    await desk.run(accounts.set_password, "anna", "Kerzenlicht im Rathaus", box.node.now())
    here, there = await sign_in(box, "anna"), await sign_in(box, "anna")
    action = f"{DESK}/account"
    right = {"old": "Kerzenlicht im Rathaus", "new": "Taschenlampe im Keller", "again": "Taschenlampe im Keller"}

    wrong = [
        await here.fill(action, action, **{**right, **changed})
        for changed in ({"old": "falsch"}, {"again": "anders"}, {"new": "kurz", "again": "kurz"})
    ]
    done = await here.fill(action, action, **right)

    assert [each.status_code for each in wrong] == [403, 422, 422]
    assert all("Taschenlampe" not in each.text for each in wrong)
    assert done.status_code == 303
    assert ((await here.get()).status_code, (await there.get()).status_code) == (200, 303)
    assert await desk.check("anna", "Taschenlampe im Keller")


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


# -- words -----------------------------------------------------------------------------------------------------------


def test_every_text_is_used_and_every_used_text_is_there(pytestconfig: pytest.Config) -> None:
    from crisis.bodies import KINDS, Source
    from crisis.contents import Certainty, Hazard, Severity, Urgency
    from crisis.roles import Role
    from crisis.rules import Why
    from devices.readings import Mode as AnyMode

    folder: Path = pytestconfig.rootpath / "api" / "crisis"
    files = [*folder.glob("staff/*.py"), *folder.glob("staff/templates/*"), folder / "signin.py"]
    source = "\n".join(file.read_text() for file in files)
    families: dict[str, Any] = {
        "did_": [*KINDS, "unread"],
        "why_": list(Why),
        "role_": list(Role),
        "source_": list(Source),
        "distress_": list(DistressKind),
        "report_": list(ReportKind),
        "kind_": list(PointKind),
        "severity_": list(Severity),
        "urgency_": list(Urgency),
        "certainty_": list(Certainty),
        "hazard_": list(Hazard),
        "mode_": list(AnyMode),
        "open_": ["yes", "no", "unknown"],
        "act_": ["propose", "emergency", "normal", "maintenance"],
    }
    needed = {f"{prefix}{name}" for prefix, names in families.items() for name in names}
    there = set(wording.texts(Language.DE))

    used = {name for name in there if re.search(rf"\bt\.{name}\b|[\"']{name}[\"']", source)}
    done = {name for name in there if name.startswith("done_") and f'"{name.removeprefix("done_")}"' in source}

    assert needed - there == set()
    assert set(re.findall(r"\bt\.([a-z]\w+)", source)) - there == set()
    assert there - needed - used - done == set()


def test_both_languages_have_the_same_places_to_fill_in() -> None:
    english, german = (wording.texts(language) for language in Language)

    assert {name for name in english if english[name].count("{}") != german[name].count("{}")} == set()
    assert all(german[name].strip() and english[name].strip() for name in english)


def test_direction_overrides_are_shown_and_do_nothing() -> None:
    rendered = pages._templates().from_string("{{ text }}").render(text="a\u202egnp.exe")

    assert rendered == "a\N{REPLACEMENT CHARACTER}gnp.exe"


async def test_a_desk_that_reloads_itself_keeps_nobody_signed_in(box: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_NOTED_EVERY", timedelta(0))
    browser = await sign_in(box, "bert")

    async def last_use() -> int:
        rows = await box.app.state.desk.run(lambda found: found.rows("SELECT seen_ms FROM session"))
        return int(rows[0][0])

    signed_in_at = await last_use()
    await box.client.get(DESK, headers={**browser.headers, guests.REFRESH_HEADER: "1"})
    reloaded_at = await last_use()
    await asyncio.sleep(0.01)  # the times are milliseconds
    await browser.get()

    assert reloaded_at == signed_in_at
    assert await last_use() > signed_in_at
