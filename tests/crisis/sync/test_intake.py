"""Residents' calls from the wire, without a broker: what is kept, under which name, and what happens on a full disk."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from crisis import clock
from crisis.model import commands, event_bodies, events
from crisis.model.event_bodies import DistressReceived, Source
from crisis.model.events import Event
from crisis.state import call_shares
from crisis.sync import intake
from devices.readings import DistressKind, Status
from devices.wire import parsing
from kiezbox.errors import Malformed
from kiezbox.mqtt.backlog import Delivery
from tests.crisis.support.examples import ANNA, notice
from tests.support.waiting import until
from tests.wire_cases import CASES, RECEIVED_AT, Case

if TYPE_CHECKING:
    from crisis.node import Node

TOPIC = "kb/v1/71-01/distress"


def delivery(payload: bytes | dict[str, Any], topic: str = TOPIC) -> Delivery:
    written = payload if isinstance(payload, bytes) else json.dumps({"v": 1, **payload}).encode()
    return Delivery(topic, written, RECEIVED_AT, mid=1, connection=1)


class Broker:
    """The session's part that the intake uses: deliveries in, acknowledgements out."""

    def __init__(self, *deliveries: Delivery) -> None:
        self.waiting = list(deliveries)
        self.acknowledged: list[Delivery] = []

    async def burst(self) -> list[Delivery]:
        if not self.waiting:
            await asyncio.Event().wait()
        burst, self.waiting = self.waiting, []
        return burst

    def acknowledge(self, deliveries: list[Delivery]) -> None:
        self.acknowledged += deliveries


def is_call(case: Case) -> bool:
    return case.distress is not None or (case.topic.endswith("/distress") and case.malformed is not None)


@pytest.mark.parametrize("case", [case for case in CASES if is_call(case)], ids=lambda case: case.name)
def test_every_call_in_the_table_of_wire_cases_is_read(case: Case) -> None:
    found = intake.read(delivery(case.payload, case.topic), "hub")

    assert isinstance(found, Event)
    assert isinstance(found.body, DistressReceived)
    if case.distress is not None:
        stamp = clock.stamp_heard(case.distress.at, RECEIVED_AT)
        assert (found.id, found.at, found.clock_at) == (case.distress.id, stamp.at, stamp.clock_at)
        assert (found.body.kind, found.body.text) == (case.distress.kind, case.distress.text.strip())
        assert (found.body.mesh_node, found.body.exercise) == (case.node, case.distress.exercise)
    else:
        assert found.body.text.startswith(f"[{case.malformed}]")


def test_whatever_comes_for_calls_is_a_call_that_can_be_kept_or_no_message() -> None:
    topics = (TOPIC, "kb/v1/71-01/report", "msh/EU_868/2/e/kiezbox/!12345678")

    found = [intake.read(delivery(case.payload, topic), "hub") for case in CASES for topic in topics]

    calls = [events.encode(each) for each in found if isinstance(each, Event)]
    assert len(calls) >= 2 * len(CASES)
    assert max(len(call.body.encode()) for call in calls) < events.BODY_BYTES_MAX


async def test_telemetry_on_the_mesh_passes_by(node: Node) -> None:
    case = next(case for case in CASES if case.readings and case.topic.startswith("msh/") and case.status is None)

    await intake.keep(node, delivery(case.payload, case.topic))

    assert node.log.head == 0


async def test_the_same_id_from_the_same_box_is_one_call(node: Node) -> None:
    said = {"id": str(uuid4()), "text": "Rauch"}

    for _ in range(2):
        await intake.keep(node, delivery(said))

    assert len(node.state.distresses()) == 1


async def test_the_same_id_from_another_box_is_another_call(node: Node) -> None:
    said = {"id": str(uuid4()), "text": "Rauch"}

    for topic in (TOPIC, "kb/v1/71-02/distress", "kb/v1/71-02/distress"):
        await intake.keep(node, delivery(said, topic))

    assert sorted(str(call.call.box) for call in node.state.distresses()) == ["71-01", "71-02"]


def forged(number: int, box: str = "71-66") -> Delivery:
    return delivery({"id": str(UUID(int=number)), "text": f"forged {number}"}, f"kb/v1/{box}/distress")


async def taking(node: Node, *deliveries: Delivery) -> Broker:
    """The intake takes these until all are acknowledged, and stops."""
    broker = Broker(*deliveries)
    task = asyncio.create_task(intake.take_calls(node, broker))
    await until(lambda: len(broker.acknowledged) == len(deliveries))
    task.cancel()
    await asyncio.wait({task})
    return broker


async def test_two_thousand_calls_of_one_box_delay_no_call_of_another_and_all_are_kept(node: Node) -> None:
    for box in ("71-66", "71-01"):
        node.presence.hear(box, Status(online=True), RECEIVED_AT)
    real = delivery({"text": "Rauch im Keller"})

    await taking(node, *(forged(number) for number in range(2_000)), real)

    in_list = [(call.call.box, call.call.text) for call in node.state.open_distresses()]
    assert ("71-01", "Rauch im Keller") in in_list
    assert len(in_list) == call_shares.SHARE.burst + 1
    assert node.waiting_calls.counts == {"71-66": 2_000 - call_shares.SHARE.burst}


async def test_what_waits_is_taken_one_by_one_the_oldest_first_and_once(node: Node) -> None:
    await taking(node, *(forged(number) for number in range(200)))
    waiting = sum(node.waiting_calls.counts.values())
    (first, *_) = await node.waiting_calls.oldest("71-66", 1)

    task = asyncio.create_task(intake.take_waiting(node))
    await until(lambda: sum(node.waiting_calls.counts.values()) == waiting - 1)
    task.cancel()
    await asyncio.wait({task})
    await intake.take_in(node, first)  # again, as after a power cut between the log and the removal

    texts = [call.call.text for call in node.state.open_distresses()]
    assert len(texts) == len(set(texts)) == 200 - waiting + 1
    assert f"forged {200 - waiting}" in texts


async def test_invented_names_have_one_share_together(node: Node) -> None:
    await taking(node, *(forged(number, f"b{number}") for number in range(500)))

    assert len(node.state.open_distresses()) == call_shares.STRANGERS.burst
    assert sum(node.waiting_calls.counts.values()) == 500 - call_shares.STRANGERS.burst


async def test_the_id_of_a_notice_does_not_swallow_a_call(node: Node) -> None:
    made = await node.act(commands.PutNotice(uuid4(), notice()), ANNA)
    assert isinstance(made, tuple)

    await intake.keep(node, delivery({"id": str(made[0].id), "text": "Rauch"}))

    assert [call.call.text for call in node.state.distresses()] == ["Rauch"]


async def test_a_report_from_a_box_is_kept_with_where_it_came_from(node: Node) -> None:
    await intake.keep(node, delivery({"kind": "offer", "text": "Suppe", "people": 20}, "kb/v1/71-01/report"))

    (found,) = node.state.reports()
    assert (found.message.kind, found.message.text, found.message.people, found.message.box) == (
        "offer",
        "Suppe",
        20,
        "71-01",
    )
    assert found.message.source is Source.MQTT
    assert found.received.actor == "71-01"


async def test_a_call_for_a_million_and_one_is_still_a_call(node: Node) -> None:
    await intake.keep(node, delivery({"people": 2_000_000_000, "text": "alle"}))

    assert (node.state.distresses()[0].call.text, node.state.distresses()[0].call.people) == ("alle", None)


async def test_a_topic_that_names_no_box_costs_no_call(node: Node) -> None:
    await intake.keep(node, delivery({"text": "Rauch"}, "kb/v1/Box_1/distress"))

    (found,) = node.state.distresses()
    assert (found.call.box, found.call.kind, found.received.actor) == (None, DistressKind.HELP, "unknown")
    assert "Rauch" in found.call.text


@pytest.mark.parametrize("leaf", ["distress", "report"])
async def test_what_says_that_it_is_months_old_counts_from_when_it_arrived(node: Node, leaf: str) -> None:
    said = RECEIVED_AT - timedelta(days=200)
    payload = {"at": event_bodies.milliseconds(said), "text": "Rauch"}

    await intake.keep(node, delivery(payload, f"kb/v1/71-01/{leaf}"))

    (record,) = await node.log.after(0, 10)
    assert (record.encoded.at_ms, record.encoded.clock_ms) == tuple(map(event_bodies.milliseconds, (RECEIVED_AT, said)))
    (dated,) = node.state.history(record.encoded.id)
    assert dated.act.is_doubtful


async def test_a_call_that_waited_for_days_in_its_box_keeps_its_time(node: Node) -> None:
    said = RECEIVED_AT - timedelta(days=29)

    await intake.keep(node, delivery({"at": event_bodies.milliseconds(said), "text": "Rauch"}))

    assert [call.received.at for call in node.state.distresses()] == [event_bodies.whole(said)]


@pytest.mark.parametrize("leaf", ["distress", "report"])
async def test_a_call_from_ahead_counts_from_its_arrival_and_what_it_claimed_stands_beside_that(
    node: Node, leaf: str
) -> None:
    said = RECEIVED_AT + timedelta(days=730)

    await intake.keep(node, delivery({"at": event_bodies.milliseconds(said)}, f"kb/v1/71-01/{leaf}"))

    (record,) = await node.log.after(0, 10)
    assert (record.encoded.at_ms, record.encoded.clock_ms) == tuple(map(event_bodies.milliseconds, (RECEIVED_AT, said)))


async def test_on_a_full_disk_nothing_is_acknowledged_until_there_is_room(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    assert node.log._storage.file is not None
    connection = node.log._storage.file._connection
    connection.execute("PRAGMA max_page_count = 1")
    session = Broker(*(delivery({"id": str(uuid4()), "text": "x" * 6_000}) for _ in range(3)))
    taking = asyncio.create_task(intake.take_calls(node, session))
    await until(lambda: "CALLS FOR HELP CANNOT BE KEPT" in caplog.text)
    before = list(session.acknowledged)
    assert node.state.distresses() == ()

    connection.execute("PRAGMA max_page_count = 100000")
    await until(lambda: len(session.acknowledged) == 3)
    taking.cancel()

    assert before == []
    assert len(node.state.distresses()) == 3


def test_a_report_on_the_wire_is_read() -> None:
    payload = b"""{"v": 1, "id": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e", "at": 1763853600000, "kind": "need",
 "text": "a\\u0000"}"""

    found = parsing.parse("kb/v1/71-01/report", payload, RECEIVED_AT).report

    assert found is not None
    assert (str(found.id), found.kind, found.text) == ("0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e", "need", "a\ufffd")


@pytest.mark.parametrize(
    ("said", "kind", "text"),
    [
        ({"kind": "wish"}, "information", "[kind: wish]"),
        ({"text": "x", "people": "drei"}, "information", "x [people: drei]"),
        ({"kind": "offer", "at": 0}, "offer", "[at: 0]"),
        ({}, "information", ""),
    ],
)
def test_what_of_a_report_does_not_fit_stands_in_its_text(said: dict[str, object], kind: str, text: str) -> None:
    payload = json.dumps({"v": 1, **said}).encode()

    found = parsing.parse("kb/v1/71-01/report", payload, RECEIVED_AT).report

    assert found is not None
    assert (found.kind, found.text) == (kind, text)


def test_a_report_that_is_not_v1_is_malformed() -> None:
    with pytest.raises(Malformed):
        parsing.parse("kb/v1/71-01/report", b'{"v": 2}', RECEIVED_AT)


@pytest.mark.parametrize("leaf", ["distress", "report"])
async def test_a_call_from_a_gps_without_a_fix_has_no_position(node: Node, leaf: str) -> None:
    await intake.keep(node, delivery({"v": 1, "text": "Hilfe", "latitude": 0, "longitude": 0}, f"kb/v1/71-01/{leaf}"))

    kept = node.state.distresses()[0].call if leaf == "distress" else node.state.reports()[0].message
    assert (kept.latitude, kept.longitude, kept.text) == (None, None, "Hilfe")
