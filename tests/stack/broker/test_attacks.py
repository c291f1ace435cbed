"""What a stolen box tries beyond its topics: other clients' ids and last wills; and what a change of users ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stack.broker import passwords, users
from storage import credentials
from storage.credentials import Credential, Kind
from tests.stack.broker.support.brokers import HASHES, MOSQUITTO, NATS, running_broker
from tests.stack.broker.support.clients import connected
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack.broker.support.brokers import Broker

BOXES = [credentials.of_box(box, Kind.SENSOR, HASHES) for box in ("71-01", "71-02")]
HUB = [
    Credential("kiezbox-ingest", Kind.INGEST, HASHES),
    Credential("kiezbox-crisis-hub-calls", Kind.CALLS, HASHES),
    Credential("kiezbox-operator", Kind.OPERATOR, HASHES),
]
KNOWN = users.of([*BOXES, *HUB])


@pytest.fixture(scope="module", params=[NATS, MOSQUITTO])
def broker(request: pytest.FixtureRequest, scratch: Path) -> Iterator[Broker]:
    with running_broker(request.param, scratch / f"attacks-{request.param}", KNOWN) as broker:
        yield broker


def test_who_takes_the_client_id_of_a_session_gets_none_of_its_messages(broker: Broker) -> None:
    calls = "kiezbox-crisis-hub-calls"
    with connected(broker.hub_port, calls, calls, durable=True) as hub:
        assert hub.subscribe("kb/v1/+/distress", qos=1) == [1]
    with connected(broker.box_port, "71-02", "71-02") as box:
        box.publish([("kb/v1/71-02/distress", b"help", False)])

    with connected(broker.box_port, "71-01", calls, durable=True) as thief:
        thief.subscribe("kb/v1/+/distress", "kb/v1/71-01/ack")
        thief.publish([("kb/v1/71-01/report", b"its PUBACK follows what was on its way", False)])
        stolen = list(thief.received)
    with connected(broker.hub_port, calls, calls, durable=True) as hub:
        hub.heard(b"help")

    assert stolen == []


def test_on_mosquitto_a_box_cannot_throw_out_a_session_by_its_client_id(broker: Broker) -> None:
    if broker.kind == NATS:  # it can: so ids end in what nobody guesses (stack/broker/bundle.py)
        return
    with (
        connected(broker.hub_port, "kiezbox-ingest", "kiezbox-ingest", durable=True) as hub,
        connected(broker.box_port, "71-02", "71-02") as neighbour,
    ):
        for taken in ("kiezbox-ingest", "71-02"):
            with connected(broker.box_port, "71-01", taken) as thief:
                thief.publish([("kb/v1/71-01/telemetry", b"{}", False)])

        assert (hub.is_in, neighbour.is_in) == (True, True)


@pytest.mark.parametrize(("topic", "is_its_own"), [("kb/v1/71-01/status", True), ("kb/v1/71-02/status", False)])
def test_a_last_will_goes_where_a_box_may_publish(broker: Broker, topic: str, *, is_its_own: bool) -> None:
    said = f"will {is_its_own}".encode()
    with connected(broker.hub_port, "kiezbox-operator", "operator") as operator:
        operator.subscribe("kb/#")
        with connected(broker.box_port, "71-01", "dying", will=(topic, said)) as box:
            if box.is_in:
                box.break_off()
        with connected(broker.box_port, "71-01", "again", will=("kb/v1/71-01/status", b"the next will")) as box:
            box.break_off()
        operator.heard(b"the next will")

        assert any(each[1] == said for each in operator.received) is is_its_own


async def test_reading_its_users_again_ends_the_connections_of_those_alone_who_changed(broker: Broker) -> None:
    same, gone, renewed = (credentials.of_box(box, Kind.SENSOR, HASHES) for box in ("72-01", "72-02", "72-03"))
    renamed = credentials.of_box("72-03", Kind.SENSOR, passwords.hashes("another"))
    broker.write(users.of([same, gone, renewed, *HUB]))
    broker.reload()
    await _known(broker, "72-01")
    with (
        connected(broker.box_port, "72-01", "72-01") as stays,
        connected(broker.box_port, "72-02", "72-02") as ends,
        connected(broker.box_port, "72-03", "72-03") as old,
        connected(broker.hub_port, "kiezbox-ingest", "steady") as hub,
    ):
        hub.subscribe("kb/v1/+/telemetry", qos=1)
        broker.write(users.of([same, renamed, *HUB]))
        broker.reload()

        assert ends.is_gone.wait(10)
        assert old.is_gone.wait(10)
        stays.publish([("kb/v1/72-01/telemetry", b"goes on", False)])
        hub.heard(b"goes on")
        assert (stays.is_in, hub.is_in) == (True, True)
        with connected(broker.box_port, "72-03", "72-03", password="another") as new:
            assert new.refusal is None


async def _known(broker: Broker, user: str) -> None:
    """The broker reads its files some time after the signal."""

    def is_known() -> bool:
        with connected(broker.box_port, user, user) as client:
            return client.refusal is None

    await until(is_known)
