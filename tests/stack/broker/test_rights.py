"""The table itself, and every pair of it on real brokers: who, topic, publish or subscribe, retained or not."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import pytest

from stack.broker import mosquitto, rights, users
from stack.broker.rights import Rights
from stack.broker.users import User
from storage import credentials
from storage.credentials import Credential, Kind
from tests.stack.broker.support.brokers import HASHES, MOSQUITTO, NATS, running_broker
from tests.stack.broker.support.clients import REFUSED, connected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack.broker.support.brokers import Broker
    from tests.stack.broker.support.clients import Tester

GATEWAY = "msh/EU_868/!12345678"
WHO = users.of(
    [
        credentials.of_box("71-01", Kind.SENSOR, HASHES),
        credentials.of_box("71-01", Kind.NODE, HASHES, areas=("district-73",)),
        credentials.of_box("71-02", Kind.SENSOR, HASHES),
        credentials.of_box("balcony", Kind.ESPHOME, HASHES),
        credentials.of_box("roof", Kind.MESHTASTIC, HASHES, mesh=GATEWAY),
        Credential("box", Kind.SHARED, HASHES),
        Credential("kiezbox-ingest", Kind.INGEST, HASHES),
        Credential("kiezbox-ingest-beside", Kind.INGEST_BESIDE, HASHES),
        Credential("kiezbox-crisis-hub-calls", Kind.CALLS, HASHES),
        Credential("kiezbox-crisis-hub-calls-beside", Kind.CALLS_BESIDE, HASHES),
        Credential("kiezbox-crisis-hub-sync", Kind.SYNC, HASHES),
        Credential("kiezbox-probe", Kind.PROBE, HASHES),
        Credential("kiezbox-operator", Kind.OPERATOR, HASHES),
        Credential("hub", Kind.HUB, HASHES),
    ]
)
ALL_SEEING = User("all-seeing", HASHES, Rights(("#",), ("#",), is_queued=True), is_of_box=False)

TOPICS = (
    *(f"kb/v1/{box}/{name}" for box in ("71-01", "71-02") for name in ("telemetry", "status", "distress", "report")),
    *(f"kb/v1/{box}/{name}" for box in ("71-01", "balcony") for name in ("result", "ack", "command")),
    *(
        f"kb/v1/{box}/{part}/{way}"
        for box in ("71-01", "71-02")
        for part in ("sync", "radio")
        for way in ("up", "down")
    ),
    *(f"kb/v1/{area}/bulletin" for area in ("all", "district-71", "district-72", "district-73", "71-01")),
    *("kb/v1/71-01", "kb/v1/71-01/telemetry/2", "kb/v1/71-01/telemetry/2/3", "kb/v1/71-01/report/2/3"),
    *("kb/v2/71-01/telemetry", "kb/v1/71-01/sync"),
    # Users whose name is no box: a node, a gateway, all boxes together.
    *(f"kb/v1/{name}/{kind}" for name in ("71-01-node", "roof", "box") for kind in ("telemetry", "distress/x", "ack")),
    *("msh/EU_868/2/e/kiezbox/!12345678", "msh/EU_868/2/e/kiezbox/!87654321", "msh/EU_868/DE/2/e/kiezbox/!12345678"),
    *(f"{root}/2/e/kiezbox/{rights.OUR_GATEWAY}" for root in ("msh/EU_868", "msh/EU_868/DE")),
    # What NATS could take for another topic: it turns levels into parts with dots between them.
    *("kb.v1.71-02.telemetry", "kb/v1/71-02.telemetry", "kb//v1/71-02/telemetry", "/kb/v1/71-02/telemetry"),
    *("kiezbox-probe/1", "kiezbox-probe/1/2", "esphome/balcony/debug", "esphome/71-01/debug", "other", "msh"),
)
# What the brokers themselves use. Publishing there is tried by those who may not; nobody may.
RESERVED = (
    "$JS/API/STREAM/DELETE/$MQTT_msgs",
    "$JS/API/STREAM/PURGE/$MQTT_msgs",
    "$MQTT/msgs/kb/v1/71-01/telemetry",
    "$MQTT/sub/abc",
    "$SYS/REQ/SERVER/PING",
    "$SYS/broker/uptime",
    "$other",
)
FILTERS = (
    "#",
    "+/#",
    "kb/#",
    "kb/v1/+/ack",
    "kb/v1/+/telemetry",
    "kb/v1/71-01/#",
    "kb/v1/+/sync/down",
    "kb/v1/71-01/+",
)
RESERVED_FILTERS = ("$JS/#", "$MQTT/#", "$SYS/#", "$MQTT/sub/#", "$MQTT/msgs/#")


WAYS = [(qos, is_retained) for qos in (0, 1, 2) for is_retained in (False, True)]


def payload(user: User, topic: str, qos: int, *, is_retained: bool) -> bytes:
    return f"{user.name} {topic} {qos} {is_retained}".encode()


@dataclasses.dataclass
class Tried:
    """What became of every attempt."""

    broker: Broker
    arrived: set[tuple[bytes, str]]  # payload and topic, as the one saw who reads everything
    kept: set[tuple[bytes, str]]  # what is retained afterwards
    codes: dict[str, dict[str, int]]  # user, filter: the code of the SUBACK
    read: dict[str, set[str]]  # user: the topics of which something arrived
    queued: dict[str, bool]  # user: whether QoS 1 was granted for what it may read


@pytest.fixture(scope="module", params=[NATS, MOSQUITTO])
def tried(request: pytest.FixtureRequest, scratch: Path) -> Iterator[Tried]:
    """Everything is tried once, in a broker that knows users from the generated files alone."""
    kind: str = request.param
    with running_broker(kind, scratch / f"pairs-{kind}", [*WHO, ALL_SEEING]) as broker, contextlib.ExitStack() as stack:
        admin = stack.enter_context(connected(broker.hub_port, ALL_SEEING.name, "admin"))
        # Boxes claim the client ids of the hub's sessions: on Mosquitto that changes nothing.
        claimed = {user.name: "admin" if user.is_of_box and kind == MOSQUITTO else user.name for user in WHO}
        clients = {
            user.name: stack.enter_context(connected(broker.port(user), user.name, claimed[user.name])) for user in WHO
        }
        assert {name: client.refusal for name, client in clients.items() if client.refusal} == {}
        admin.subscribe("#", qos=2)
        seen = admin.subscribe("$JS/API/#", "$SYS/#", "$other")  # `#` is without what begins with `$`
        assert REFUSED not in seen
        for user in WHO:
            _publish_everything(clients[user.name], user)
        admin.publish([("marker", b"published", False)], qos=2)  # as the last of the others
        admin.heard(b"published")
        arrived = {(found, topic) for topic, found, _ in admin.received}
        with connected(broker.hub_port, ALL_SEEING.name, "later") as later:
            later.subscribe("#", qos=1)
            admin.publish([("marker", b"looked", False)])
            later.heard(b"looked")
            kept = {(found, topic) for topic, found, is_retained in later.received if is_retained}
        admin.publish([(topic, b"", True) for _, topic in kept])  # nothing old for those who subscribe now
        codes = {user.name: _subscribe_everything(clients[user.name]) for user in WHO}
        admin.publish([(topic, b"news", False) for topic in TOPICS])
        for user in WHO:  # its PUBACK follows what was on its way to it
            clients[user.name].publish([("other", b"", False)])
        queued = {
            user.name: client.subscribe(*user.rights.subscribe[:1], qos=1) == [1]
            for user, client in ((user, clients[user.name]) for user in WHO if user.rights.subscribe)
        }
        read = {name: {topic for topic, found, _ in client.received if found} for name, client in clients.items()}
        yield Tried(broker, arrived, kept, codes, read, queued)


def _publish_everything(client: Tester, user: User) -> None:
    for qos, is_retained in WAYS:
        found = [(topic, payload(user, topic, qos, is_retained=is_retained)) for topic in (*TOPICS, *RESERVED)]
        client.publish([(topic, data, is_retained) for topic, data in found], qos)


def _subscribe_everything(client: Tester) -> dict[str, int]:
    filters = (*TOPICS, *FILTERS, *RESERVED_FILTERS)
    return dict(zip(filters, client.subscribe(*filters), strict=True))


def publish_pairs(qos: int, *, is_retained: bool) -> list[tuple[User, str, bytes]]:
    return [(user, topic, payload(user, topic, qos, is_retained=is_retained)) for user in WHO for topic in TOPICS]


@pytest.mark.parametrize(("qos", "is_retained"), WAYS)
def test_a_message_is_passed_on_if_and_only_if_the_table_says_so(tried: Tried, qos: int, *, is_retained: bool) -> None:
    pairs = publish_pairs(qos, is_retained=is_retained)
    assert len(pairs) >= 400

    wrong = [
        (user.name, topic)
        for user, topic, found in pairs
        if ((found, topic) in tried.arrived) != user.rights.may_publish(topic)
    ]

    assert wrong == []


def test_only_what_may_be_published_is_retained(tried: Tried) -> None:
    pairs = publish_pairs(2, is_retained=True)

    newest = {topic: found for user, topic, found in pairs if user.rights.may_publish(topic)}  # the last one stays

    assert tried.kept == {(found, topic) for topic, found in newest.items()}


def test_what_is_published_arrives_if_and_only_if_the_table_says_so(tried: Tried) -> None:
    wrong = [
        (user.name, topic)
        for user in WHO
        for topic in TOPICS
        if (topic in tried.read[user.name]) != (user.rights.may_subscribe(topic) or is_public(tried, user, topic))
    ]

    assert wrong == []


def is_public(tried: Tried, user: User, topic: str) -> bool:
    """On Mosquitto boxes may read any bulletin (stack/broker/mosquitto.py says why)."""
    return tried.broker.kind == MOSQUITTO and user.is_of_box and rights.covers(mosquitto.BULLETINS, topic)


def test_nats_says_which_subscriptions_it_refuses(tried: Tried) -> None:
    if tried.broker.kind != NATS:  # Mosquitto grants every subscription, and delivers what may be read
        assert {code for codes in tried.codes.values() for code in codes.values()} == {0}
        return

    wrong = [
        (user.name, asked, code)
        for user in WHO
        for asked, code in tried.codes[user.name].items()
        if (code != REFUSED) != user.rights.may_subscribe(asked)
    ]

    assert wrong == []


def test_on_nats_a_box_leaves_no_queue_behind(tried: Tried) -> None:
    is_strict = tried.broker.kind == NATS  # on Mosquitto a user has one session, and so one queue

    wrong = [
        user.name
        for user in WHO
        if user.rights.subscribe and tried.queued[user.name] != (user.rights.is_queued or not is_strict)
    ]

    assert wrong == []


def test_nobody_hears_or_moves_what_is_the_broker_s_own(tried: Tried) -> None:
    heard = {topic for topics in tried.read.values() for topic in topics if topic.startswith("$")}
    ours = {payload(user, topic, qos, is_retained=kept) for user in WHO for topic in RESERVED for qos, kept in WAYS}
    moved = {topic for found, topic in tried.arrived if found in ours}
    with connected(tried.broker.hub_port, ALL_SEEING.name, "still") as still:  # the stream of QoS 1 was not deleted
        still.subscribe("after", qos=1)
        still.publish([("after", b"works", False)])
        still.heard(b"works")

    assert (heard, moved) == (set(), set())


def test_whoever_has_no_password_or_a_wrong_one_is_refused(tried: Tried) -> None:
    attempts = [(None, None), ("71-01", None), ("71-01", "wrong"), ("71-09", "any"), ("anonymous", ""), ("hub", "")]
    refusals = []
    for user, password in attempts:
        for port in {tried.broker.box_port, tried.broker.hub_port}:
            with connected(port, user, "x", password=password) as client:
                refusals.append(client.refusal is not None)

    assert all(refusals)


@pytest.mark.parametrize(
    ("allowed", "asked", "expected"),
    [
        ("kb/v1/+/ack", "kb/v1/71-01/ack", True),
        ("kb/v1/+/ack", "kb/v1/+/ack", True),
        ("kb/v1/+/ack", "kb/v1/#", False),
        ("kb/v1/71-01/ack", "kb/v1/+/ack", False),
        ("kb/v1/71-01/ack", "kb/v1/71-01/ack/more", False),
        ("kb/v1/71-01/ack", "kb/v1/71-01", False),
        ("msh/#", "msh", True),
        ("msh/#", "msh/EU_868/#", True),
        ("msh/+", "msh/#", False),
        ("#", "kb/#", True),
        ("#", "$SYS/#", False),
        ("+/broker", "$SYS/broker", False),
    ],
)
def test_a_filter_covers_another(allowed: str, asked: str, *, expected: bool) -> None:
    assert rights.covers(allowed, asked) is expected


@pytest.mark.parametrize("topic", ["a b", "a.b", 'a"', "a\nb", "$SYS/#", "a/#/b", "", "a//b", "a*", ">"])
def test_a_topic_that_a_broker_s_file_could_misread_is_no_part_of_the_table(topic: str) -> None:
    with pytest.raises(ValueError, match="no topic filter"):
        rights.levels(topic)


@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.is_of_box])
def test_each_kind_of_the_hub_s_users_has_rights(kind: Kind) -> None:
    assert rights.of_hub(kind).publish
