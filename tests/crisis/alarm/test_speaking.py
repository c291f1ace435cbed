"""One node and its people: whom it tells when, by what, and what ends it."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from crisis.alarm.channel import Answer, Disclosure, Place, Sort
from crisis.alarm.speaking import answers, composing
from crisis.alarm.speaking.speaker import Speaker
from crisis.clock import Stamp
from crisis.log.errors import Full
from crisis.model import commands
from crisis.model.alarm_bodies import AlarmOpened, AlarmsSilenced, DutyPut
from crisis.model.event_bodies import DistressReceived
from crisis.state.rules import Refusal, Why
from devices.readings import DistressKind, Mode
from kiezbox import metrics
from tests.crisis.alarm.support.channels import BREAKS, HANGS, LIMITS, REFUSES, UNAVAILABLE, KeepingChannel
from tests.crisis.alarm.support.speaking import Steady, speaking
from tests.crisis.support import lossy_link, members
from tests.crisis.support.examples import ANNA, CEM, DANA
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime
    from uuid import UUID

    from crisis.alarm.alarms import Alarm
    from crisis.alarm.channel import Message
    from crisis.alarm.outbox.rows import KeptMessage
    from crisis.alarm.speaking.progress import Progress
    from crisis.node import Node
    from tests.crisis.conftest import Wall

WORDS = "Rauch im Keller, ich heiße Kunigunde Schulze"
CALL = DistressReceived(
    text=WORDS, kind=DistressKind.FIRE, people=3, contact="0170 1234567", latitude=52.4886, longitude=13.3425
)


async def on_duty(node: Node, person: str, rank: int = 1, area: str = "all") -> None:
    put = DutyPut(uuid4(), person, area, rank, days=(0, 1, 2, 3, 4, 5, 6))
    assert not isinstance(await node.act(commands.PutDuty(put), DANA), Refusal)


def alarms_of(channel: KeepingChannel, kind: str = "distress") -> list[str]:
    """To whom the alarms of a kind went, in order."""
    return [each.person for each in channel.sent if each.kind == kind and each.sort is Sort.ALARM]


def seen_by(node: Node, alarm: str) -> list[str]:
    """Who has read an alarm, by the log."""
    recorded = node.state.alarms.alarm(alarm)
    assert recorded is not None
    return [each.person for each in recorded.seen]


async def test_a_call_goes_up_the_chain_until_somebody_takes_it(node: Node) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    await on_duty(node, "bert", rank=2)
    async with speaking(node, push) as alarms:
        call = (await node.receive(CALL)).id
        await alarms.look()
        assert alarms_of(push) == []
        await alarms.look(2.1)
        assert alarms_of(push) == ["anna"]
        await alarms.look(3)
        assert alarms_of(push) == ["anna", "bert"]
        await node.act(commands.TakeDistress(call), CEM)
        await alarms.look(6)

    assert alarms_of(push) == ["anna", "bert"]
    assert [(each.person, each.sort) for each in push.sent[2:]] == [("anna", Sort.END), ("bert", Sort.END)]
    assert push.sent[2].title == "Übernommen: Hilferuf H 1 (Feuer)"


async def test_everybody_and_the_head_are_told_after_ten_minutes(node: Node) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    async with speaking(node, push) as alarms:
        await node.receive(CALL)
        await alarms.look(10.1)

    assert sorted(alarms_of(push)) == ["anna", "bert", "dana"]


async def test_a_call_at_night_with_nobody_on_duty_reaches_everybody(node: Node) -> None:
    push = KeepingChannel("push")
    async with speaking(node, push) as alarms:
        await node.receive(DistressReceived(text="Hilfe"))  # no area either
        await alarms.look(2.1)

    assert sorted(alarms_of(push)) == ["anna", "bert", "dana"]
    assert sorted(alarms_of(push, "nobody_on_duty")) == ["anna", "bert", "dana"]


async def test_seen_delays_the_next_step_and_ends_nothing(node: Node) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    await on_duty(node, "bert", rank=2)
    async with speaking(node, push) as alarms:
        call = (await node.receive(CALL)).id
        await alarms.look(2.1)
        assert not isinstance(await node.act(commands.SeeAlarm(f"distress/{call}"), CEM), Refusal)
        await alarms.look(10)
        assert alarms_of(push) == ["anna"]
        await alarms.look(3)

    assert alarms_of(push) == ["anna", "bert"]


async def test_a_forged_ok_by_radio_delays_a_call_once_at_most(node: Node) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    await on_duty(node, "bert", rank=2)
    async with speaking(node, push) as alarms:
        await node.receive(CALL)
        await alarms.look(2.1)
        await alarms.service.heard(Answer("radio", "1", "!0000000a", is_known=True))
        await alarms.look(13)
        assert alarms_of(push) == ["anna", "bert"]
        for number in range(20):
            await alarms.service.heard(Answer("radio", "h 1", f"!000000{number:02x}", is_known=True))
        await alarms.look(5.1)

    assert sorted(alarms_of(push)) == ["anna", "bert", "dana"]


async def test_an_ok_from_a_stranger_changes_nothing(node: Node) -> None:
    async with speaking(node, KeepingChannel("push")) as alarms:
        call = (await node.receive(CALL)).id
        await alarms.look(2.1)

        await alarms.service.heard(Answer("radio", "1", "!deadbeef", is_known=False))

    assert seen_by(node, f"distress/{call}") == []


async def test_forged_answers_fill_no_log_and_are_counted(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    async with speaking(node, KeepingChannel("push")) as alarms:
        for number in range(300):
            await alarms.service.heard(Answer("flooded", "1", f"!{number:08x}"))
            await alarms.service.heard(Answer("flooded", str(number), "!0000000a", is_known=True))

    assert len([record for record in caplog.records if "answer" in record.message]) <= 5
    counted = {
        outcome: metrics.ALARM_ANSWERS.labels("flooded", outcome)._value.get()
        for outcome in ("stranger", "no_alarm", "limited")
    }
    assert counted["stranger"] == 300
    assert counted["no_alarm"] + counted["limited"] == 300
    assert counted["no_alarm"] >= 30


async def test_an_ok_is_of_the_message_that_it_replies_to_and_alone_of_no_call(node: Node) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    async with speaking(node, push) as alarms:
        call = (await node.receive(CALL)).id
        await alarms.look(2.1)
        await alarms.service.heard(Answer("push", "", "!0000000a", is_known=True))
        alone = seen_by(node, f"distress/{call}")
        told = next(each.id for each in push.sent if each.kind == "distress")
        await alarms.service.heard(Answer("push", "", "!0000000a", is_known=True, message=told))

    assert (alone, seen_by(node, f"distress/{call}")) == ([], ["!0000000a"])


async def test_opening_a_link_says_nothing_and_its_button_says_seen(node: Node) -> None:
    push = KeepingChannel("push")
    async with speaking(node, push) as alarms:
        call = (await node.receive(CALL)).id
        await alarms.look(2.1)
        message = next(each for each in push.sent if each.kind == "distress")
        token = message.link.rpartition("/")[2]
        outbox = alarms.service.outbox

        assert await answers.message_of(outbox, token) is not None
        assert seen_by(node, f"distress/{call}") == []
        assert await answers.see_by_link(node, outbox, token) == f"distress/{call}"
        seen = seen_by(node, f"distress/{call}")
        await node.act(commands.TakeDistress(call), CEM)
        await alarms.look()

        assert seen == [message.person]
        assert await answers.see_by_link(node, outbox, token) is None
        assert composing.row_of(outbox.secret, composing.token(b"of another node", message.id)) is None


async def test_what_fails_at_once_goes_to_the_next_channel_and_then_to_the_next_step(node: Node) -> None:
    push, sms, mail = KeepingChannel("push"), KeepingChannel("sms"), KeepingChannel("mail")
    push.mode, sms.mode = UNAVAILABLE, REFUSES
    plan = """
        [channels.push]
        [channels.sms]
        [channels.mail]
        [people.anna]
        push = "a"
        sms = "1"
        [people.bert]
        push = "b"
        mail = "b"
    """
    await on_duty(node, "anna")
    await on_duty(node, "bert", rank=2)
    async with speaking(node, push, sms, mail, plan=plan) as alarms:
        call = (await node.receive(CALL)).id
        await alarms.look(2.1)

    recorded = node.state.alarms.alarm(f"distress/{call}")
    assert recorded is not None
    assert [(each.person, each.channel, each.failed) for each in recorded.told] == [
        ("anna", "push", "offline"),
        ("anna", "sms", "rejected"),
        ("bert", "push", "offline"),
        ("bert", "mail", ""),
    ]


@pytest.mark.parametrize("mode", [HANGS, BREAKS, LIMITS])
async def test_a_channel_that_hangs_breaks_or_limits_delays_no_other(node: Node, mode: str) -> None:
    push, sms = KeepingChannel("push"), KeepingChannel("sms")
    push.mode = mode
    plan = '[channels.sms]\n[channels.push]\n[people.x]\npush = "a"\n[people.y]\nsms = "1"\n'
    async with speaking(node, push, sms, plan=plan) as alarms:
        await node.receive(CALL)
        await alarms.service.look()
        alarms.clock.pass_minutes(2.1)
        await alarms.service.look()
        await until(lambda: bool(alarms_of(sms)))

    assert alarms_of(sms) == ["y"]
    assert alarms_of(push) == []


async def test_a_message_that_cannot_be_written_keeps_nobody_from_the_others(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    push, write = KeepingChannel("push"), composing.message

    def broken(row: KeptMessage, *rest: Any) -> Message:
        if row.person == "x":
            raise OverflowError("date value out of range")
        return write(row, *rest)

    monkeypatch.setattr(composing, "message", broken)
    plan = '[channels.push]\n[people.x]\npush = "a"\n[people.y]\npush = "b"\n'
    async with speaking(node, push, plan=plan) as alarms:
        await node.receive(CALL)
        await alarms.look(30)

    assert alarms_of(push) == ["y"]


async def test_after_a_restart_nobody_is_told_again_and_the_chain_goes_on(node: Node, wall: Wall) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    await on_duty(node, "bert", rank=2)
    steady = Steady()
    async with speaking(node, push, steady=steady) as alarms:
        await node.receive(CALL)
        await alarms.look(2.1)
        saved = alarms.service.outbox.clock.state()
    wall.ahead = timedelta(days=-400)
    steady.pass_minutes(1)
    async with speaking(node, push, steady=steady) as alarms:
        alarms.service.outbox.clock = type(alarms.service.outbox.clock)(saved, lambda: 0, steady, boot=1)
        await alarms.look(1)
        assert alarms_of(push) == ["anna"]
        await alarms.look(1)

    assert alarms_of(push) == ["anna", "bert"]


async def test_beyond_five_messages_calls_are_counted_in_one(node: Node) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    async with speaking(node, push) as alarms:
        for _ in range(12):
            await node.receive(CALL)
        await alarms.look(2.1)
        counting = [each for each in push.sent if each.sort is Sort.COUNT]
        told = [each for each in push.sent if each.sort is Sort.ALARM]

        assert (len(told), len(counting)) == (5, 1)
        assert counting[0].title.startswith("7 neue Hilferufe, ältester")
        assert len([each for each in node.state.alarms.open() if each.told]) == 12
        await node.receive(CALL)
        await alarms.look(0.3)
        await alarms.look(2.1)
        assert [each.title.split(",")[0] for each in push.sent if each.sort is Sort.COUNT][1:] == ["1 neuer Hilferuf"]


async def test_a_silence_has_an_end_a_reason_and_a_name_and_never_silences_a_call(node: Node) -> None:
    now = node.now()

    def silence(kind: str, hours: float, reason: str) -> commands.SilenceAlarms:
        return commands.SilenceAlarms(AlarmsSilenced(uuid4(), kind, now + timedelta(hours=hours), reason))

    for wrong in (silence("distress", 1, "x"), silence("nobody_on_duty", 25, "x"), silence("nobody_on_duty", 1, " ")):
        refusal = await node.act(wrong, DANA)
        assert isinstance(refusal, Refusal)
        assert refusal.why is Why.BAD_VALUE
    push = KeepingChannel("push")
    assert not isinstance(await node.act(silence("nobody_on_duty", 1, "Urlaub"), ANNA), Refusal)
    async with speaking(node, push) as alarms:
        await node.receive(CALL)
        await alarms.look(2.1)

    assert alarms_of(push, "nobody_on_duty") == []
    assert len(alarms_of(push)) == 3
    assert [(each.by, each.reason) for each in node.state.alarms.silences(now)] == [("anna", "Urlaub")]


async def test_an_exercise_begins_with_its_word_and_never_goes_where_only_real_alarms_go(node: Node) -> None:
    push, sms = KeepingChannel("push", real_only=True), KeepingChannel("sms")
    await on_duty(node, "anna")
    async with speaking(node, push, sms) as alarms:
        await node.receive(DistressReceived(text="Übung", exercise=True))
        await node.act(commands.ProposeMode("all", "Übung", exercise=True), ANNA)
        await alarms.look(2.1)

    recorded = [each for each in node.state.alarms.open() if each.told]
    assert [each.exercise for alarm in recorded for each in alarm.told if not each.failed] == [True, True]
    assert push.sent == []
    assert len(sms.sent) == 2
    assert all(text.startswith("ÜBUNG ") and "\nÜBUNG " in text for text in sms.texts())


async def test_what_residents_say_leaves_the_house_nowhere_unless_the_operator_says_so(node: Node) -> None:
    outside = KeepingChannel("push")
    inside = KeepingChannel("sms", Place.INSIDE)
    for channel in (outside, inside):
        async with speaking(node, channel) as alarms:
            call = (await node.receive(CALL)).id
            await alarms.look(10.1)
            await node.act(commands.TakeDistress(call), CEM)
            await alarms.look()

    said = "\n".join((*outside.texts(), *inside.texts()))
    assert "Hilferuf H 1 (Feuer)" in said
    for secret in ("Rauch", "Kunigunde", "1234567", "52.4", "cem"):
        assert secret not in said
    allowed = KeepingChannel("push", allows=frozenset({Disclosure.WORDS, Disclosure.CONTACT}), reason="Leitstelle")
    async with speaking(node, allowed) as alarms:
        assert await alarms.service.note_channels()
        await node.receive(CALL)
        await alarms.look(2.1)
    assert WORDS in allowed.texts()[0]
    assert "52.4" not in "".join(allowed.texts())
    assert [(each.body.channel, each.body.reason) for each in node.state.alarms.channels()] == [("push", "Leitstelle")]


async def test_a_full_log_keeps_nobody_from_being_told_and_has_the_reason_once_it_takes_something(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = KeepingChannel("push", allows=frozenset({Disclosure.WORDS}), reason="Leitstelle")
    await node.receive(CALL)

    async def full(*_: object) -> None:
        raise Full("the disk takes no more", "")

    async with speaking(node, allowed) as alarms:
        with monkeypatch.context() as patch:
            patch.setattr(node, "record", full)
            assert not await alarms.service.note_channels()
            await alarms.look(2.1)
        assert len(alarms_of(allowed)) == 3
        looking = asyncio.create_task(alarms.service.look_on())
        await until(lambda: bool(node.state.alarms.channels()))
        looking.cancel()
        await asyncio.wait([looking])


async def test_a_source_that_fails_silences_no_other_and_is_an_alarm(node: Node) -> None:
    push = KeepingChannel("push")

    def broken() -> None:
        raise RuntimeError("a bug")

    node.power_survey = broken  # type: ignore[method-assign, assignment]  # what a fault in one source looks like
    async with speaking(node, push) as alarms:
        await node.receive(CALL)
        await alarms.look(2.1)

    assert len(alarms_of(push)) == 3
    assert len(alarms_of(push, "source_failing")) == 3


async def test_a_fault_with_one_alarm_keeps_nobody_from_being_told_of_the_others(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    push, real = KeepingChannel("push"), Speaker._advance

    async def advance(self: Speaker, found: Progress, *arguments: Any) -> None:
        if found.kept.alarm.kind == "nobody_on_duty":
            raise ValueError("a bug")
        await real(self, found, *arguments)

    monkeypatch.setattr(Speaker, "_advance", advance)
    async with speaking(node, push) as alarms:
        await node.receive(CALL)
        await alarms.look(2.1)
        assert sorted(alarms_of(push)) == ["anna", "bert", "dana"]


async def test_a_proposed_emergency_tells_who_is_on_duty_and_its_confirmation_ends_that(node: Node) -> None:
    push = KeepingChannel("push")
    await on_duty(node, "anna")
    async with speaking(node, push) as alarms:
        await node.act(commands.ProposeMode("all", "Stromausfall"), ANNA)
        await alarms.look()
        await node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
        await alarms.look()

    assert [(each.kind, each.sort) for each in push.sent] == [("proposal", Sort.ALARM), ("proposal", Sort.END)]


async def test_a_hub_that_starts_waits_a_beat_with_calls_of_which_a_box_may_have_told(
    node: Node, open_node: Callable[..., AbstractAsyncContextManager[Node]]
) -> None:
    push = KeepingChannel("push")
    plan = '[channels.push]\n[people.x]\npush = "a"\n[chains.call]\nsteps = [{after_minutes = 0, to = ["x"]}]\n'
    async with open_node("71-03", is_hub=False) as box:
        await members.enrol(node, box, areas=("71-03",))
        call = (await box.receive(DistressReceived(text="Hilfe", box="71-03"))).id
        async with lossy_link.linked(node, box):
            await until(lambda: node.state.distress(call) is not None)
    async with speaking(node, push, plan=plan, beat_seconds=30.0) as alarms:
        await node.receive(CALL)
        await alarms.look()
        at_once = [each.number for each in push.sent if each.kind == "distress"]
        await alarms.look(0.7)

    assert at_once == ["H 1"]  # its own
    assert [each.number for each in push.sent if each.kind == "distress"] == ["H 1", "H 71-03/1"]


async def test_the_alarm_of_a_call_that_has_not_come_yet_is_not_over(node: Node) -> None:
    """Another node told of it: its word comes before the call, which comes from a third node."""
    push, call = KeepingChannel("push"), uuid4()
    opened = AlarmOpened(f"distress/{call}", "call", "71-03", "H 71-03/1")
    await node.record(opened, "71-01")
    async with speaking(node, push) as alarms:
        await alarms.look()
        recorded = node.state.alarms.alarm(opened.alarm)

    assert recorded is not None
    assert recorded.is_open
    assert [each for each in push.sent if each.kind == "distress"] == []


async def test_what_begins_while_a_node_looks_is_not_over(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    push, test, call = KeepingChannel("push"), uuid4(), DistressReceived(text="Hilfe", box="71-03")
    async with speaking(node, push) as alarms:
        gathering = alarms.service.gathering
        begun: list[UUID] = []
        real = gathering.found

        def found(now: datetime) -> tuple[Alarm, ...]:
            seen = real(now)
            if not begun:
                begun.append(uuid4())
                name = f"distress/{begun[0]}"
                for event in (AlarmOpened(f"test/{test}", "info", "all"), AlarmOpened(name, "call", "71-03", "H 1")):
                    node.state.apply(node.event(event, "71-01", Stamp(node.now())))
                received = node.event(call, "resident", Stamp(node.now()))
                node.state.apply(dataclasses.replace(received, id=begun[0]))
            return seen

        monkeypatch.setattr(gathering, "found", found)
        await alarms.look()

    opened = [node.state.alarms.alarm(name) for name in (f"test/{test}", f"distress/{begun[0]}")]
    assert [each is not None and each.is_open for each in opened] == [True, True]
    assert [each for each in push.sent if each.sort is Sort.END] == []


async def test_a_test_tries_every_channel_of_everybody_and_lists_who_saw_it(node: Node) -> None:
    push, sms = KeepingChannel("push", real_only=True), KeepingChannel("sms")
    name = uuid4()
    await on_duty(node, "anna")
    async with speaking(node, push, sms) as alarms:
        assert isinstance(await node.act(commands.TestChannels(name, "all"), ANNA), Refusal)
        await node.act(commands.TestChannels(name, "all"), DANA)
        await alarms.look()
        token = sms.sent[0].link.rpartition("/")[2]
        await answers.see_by_link(node, alarms.service.outbox, token)
        recorded = node.state.alarms.alarm(f"test/{name}")
        assert recorded is not None
        assert sorted((each.person, each.channel) for each in recorded.told) == [
            *(("anna", "push"), ("anna", "sms"), ("bert", "push"), ("bert", "sms"), ("dana", "push")),
        ]
        assert [each.person for each in recorded.seen] == [sms.sent[0].person]
        await node.act(commands.EndTest(f"test/{name}"), DANA)
        await alarms.look()

    assert all(each.sort is Sort.TEST for each in (*push.sent, *sms.sent))
