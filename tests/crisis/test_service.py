"""A hub and boxes over real brokers: cut off, acting on their own, and converging again; and what they publish."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from crisis.accounts import accounts, grants, passwords, sessions, store
from crisis.model import commands
from crisis.model.contents import Severity
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.roles import Role
from crisis.node import Node
from crisis.sync import bulletin, sending
from devices.readings import Mode
from kiezbox.settings import MqttSettings
from tests.crisis.support.convergence import ids_of, until_converged
from tests.crisis.support.examples import ANNA, BERT, CEM, DANA, NOW, notice, point
from tests.crisis.support.mqtt_client import listening
from tests.crisis.support.tcp_relay import relay
from tests.support import tcp
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from crisis.accounts.store import AccountStore
    from tests.crisis.conftest import Run

pytestmark = pytest.mark.slow


async def test_after_days_apart_every_node_ends_in_the_same_state(
    any_broker: MqttSettings, run: Run, district: str, free_port: Callable[[], int]
) -> None:
    names = [f"{district}-{number:02x}" for number in (1, 2, 3)]
    edited = uuid4()
    async with contextlib.AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(relay(any_broker, free_port())) for _ in names]
        hub = await stack.enter_async_context(run(f"hub-{district}", any_broker, is_hub=True))
        boxes = [
            await stack.enter_async_context(run(*each, of=hub.name))
            for each in zip(names, (w.settings for w in wires), strict=True)
        ]
        await hub.act(commands.PutNotice(edited, notice()), ANNA)
        await hub.act(commands.PutPoint(edited, point()), ANNA)
        before = await boxes[0].receive(DistressReceived(text="before"))
        await until_converged(hub, *boxes)

        for wire in wires:
            await wire.cut()
        # Everybody acts, on the same things.
        await hub.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
        await hub.act(commands.PutNotice(edited, notice(severity=Severity.SEVERE)), ANNA)
        await boxes[0].act(commands.PutNotice(edited, notice(area=names[0])), BERT)
        await boxes[1].act(commands.WithdrawNotice(edited, "falsch"), BERT)
        await boxes[1].act(commands.ClosePoint(edited), ANNA)
        await boxes[0].act(commands.TakeDistress(before.id), CEM)
        await boxes[1].act(commands.TakeDistress(before.id), DANA)
        await hub.act(commands.ProposeMode(names[2], "nur hier"), ANNA)
        for box in boxes:
            await asyncio.gather(*(box.receive(ReportReceived(text=f"{box.name} {n}")) for n in range(40)))
            await box.receive(DistressReceived(text=f"call at {box.name}"))
        written = {name for node in (hub, *boxes) for name in await ids_of(node)}
        for wire in wires:
            await wire.join()
        await until_converged(hub, *boxes)
        logs = [await ids_of(node) for node in (hub, *boxes)]

    assert all(sorted(ids) == sorted(logs[0]) for ids in logs)
    assert len(set(logs[0])) == len(logs[0])
    assert written <= set(logs[0])
    assert len(hub.state.reports()) == 120
    assert len(hub.state.open_distresses()) == 4
    taken = hub.state.distress(before.id)
    assert taken is not None
    assert {step.act.actor for step in taken.taken} == {"cem", "dana"}
    found = boxes[2].state.notice(edited)
    assert found is not None
    assert (found.content.severity, found.content.area) == (Severity.SEVERE, names[0])
    assert found.withdrawn is not None
    assert boxes[2].state.history(edited) == hub.state.history(edited)
    assert boxes[2].state.mode_at(names[2]).mode is Mode.EMERGENCY


async def test_a_hub_that_was_killed_hears_what_it_missed(any_broker: MqttSettings, run: Run, district: str) -> None:
    hub_name, box_name = f"hub-{district}", f"{district}-01"
    async with run(hub_name, any_broker, is_hub=True) as hub, run(box_name, any_broker, of=hub_name) as box:
        await box.receive(ReportReceived(text="one"))
        await until_converged(hub, box)

    async with run(box_name, any_broker, of=hub_name) as box:
        await box.receive(DistressReceived(text="while the hub is down"))
        async with run(hub_name, any_broker, is_hub=True) as hub:
            await until_converged(hub, box)

            assert len(hub.state.distresses()) == 1


async def test_nodes_say_how_far_their_peers_are(any_broker: MqttSettings, run: Run, district: str) -> None:
    async with run(f"hub-{district}", any_broker, is_hub=True, heartbeat_seconds=0.4) as hub:
        async with run(f"{district}-01", any_broker, of=hub.name, heartbeat_seconds=0.4) as box:
            await box.receive(ReportReceived(text="one"))
            await until(lambda: any(not peer.waiting and not peer.missing for peer in hub.peers.values()))
            level, hub_seen = hub.peers[box.name], box.peers[hub.name]
        await hub.receive(ReportReceived(text="two"))
        await until(lambda: hub.peers[box.name].is_silent)
        silent = hub.peers[box.name]

    assert (level.is_silent, level.waiting, level.missing) == (False, 0, 0)
    assert hub_seen.heard_at is not None
    assert level.clock_skew_seconds is not None
    assert abs(level.clock_skew_seconds) < 60
    assert silent.waiting == 1


async def test_bulletins_are_retained_and_say_what_holds(any_broker: MqttSettings, run: Run, district: str) -> None:
    area = f"district-{district}"
    topic = bulletin.topic(area)
    async with run(f"hub-{district}", any_broker, is_hub=True) as hub:
        await hub.act(commands.SetMode(area, Mode.EMERGENCY, "Probe", exercise=True), DANA)
        await hub.act(commands.PutNotice(uuid4(), notice(area=area)), ANNA)
        await hub.act(commands.PutPoint(uuid4(), point(area=f"{district}-01")), ANNA)
        async with listening(any_broker, topic) as (_, heard):
            await until(lambda: any(b"Rathaus" in each.payload for each in heard))
    async with listening(any_broker, topic) as (_, again):
        await until(lambda: bool(again))

    content = json.loads(again[-1].payload)
    assert again[-1].retained
    assert (content["v"], content["area"]) == (1, area)
    assert [(mode["mode"], mode["exercise"]) for mode in content["modes"]] == [("emergency", True)]
    assert content["notices"][0]["texts"]["de"]["headline"] == "Stromausfall in Steglitz"
    assert content["points"][0]["name"] == "Rathaus"


async def test_a_box_leaves_no_session_at_the_broker_and_hears_only_its_own_topic(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    async with run(f"{district}-01", any_broker) as box, listening(any_broker, sending.up(box.name)) as (_, heard):
        await until(lambda: bool(heard))

    asked = json.loads(heard[0].payload)
    assert (asked["v"], asked["node"], asked["ask"], asked["events"]) == (1, box.name, True, [])
    assert UUID(asked["log"]) == box.log.id


@pytest.mark.parametrize("is_hub", [True, False])
async def test_a_node_answers_while_broker_and_database_accept_and_never_answer(run: Run, is_hub: bool) -> None:
    async def swallow(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass

    async with (
        tcp.Server(swallow) as hole,
        run("hub", MqttSettings(port=hole.port), is_hub=is_hub) as node,
        asyncio.timeout(5),
    ):
        answer = await node.receive(DistressReceived(text="Rauch"))
        await node.act(commands.TakeDistress(answer.id), CEM)
        await node.act(commands.CloseDistress(answer.id, "gelöscht"), CEM)
        assert node.state.by_receipt(answer.receipt) is not None


async def test_work_that_dies_is_started_again_and_the_node_lives(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, free_port: Callable[[], int]
) -> None:
    times = 0

    async def watch(_node: Node) -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise RuntimeError("a bug")
        await asyncio.Event().wait()

    monkeypatch.setattr(Node, "watch", watch)

    async with run("hub", MqttSettings(port=free_port()), is_hub=True) as node:
        await until(lambda: times == 2)
        await node.receive(DistressReceived(text="Rauch"))

    assert "background work of the crisis part died" in caplog.text


async def test_an_account_of_the_hub_signs_in_at_a_box_that_is_cut_off_and_a_revocation_comes_with_the_wire(
    broker: MqttSettings, run: Run, district: str, free_port: Callable[[], int]
) -> None:
    def at(node: Node) -> contextlib.AbstractContextManager[AccountStore]:
        return store.opened(node.settings.folder)  # as `kiezbox user` does, beside the running node

    def knows(node: Node, password: str) -> bool:
        with at(node) as found:
            return passwords.verify(accounts.stored_password(found, "anna"), password)

    password, box_name = "Kerzenlicht im Rathaus", f"{district}-01"
    async with (
        relay(broker, free_port()) as wire,
        run(f"hub-{district}", broker, is_hub=True) as hub,
        run(box_name, wire.settings, of=hub.name) as box,
    ):
        with at(hub) as found:
            accounts.add(found, "anna", Role.OPERATOR, password, NOW, areas=(box_name,))
        await until(lambda: knows(box, password))
        await until(lambda: _is_taken(hub, box_name))
        await wire.cut()
        with at(hub) as found:
            grants.revoke(found, "anna", [box_name])
        with at(box) as found:
            terms = sessions.Terms(timedelta(hours=8), timedelta(hours=24))
            secret = sessions.begin(found, "anna", box.now(), terms)
        offline = knows(box, password)
        await wire.join()
        await until(lambda: not knows(box, password))
        with at(box) as found:
            session = sessions.find(found, secret, box.now(), terms)

    assert offline, "nothing else is needed than what the box has"
    assert session is None


def _is_taken(hub: Node, box: str) -> bool:
    with store.opened(hub.settings.folder) as found:
        return any(each.box == box and each.taken_at for each in grants.sent(found).get("anna", ()))
