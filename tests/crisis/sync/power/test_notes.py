"""What boxes say of their power goes into the log of a hub, and outlives it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.model.event_bodies import PowerSeen
from crisis.state.power.outages import CellState, Grade
from crisis.sync import intake
from crisis.sync.power import notes
from kiezbox import mqtt
from kiezbox.metrics import MqttSession
from tests.crisis.support.convergence import until_converged
from tests.crisis.support.mqtt_client import listening, subscribed
from tests.crisis.support.tcp_relay import relay
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node
    from kiezbox.settings import MqttSettings
    from tests.crisis.conftest import Run, Wall

RATHAUS = (52.4847, 13.3435)


def status(mains: bool, at: datetime, number: int = 0, **more: Any) -> bytes:
    """A status of a box some hundred metres east of the town hall."""
    said = {
        "v": 1,
        "online": True,
        "mains": mains,
        "at": int(at.timestamp() * 1000),
        "interval_s": 60,
        "latitude": RATHAUS[0],
        "longitude": RATHAUS[1] + number * 0.008,
        **more,
    }
    return json.dumps(said).encode()


async def tell(node: Node, box: str, mains: bool, *, number: int = 0, ago: timedelta = timedelta()) -> None:
    """A box says twice whether it has mains power, at once."""
    now = node.wall() - ago
    for step in (0, 1):
        said = status(mains, now - timedelta(seconds=1 - step), number)
        await intake.take_status(node, mqtt.stored_delivery(f"kb/v1/{box}/status", said, node.wall()))


async def blackout(node: Node) -> None:
    """Three boxes have power, then two of them have none."""
    for number in range(3):
        await tell(node, f"71-0{number}", True, number=number, ago=timedelta(minutes=30))
    for number in range(2):
        await tell(node, f"71-0{number}", False, number=number, ago=timedelta(minutes=20))


async def test_boxes_that_lose_their_power_are_an_outage_at_the_hub(node: Node) -> None:
    await blackout(node)

    (outage,) = node.power_survey().outages
    assert (outage.grade, outage.boxes_out, outage.boxes_heard) == (Grade.FIRM, ("71-00", "71-01"), 3)
    assert [area.name for area in outage.ortsteile] == ["Schöneberg"]
    assert [cell.state for cell in node.power_survey().cells] == [CellState.OUT, CellState.OUT, CellState.ON]


async def test_a_hub_that_starts_anew_sees_the_same_outage_from_its_log_alone(
    open_node: Callable[..., AbstractAsyncContextManager[Node]], wall: Wall
) -> None:
    async with open_node(wall=wall) as before:
        await blackout(before)
        seen = before.power_survey().outages

    async with open_node(wall=wall) as after:
        found = after.power_survey().outages

    assert [each.id for each in found] == [each.id for each in seen]
    assert [(each.since, each.streets, each.boxes_out) for each in found] == [
        (each.since, each.streets, each.boxes_out) for each in seen
    ]


async def test_an_event_is_written_when_power_changed_and_not_at_every_status(node: Node) -> None:
    for minutes_ago in range(30, 0, -1):
        await tell(node, "71-00", minutes_ago > 10, ago=timedelta(minutes=minutes_ago))

    written = [record.encoded.kind for record in await node.log.after(0, 100)]
    assert written == ["power_seen", "power_seen"]


async def test_the_box_s_last_word_counts_after_a_minute_of_silence(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("crisis.sync.power.notes.time.monotonic", lambda: now[0])
    said = status(False, node.wall())
    await intake.take_status(node, mqtt.stored_delivery("kb/v1/71-00/status", said, node.wall()))
    await intake.take_status(node, mqtt.stored_delivery("kb/v1/71-00/status", b'{"v":1,"online":false}', node.wall()))
    assert node.state.power_of("71-00") is None

    now[0] = 61.0
    await notes.write_due(node, node.power_watch.open())

    known = node.state.power_of("71-00")
    assert known is not None
    assert not known.mains


async def test_a_supply_that_comes_and_goes_writes_four_events_an_hour_also_over_restarts(
    open_node: Callable[..., AbstractAsyncContextManager[Node]], wall: Wall
) -> None:
    for _ in range(3):
        async with open_node(wall=wall) as node:
            for _ in range(10):
                wall.ahead += timedelta(minutes=1)
                known = node.state.power_of("71-00")
                await tell(node, "71-00", known is not None and not known.mains)
            written = [record for record in await node.log.after(0, 100) if record.encoded.kind == "power_seen"]

    assert len(written) == 4
    assert [json.loads(record.encoded.body).get("flapping", False) for record in written] == [False] * 3 + [True]


async def test_invented_boxes_do_not_fill_the_log(node: Node) -> None:
    for number in range(2_100):
        await tell(node, f"x{number}", True)

    assert len(node.state.power()) < 2_050


async def test_a_battery_that_says_nonsense_stops_nothing(node: Node) -> None:
    for seconds in (0, 1):
        said = status(
            False, node.wall() + timedelta(seconds=seconds), battery_percent=99, interval_s=0, latitude=0, longitude=0
        )
        await intake.take_status(node, mqtt.stored_delivery("kb/v1/71-00/status", said, node.wall()))

    known = node.state.power_of("71-00")
    assert known is not None
    assert not known.mains


@pytest.mark.slow
async def test_a_box_that_was_cut_off_and_its_hub_end_with_the_same_outages(
    any_broker: MqttSettings, run: Run, district: str, free_port: Callable[[], int]
) -> None:
    hub_name, box = f"hub-{district}", f"{district}-01"
    async with (
        relay(any_broker, free_port()) as wire,
        run(hub_name, any_broker, is_hub=True) as hub,
        run(box, wire.settings, of=hub_name) as node,
        listening(any_broker) as (client, _),
    ):
        await subscribed(MqttSession.SYNC)
        await wire.cut()
        since = node.now() - timedelta(minutes=2)
        await node.record(PowerSeen(box, False, since, None, *RATHAUS), node.name)
        told = [status(False, datetime.now(UTC) - timedelta(seconds=seconds), 1) for seconds in (60, 30)]

        def is_known() -> bool:
            for said in told:  # again, until the hub has subscribed
                client.publish(f"kb/v1/{district}-02/status", said, qos=1)
            return len(hub.state.power()) == 1

        await until(is_known)
        apart = hub.power_survey().outages[0], node.power_survey().outages[0]
        await wire.join()
        await until_converged(hub, node)
        (at_hub,), (at_box,) = hub.power_survey().outages, node.power_survey().outages

    assert at_hub.id == at_box.id == apart[1].id != apart[0].id
    assert at_hub.names == at_box.names == apart[0].names | apart[1].names
    assert at_hub.boxes_out == (box, f"{district}-02")

    nowhere = any_broker.model_copy(update={"port": free_port()})  # no broker, and the hub after a kill: its log alone
    async with run(hub_name, nowhere, is_hub=True) as again:
        assert [outage.id for outage in again.power_survey().outages] == [at_hub.id]
