"""The page of alarms as staff use it without a script, and what a link in a message opens."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from crisis.alarm.alarms import Alarm
from crisis.alarm.outbox import outbox as outboxes
from crisis.alarm.outbox.rows import KeptAlarm
from crisis.alarm.speaking import composing
from crisis.model import commands
from crisis.model.alarm_bodies import AlarmSent
from crisis.model.event_bodies import DistressReceived
from tests.api.crisis.support.browser import sign_in, text_of
from tests.crisis.support.examples import CEM
from tests.support.waiting import until

if TYPE_CHECKING:
    from crisis.alarm.service import AlarmService
    from tests.api.crisis.support.applications import Application

PAGE = "/crisis/alarms"
PLAN = '[people.anna]\n[people.bert]\n[staff]\nhead = "bert"\n'


def service_of(application: Application) -> AlarmService:
    service = application.deps.alarms
    assert service is not None
    return service


@pytest.fixture
def planned(hub: Application) -> Application:
    """A hub whose operator has named two people."""
    (hub.node.settings.folder / "alarm.toml").write_text(PLAN, encoding="utf-8")
    assert service_of(hub).plan_file.current().people
    return hub


async def until_open(application: Application, kind: str) -> str:
    """Wait until an alarm of this kind is open here and in the log. Its name."""
    service = service_of(application)

    def found() -> str:
        names = [each.kept.name for each in service.speaker.open() if each.kept.name.startswith(f"{kind}/")]
        return next((name for name in names if application.node.state.alarms.alarm(name) is not None), "")

    await until(lambda: bool(found()))
    return found()


async def test_the_page_says_what_is_open_and_what_comes_next(planned: Application) -> None:
    await planned.node.receive(DistressReceived(text="Rauch im Keller"))
    await until_open(planned, "distress")

    said = text_of(await (await sign_in(planned, "ewa", "de")).get(PAGE))

    assert "Hilferuf H 1" in said
    assert "Niemand ist im Dienst. Hilferufe gehen an alle." in said
    assert "Als Nächstes: wer Dienst hat (anna, bert) in 1" in said
    assert "Bei einem Hilferuf würde jetzt alarmiert: anna, bert" in said
    assert "Rauch" not in said
    assert "ganze Stadt, vor" in said
    assert "all, vor" not in said


async def test_each_alarm_leads_to_its_part_of_the_runbook(planned: Application) -> None:
    await planned.node.receive(DistressReceived(text="Rauch im Keller"))
    await until_open(planned, "distress")
    browser = await sign_in(planned, "ewa", "de")
    page = (await browser.get(PAGE)).text

    assert '<a href="/runbook#distress">Was zu tun ist</a>' in page
    assert '<h2 id="distress">' in (await browser.get("/runbook?lang=de")).text


async def test_to_take_the_call_is_offered_to_those_who_may(planned: Application) -> None:
    await planned.node.receive(DistressReceived(text="Hilfe"))
    await until_open(planned, "distress")

    offered = {
        name: "Hilferuf übernehmen" in (await (await sign_in(planned, name, "de")).get(PAGE)).text
        for name in ("anna", "cem")
    }

    assert offered == {"anna": False, "cem": True}


async def test_the_commander_puts_people_on_duty_and_nobody_else_does(planned: Application) -> None:
    dana, anna = await sign_in(planned, "dana"), await sign_in(planned, "anna")
    fields = {"person": "anna", "area": "all", "rank": "1", "begins": "00:00", "ends": "00:00"}
    refused = await dana.fill(f"{PAGE}/duty", PAGE, **fields)
    assert refused.status_code == 422
    done = await dana.fill(f"{PAGE}/duty", PAGE, **fields, **{f"day{day}": "yes" for day in range(7)})
    assert done.status_code == 303

    open_now = service_of(planned).speaker.open
    await until(lambda: not any(each.kept.name == "nobody_on_duty/all" for each in open_now()))
    said = text_of(await anna.get(PAGE))

    assert "anna (first)" in said
    assert "Calls for help go to everybody" not in said
    assert f'action="{PAGE}/duty"' not in (await anna.get(PAGE)).text
    token = (await dana.fields(f"{PAGE}/duty", PAGE)) | {"csrf": (await anna.fields("/crisis/sign-out", PAGE))["csrf"]}
    assert (await anna.send(f"{PAGE}/duty", {**token, **fields, "day1": "yes"})).status_code == 403
    (entry,) = planned.node.state.alarms.duties()
    assert (await dana.fill(f"{PAGE}/duty/{entry.id}/remove", PAGE)).status_code == 303
    assert planned.node.state.alarms.duties() == ()


async def test_a_silence_needs_a_reason_and_stands_on_the_page_with_its_name(hub: Application) -> None:
    anna = await sign_in(hub, "anna")
    refused = await anna.fill(f"{PAGE}/silence", PAGE, kind="nobody_on_duty", area="all", hours="2", reason=" ")
    assert refused.status_code == 422
    assert (
        await anna.fill(f"{PAGE}/silence", PAGE, kind="nobody_on_duty", area="all", hours="25", reason="x")
    ).status_code == 422
    assert (
        await anna.fill(f"{PAGE}/silence", PAGE, kind="distress", area="all", hours="1", reason="x")
    ).status_code == 422

    done = await anna.fill(f"{PAGE}/silence", PAGE, kind="nobody_on_duty", area="all", hours="2", reason="Umbau <b>")

    assert done.status_code == 303
    assert "Silenced: Nobody is on duty (the whole city)" in text_of(await (await sign_in(hub, "ewa")).get(PAGE))


async def test_what_is_wrong_with_a_form_names_its_field(hub: Application) -> None:
    anna, dana = await sign_in(hub, "anna", "en"), await sign_in(hub, "dana", "en")
    silence = {"kind": "battery", "area": "all", "hours": "1", "reason": "x"}
    for name, value, field in (("area", "71 03", "Area"), ("hours", "nan", "Hours"), ("kind", "A B", "Kind")):
        page = text_of(await anna.fill(f"{PAGE}/silence", PAGE, **silence | {name: value}))
        assert f"Not done. {field}: not one of the choices." in page
    page = text_of(await dana.fill(f"{PAGE}/duty", PAGE, person="anna", area="all", day1="yes", begins="25:00"))
    assert "Not done. From: not one of the choices." in page


async def test_seen_on_the_page_is_noted_with_the_name_and_takes_nothing(planned: Application) -> None:
    call = (await planned.node.receive(DistressReceived(text="Hilfe"))).id
    name = await until_open(planned, "distress")
    cem = await sign_in(planned, "cem")

    done = await cem.send(f"{PAGE}/seen", {**await cem.fields(f"{PAGE}/seen", PAGE), "alarm": name})

    assert done.status_code == 303
    assert "Seen by cem" in text_of(await cem.get(PAGE))
    found = planned.node.state.distress(call)
    assert found is not None
    assert not found.taken


async def test_a_test_can_be_begun_and_ended(planned: Application) -> None:
    dana = await sign_in(planned, "dana")
    assert (await dana.fill(f"{PAGE}/test", PAGE)).status_code == 303
    name = await until_open(planned, "test")

    ended = await dana.send(f"{PAGE}/test/end", {**await dana.fields(f"{PAGE}/test/end", PAGE), "alarm": name})

    assert ended.status_code == 303
    await until(lambda: not any(each.kept.name == name for each in service_of(planned).speaker.open()))


async def test_a_link_shows_the_alarm_without_signing_in_and_only_its_button_says_seen(planned: Application) -> None:
    call = (await planned.node.receive(DistressReceived(text="Rauch", contact="0170"))).id
    name = await until_open(planned, "distress")
    outbox = service_of(planned).outbox
    kept = next(each for each in await outbox.open_alarms() if each.name == name)
    message = outboxes.new_message(kept, "bert", "alarm", outbox.clock.now_ms(), state="held")
    await outbox.add([message])
    link = f"{composing.TOKEN_PATH}/{composing.token(outbox.secret, message.id)}"

    shown = [await planned.client.get(link, headers={"Accept-Language": "de"}) for _ in range(3)]

    assert "Hilferuf H 1" in shown[0].text
    assert "Rauch" not in shown[0].text
    assert "0170" not in shown[0].text
    alarm = planned.node.state.alarms.alarm(name)
    assert alarm is not None
    assert alarm.seen == ()
    assert (await planned.client.post(link)).status_code == 303
    assert "Vermerkt" in (await planned.client.get(link, headers={"Accept-Language": "de"})).text
    seen = planned.node.state.alarms.alarm(name)
    assert seen is not None
    assert [each.person for each in seen.seen] == ["bert"]
    await planned.node.act(commands.TakeDistress(call), CEM)
    await until(lambda: not any(each.kept.name == name for each in service_of(planned).speaker.open()))
    assert (await planned.client.get(link)).status_code == 404
    assert (await planned.client.get(f"{composing.TOKEN_PATH}/garbage")).status_code == 404


async def test_a_wrong_file_is_named_on_the_page_and_the_node_goes_on(planned: Application) -> None:
    (planned.node.settings.folder / "alarm.toml").write_text('[people.anna]\nsms = "+49"\n', encoding="utf-8")
    await until(lambda: bool(service_of(planned).plan_file.problem))

    said = text_of(await (await sign_in(planned, "ewa")).get(PAGE))

    assert "there is no channel 'sms' (add [channels.sms]" in said
    assert "anna, bert" in said


async def test_the_desk_says_on_a_call_who_was_told_and_who_is_next(planned: Application) -> None:
    await planned.node.receive(DistressReceived(text="Hilfe"))
    await until_open(planned, "distress")

    said = text_of(await (await sign_in(planned, "cem", "de")).get("/crisis/staff"))

    assert "noch niemand alarmiert · als Nächstes: anna, bert um" in said


async def test_of_what_only_the_database_knows_it_says_who_was_told_until_it_is_forgotten(planned: Application) -> None:
    outbox, now = service_of(planned).outbox, planned.node.now()
    kept = KeptAlarm(Alarm(kind="battery", subject="71-03", opened_at=now, label="71-03"), uuid.uuid4(), 0)
    told = outboxes.new_message(kept, "bert", "alarm", 0, state="held")
    await outbox.open(kept)
    await outbox.add([told])
    await outbox.sent(told.id, "push")
    await outbox.end(kept.name, 1, "over", [])

    said = text_of(await (await sign_in(planned, "ewa", "en")).get(PAGE))

    assert "Battery under a day: 71-03" in said
    assert "it is over; told: bert" in said


async def test_of_an_exercise_each_who_was_told_says_so(planned: Application) -> None:
    await planned.node.receive(DistressReceived(text="Rauch", exercise=True))
    name = await until_open(planned, "distress")
    await planned.node.record(AlarmSent(name, "bert", "push", exercise=True), planned.node.name)

    said = text_of(await (await sign_in(planned, "ewa", "en")).get(PAGE))
    history = text_of(await (await sign_in(planned, "dana", "en")).get("/crisis/staff/history"))

    assert "EXERCISE bert, push (alarm)" in said
    assert "EXERCISE" in history
