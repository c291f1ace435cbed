"""What the forms of the staff's pages do, once and whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import devices
from crisis.log.errors import Full
from crisis.model import commands
from crisis.model.event_bodies import ModeSet, ReportReceived
from devices.readings import Mode
from tests.api.crisis.support.browser import OVERVIEW, Browser, sign_in, text_of
from tests.api.crisis.support.events import act, call
from tests.crisis.support.examples import CEM, DANA

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_a_call_is_taken_and_closed_and_the_history_says_by_whom(box: Application) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")

    taken = await cem.fill(f"{OVERVIEW}/calls/{name}/take", note="fahre los")
    closed = await cem.fill(f"{OVERVIEW}/calls/{name}/close", outcome="Feuer aus")
    words = text_of(await cem.get(f"{OVERVIEW}/calls/{name}"))

    assert taken.headers["location"] == f"{OVERVIEW}?done=take&card={name}#card-{name}"
    assert closed.status_code == 303
    assert "The call for help is closed." in text_of(await cem.get(closed.headers["location"]))
    assert "taken by cem , 71-01" in words
    assert "closed by cem , 71-01" in words
    assert re.search(r"cem 71-01 closed a call for help.*Feuer aus.*cem 71-01 took a call for help.*fahre los", words)


async def test_a_report_is_answered(box: Application) -> None:
    name = (await box.node.receive(ReportReceived(text="Wo ist Wasser?"))).id

    await (await sign_in(box, "anna")).fill(f"{OVERVIEW}/reports/{name}/answer", text="Am Rathaus")

    report = box.node.state.report(name)
    assert report is not None
    assert [(step.act.actor, step.text) for step in report.answers] == [("anna", "Am Rathaus")]


async def test_an_emergency_takes_two_people(box: Application) -> None:
    anna, bert = await sign_in(box, "anna"), await sign_in(box, "bert")

    proposed = await anna.fill(f"{OVERVIEW}/mode", act="propose", area="all", reason="Stromausfall")
    (action,) = re.findall(r'action="(/crisis/staff/mode/confirm/[^"]+)"', (await bert.get()).text)
    own = await anna.send(action, await anna.fields("/crisis/staff/mode"))
    confirmed = await bert.fill(action)

    assert "done=propose" in proposed.headers["location"]
    assert own.status_code == 409
    assert "You proposed it yourself" in text_of(own)
    assert "done=confirm" in confirmed.headers["location"]
    assert box.node.state.mode_at("71-01").mode is Mode.EMERGENCY


async def test_two_accounts_in_one_browser_are_not_two_people_for_ten_minutes(box: Application) -> None:
    await box.node.record(ModeSet("all", Mode.EMERGENCY, "x", alone=True), "dana")
    device = await box.deps.accounts.run(devices.make)

    async def entered(name: str, cookie: str) -> Browser:
        secret, _ = await box.deps.accounts.sign_in(name, cookie)
        return Browser(box, secret)

    anna = await entered("anna", device.cookie)
    await anna.fill("/crisis/staff/mode", act="propose_end", area="all", reason="vorbei")
    area = box.node.state.area_mode("all")
    assert area is not None
    (proposal,) = area.proposals
    confirm = f"/crisis/staff/mode/confirm/{proposal.id}"
    same = await (await entered("bert", device.cookie)).fill(confirm)
    other = await (await entered("bert", "")).fill(confirm)

    assert proposal.mode is Mode.NORMAL
    assert same.status_code == 409
    assert "anna proposed it from this device less than ten minutes ago" in text_of(same)
    assert "Confirm the end of the emergency: the whole city" in text_of(same)
    assert other.status_code == 303
    assert box.node.state.mode_at("71-01").mode is Mode.NORMAL


async def test_a_form_sent_twice_at_once_or_later_is_done_once(box: Application) -> None:
    name = (await box.node.receive(ReportReceived(text="Wo ist Wasser?"))).id
    anna = await sign_in(box, "anna")
    action = f"{OVERVIEW}/reports/{name}/answer"
    fields = {**await anna.fields(action), "text": "Am Rathaus"}

    both = await asyncio.gather(anna.send(action, fields), anna.send(action, fields))
    later = await anna.send(action, fields)

    report = box.node.state.report(name)
    assert report is not None
    assert len(report.answers) == 1
    assert {(each.status_code, each.headers["location"]) for each in (*both, later)} == {
        (303, f"{OVERVIEW}?done=answer#reports")
    }


async def test_a_refused_form_comes_back_as_it_was_filled_in_with_the_reason_beside_it(box: Application) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{OVERVIEW}/calls/{name}/take")
    await act(box, commands.TakeDistress(name), DANA)

    response = await cem.send(f"{OVERVIEW}/calls/{name}/take", {**fields, "note": 'ich "fahre" <los>'})

    assert response.status_code == 409
    assert "dana has taken it" in text_of(response)
    form = re.search(rf'<form[^>]+id="form-take-{name}".*?</form>', response.text, re.DOTALL)
    assert form is not None
    assert "data-rejected" in form[0]
    assert 'role="alert"' in form[0]
    assert "ich &#34;fahre&#34; &lt;los&gt;" in form[0]


async def test_what_was_typed_is_shown_even_when_its_form_is_gone(box: Application) -> None:
    name = await call(box)
    await act(box, commands.TakeDistress(name), CEM)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{OVERVIEW}/calls/{name}/close")
    await act(box, commands.CloseDistress(name, "war nichts"), DANA)

    response = await cem.send(f"{OVERVIEW}/calls/{name}/close", {**fields, "outcome": "Feuer gelöscht"})

    assert response.status_code == 409
    assert re.search(r"closed already. dana You wrote: Feuer gelöscht", text_of(response))


async def test_a_form_after_the_end_of_the_session_is_shown_and_not_lost(box: Application) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{OVERVIEW}/calls/{name}/take")
    await cem.fill("/crisis/sign-out")

    response = await cem.send(f"{OVERVIEW}/calls/{name}/take", {**fields, "note": "fahre los"})

    words = text_of(response)
    assert response.status_code == 401
    assert "Your session is over" in words
    assert re.search("This was NOT sent.* fahre los", words)
    assert fields["csrf"] not in response.text


async def test_a_full_disk_is_told_in_words_and_the_same_form_can_be_sent_again(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await call(box)
    cem = await sign_in(box, "cem")
    fields = await cem.fields(f"{OVERVIEW}/calls/{name}/take")

    async def full(*_: object) -> None:
        raise Full("the disk takes no more")

    with monkeypatch.context() as patch:
        patch.setattr(box.node.log, "append", full)
        refused = await cem.send(f"{OVERVIEW}/calls/{name}/take", fields)
    again = await cem.send(f"{OVERVIEW}/calls/{name}/take", fields)

    assert refused.status_code == 507
    assert "disk of this node is full: nothing was written" in text_of(refused)
    assert again.status_code == 303


async def test_whoever_may_not_is_told_by_the_form_as_well(box: Application) -> None:
    name = await call(box)
    ewa = await sign_in(box, "ewa")
    csrf = (await ewa.fields("/crisis/sign-out"))["csrf"]

    response = await ewa.send(f"{OVERVIEW}/calls/{name}/take", {"csrf": csrf})

    assert response.status_code == 403
    assert "Your role does not allow this (handle_distress)" in text_of(response)
    assert not getattr(box.node.state.distress(name), "taken", None)


@pytest.mark.parametrize(
    ("language", "says"), [("en", "what people here try first"), ("de", "was hier zuerst ausprobiert wird")]
)
async def test_a_weak_password_is_refused_with_its_reason_in_the_reader_s_language(
    box: Application, language: str, says: str
) -> None:
    from crisis.accounts import accounts

    await box.deps.accounts.run(accounts.set_password, "anna", "Kerzenlicht im Rathaus", box.node.now())
    anna = await sign_in(box, "anna", language)
    weak = "Feuerwehr2026"

    refused = await anna.fill(
        f"{OVERVIEW}/account", f"{OVERVIEW}/account", old="Kerzenlicht im Rathaus", new=weak, again=weak
    )

    assert refused.status_code == 422
    assert says in text_of(refused)
    assert weak not in refused.text


async def test_a_new_password_keeps_this_session_and_ends_the_others(box: Application) -> None:
    from crisis.accounts import accounts

    service = box.deps.accounts
    await service.run(accounts.set_password, "anna", "Kerzenlicht im Rathaus", box.node.now())
    here, there = await sign_in(box, "anna"), await sign_in(box, "anna")
    action = f"{OVERVIEW}/account"
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
    assert await service.check("anna", "Taschenlampe im Keller")
