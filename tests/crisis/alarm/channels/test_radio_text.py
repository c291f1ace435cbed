"""Radio text: by the serial port here, by that of a box over a real broker, and as envelopes that others read."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crisis.alarm import channels
from crisis.alarm.channel import Answer, ChannelRefused, ChannelUnavailable, Sort
from crisis.alarm.channels import radio_text
from devices.wire.meshtastic import envelopes, packets
from devices.wire.meshtastic.keys import ChannelKey
from kiezbox import mqtt
from radio.radios import Radios
from tests import servers
from tests.conftest import ROOT, absent
from tests.crisis.alarm.support.messages import GENERAL, NAME, SECRETS, message
from tests.radio.support import owners, simulated_node
from tests.radio.support.simulated_node import OTHER, STAFF
from tests.support import waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crisis.alarm.channel import Channel
    from kiezbox.settings import MqttSettings
    from tests.crisis.conftest import Run
    from tests.radio.support.simulated_node import SimulatedNode

KEY = base64.b64encode(simulated_node.OWN_KEY).decode()
MQTT = {"by": "mqtt", "root": "msh/EU_868", "channel": STAFF, "key": KEY}


def channel(radios: Radios | None, **table: Any) -> Channel:
    (made,) = channels.made({"funk": {"type": "radio", "by": "serial", **table}}, Path(), radios)
    return made


class Connection:
    """A session with the broker that keeps what is published; without one nothing can be."""

    def __init__(self) -> None:
        self.connected = asyncio.Event()
        self.published: list[tuple[str, bytes]] = []
        self.is_up = True

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        del qos, retain
        self.published.append((topic, payload))
        return self.is_up


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[SimulatedNode]:
    with simulated_node.plugged_in(tmp_path) as node:
        yield node


@contextlib.asynccontextmanager
async def reaching(socket: Path, box: str | None = None, topics: tuple[str, ...] = ()) -> AsyncIterator[Radios]:
    """A node's radios, while the block runs."""
    radios = Radios(socket, box, topics)
    running = asyncio.create_task(radios.run())
    try:
        yield radios
    finally:
        running.cancel()
        await asyncio.wait([running])


@pytest.fixture
async def radios(node: SimulatedNode, tmp_path: Path) -> AsyncIterator[Radios]:
    """Those of a node at whose machine `kiezbox radio` has found its node."""
    socket = tmp_path / "radio.sock"
    async with owners.owning(node, socket), reaching(socket, "71-01") as radios:
        await waiting.until(lambda: len(radios.own) == 2)
        yield radios


@contextlib.asynccontextmanager
async def hearing(made: Channel) -> AsyncIterator[list[Answer]]:
    """What is answered on a channel."""
    found: list[Answer] = []

    async def take(answer: Answer) -> None:
        found.append(answer)

    listening = asyncio.create_task(made.run(take))
    await asyncio.sleep(0)
    try:
        yield found
    finally:
        listening.cancel()
        await asyncio.wait([listening])


async def test_an_alarm_is_a_text_on_the_staff_s_channel(radios: Radios, node: SimulatedNode) -> None:
    await channel(radios).send(message())

    ((index, to, text),) = node.texts
    assert (index, to) == (2, packets.EVERYBODY)
    assert text == f"Hilferuf H 17, Bezirk 71 {GENERAL} #0abcde Antwort: H 17 ok"
    assert [secret for secret in SECRETS.values() if secret in text] == []


async def test_a_long_alarm_keeps_its_beginning_and_how_to_answer(radios: Radios, node: SimulatedNode) -> None:
    await channel(radios).send(message(title="ÜBUNG Hilferuf " + "ü" * 100, exercise=True))

    ((_, _, text),) = node.texts
    assert len(text.encode()) <= 180
    assert text.startswith("ÜBUNG Hilferuf üü")
    assert text.endswith("… #0abcde Antwort: H 17 ok")


@pytest.mark.parametrize(
    ("number", "end"),
    [("71-03", " Antwort: 71-03 ok"), ("Amtliche Warnung vor schwerem Gewitter mit Orkanböen " * 4, " #0abcde")],
    ids=["a box", "a headline"],
)
async def test_only_what_is_understood_is_offered_as_an_answer(
    radios: Radios, node: SimulatedNode, number: str, end: str
) -> None:
    await channel(radios).send(message(number=number))

    assert node.texts[0][2].endswith(end)


async def test_how_to_answer_is_said_in_the_person_s_language(radios: Radios, node: SimulatedNode) -> None:
    await channel(radios).send(message(language="en"))

    assert node.texts[0][2].endswith(" Answer: H 17 ok")


async def test_a_person_s_node_is_written_to_alone(radios: Radios, node: SimulatedNode) -> None:
    await channel(radios).send(message(to="!A1B2C3D4", sort=Sort.END))

    ((_, to, text),) = node.texts
    assert to == OTHER
    assert "Antwort" not in text


async def test_one_alarm_a_minute(radios: Radios) -> None:
    made = channel(radios)
    await made.send(message())

    with pytest.raises(ChannelUnavailable) as raised:
        await made.send(message(number="H 18"))

    assert raised.value.slug == "limited"
    assert 50 < (raised.value.retry_after_seconds or 0) <= 60


async def test_two_channels_at_one_radio_share_its_minute(radios: Radios) -> None:
    await channel(radios).send(message())

    with pytest.raises(ChannelUnavailable) as raised:
        await channel(radios).send(message())

    assert (raised.value.slug, raised.value.retry_after_seconds) == ("limited", 60.0)


@pytest.mark.parametrize(
    ("queue_error", "receipt_error", "slug"),
    [(0, 5, "not_heard"), (9, 0, "limited"), (36, 0, "failed")],
    ids=["nobody heard it", "duty cycle", "another error"],
)
async def test_what_the_node_says_decides_what_happens_next(
    radios: Radios, node: SimulatedNode, queue_error: int, receipt_error: int, slug: str
) -> None:
    node.queue_error, node.receipt_error = queue_error, receipt_error

    with pytest.raises(ChannelUnavailable) as raised:
        await channel(radios).send(message())

    assert raised.value.slug == slug


async def test_a_text_of_which_nothing_is_heard_counts_as_sent(
    radios: Radios, node: SimulatedNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio_text, "_RECEIPT_SECONDS", 0.3)
    node.receipt_error = None

    await channel(radios).send(message())

    assert len(node.texts) == 1


async def test_a_node_that_is_unplugged_makes_way_for_another_channel(radios: Radios, node: SimulatedNode) -> None:
    node.unplug()
    await waiting.until(lambda: len(radios.own) == 1)

    with pytest.raises(ChannelUnavailable, match="no node answers") as raised:
        await channel(radios).send(message())

    assert raised.value.slug == "no_node"
    assert await channel(radios).check() == "no node answers at the serial port"


async def test_without_kiezbox_radio_it_is_said(tmp_path: Path) -> None:
    async with reaching(tmp_path / "radio.sock") as radios:
        with pytest.raises(ChannelUnavailable, match="kiezbox radio does not run"):
            await channel(radios).send(message())
        with pytest.raises(ChannelUnavailable, match=r"none to the radio of 71-03"):
            await channel(radios, by="box", box="71-03").send(message())
        check = await channel(radios).check()
    with pytest.raises(ChannelRefused, match="reaches no radio"):
        await channel(None).send(message())

    assert check == "kiezbox radio does not run on this machine"


@pytest.mark.parametrize("to", ["Anna", "!12", "+4915112345"])
async def test_what_is_no_node_is_refused(radios: Radios, to: str) -> None:
    with pytest.raises(ChannelRefused) as raised:
        await channel(radios).send(message(to=to))

    assert raised.value.slug == "bad_address"


async def test_an_answer_is_heard_with_who_says_to_have_sent_it(radios: Radios, node: SimulatedNode) -> None:
    made = channel(radios, known=["A1B2C3D4"])
    async with hearing(made) as answers:
        node.hear(simulated_node.packet(OTHER, 1, b"H 17 ok", channel=2))
        node.hear(simulated_node.packet(OTHER, 1, "Wir haben Suppe übrig".encode(), channel=2))
        node.hear(simulated_node.packet(OTHER, 1, b"18 ok", channel=0))
        node.hear(simulated_node.packet(OTHER + 1, 1, b"18 ok", channel=2))
        await waiting.until(lambda: len(answers) == 2)

    assert answers == [
        Answer("funk", "H 17", "!a1b2c3d4", is_known=True),
        Answer("funk", "18", "!a1b2c3d5", is_known=False),
    ]


async def test_an_ok_that_replies_to_an_alarm_needs_no_number(radios: Radios, node: SimulatedNode) -> None:
    made = channel(radios)
    async with hearing(made) as answers:
        await made.send(message())
        sent = simulated_node.decoded(_packet(node.orders[-1]))[6]
        assert isinstance(sent, int)
        node.hear(simulated_node.packet(OTHER, 1, b"ok", channel=2, reply_id=sent))
        node.hear(simulated_node.packet(OTHER, 1, b"ok", channel=2, reply_id=sent + 1))
        node.hear(simulated_node.packet(OTHER, 1, b"99 ok", channel=2))
        await waiting.until(lambda: len(answers) == 2)

    assert answers == [Answer("funk", "", "!a1b2c3d4", message=message().id), Answer("funk", "99", "!a1b2c3d4")]


async def test_a_test_names_nobody_and_is_answered_by_ok(radios: Radios, node: SimulatedNode) -> None:
    made = channel(radios)
    async with hearing(made) as answers:
        node.hear(simulated_node.packet(OTHER, 1, b"ok", channel=2))
        await made.send(message(sort=Sort.TEST, number=NAME, title="Probealarm"))
        node.hear(simulated_node.packet(OTHER, 1, b"OK!", channel=2))
        await waiting.until(lambda: bool(answers))

    ((_, _, text),) = node.texts
    assert text.endswith(" Antwort: ok")
    assert NAME not in text
    assert answers == [Answer("funk", "", "!a1b2c3d4")]


def _packet(order: dict[int, int | bytes]) -> bytes:
    packet = order[1]
    assert isinstance(packet, bytes)
    return packet


async def test_the_hub_reaches_the_radio_of_a_box_over_the_broker(
    node: SimulatedNode, tmp_path: Path, mosquitto: MqttSettings
) -> None:
    socket = tmp_path / "radio.sock"
    async with (
        owners.owning(node, socket),
        reaching(socket, "71-09") as of_box,
        reaching(tmp_path / "none.sock") as of_hub,
        _connected(mosquitto, of_box, "box"),
        _connected(mosquitto, of_hub, "hub"),
    ):
        await waiting.until(lambda: len(of_box.own) == 2)
        made = channel(of_hub, by="box", box="71-09")
        async with hearing(made) as answers:
            await made.send(message())
            node.hear(simulated_node.packet(OTHER, 1, b"17 ok", channel=2))
            await waiting.until(lambda: bool(answers))
        again = await _refusal(made)

    assert [text for _, _, text in node.texts] == [f"Hilferuf H 17, Bezirk 71 {GENERAL} #0abcde Antwort: H 17 ok"]
    assert answers == [Answer("funk", "17", "!a1b2c3d4")]
    assert again == "limited"


@contextlib.asynccontextmanager
async def _connected(broker: MqttSettings, radios: Radios, name: str) -> AsyncIterator[None]:
    """Radios with a session at the broker, as the crisis part gives them one."""

    async def take(session: mqtt.Session) -> None:
        while True:
            for delivery in await session.burst():
                radios.take(delivery.topic, delivery.payload)

    client = mqtt.passing(f"radios-{name}")
    async with mqtt.session(broker, client, (), durable=False, optional=radios.topics) as session:
        taking = asyncio.create_task(take(session))
        await session.connected.wait()
        with radios.attached(session):
            yield
        taking.cancel()


async def _refusal(made: Channel) -> str:
    with pytest.raises(ChannelUnavailable) as raised:
        await made.send(message(number="H 18"))
    return raised.value.slug


@pytest.mark.slow
async def test_real_nodes_pass_on_what_goes_to_a_radio_and_comes_from_it(
    any_broker: MqttSettings, run: Run, district: str, node: SimulatedNode
) -> None:
    async with (
        run(f"hub-{district}", any_broker, is_hub=True) as hub,
        run(f"{district}-01", any_broker, of=hub.name) as box,
        owners.owning(node, box.radios.socket),
    ):
        await waiting.until(lambda: len(box.radios.own) == 2)
        made = channel(hub.radios, by="box", box=box.name)
        async with hearing(made) as answers:
            await until_sent(made)
            node.hear(simulated_node.packet(OTHER, 1, b"17 ok", channel=2))
            await waiting.until(lambda: bool(answers))

    assert [text for _, _, text in node.texts] == [f"Hilferuf H 17, Bezirk 71 {GENERAL} #0abcde Antwort: H 17 ok"]
    assert answers == [Answer("funk", "17", "!a1b2c3d4")]


async def until_sent(made: Channel) -> None:
    """Send, and try again until both nodes are connected with the broker."""

    async def is_sent() -> bool:
        try:
            await made.send(message())
        except ChannelUnavailable:
            return False
        return True

    await waiting.until(is_sent)


async def test_a_box_whose_radio_is_gone_says_so_to_the_hub(tmp_path: Path) -> None:
    box, connection = Radios(tmp_path / "none.sock", "71-09"), Connection()
    order = b"\x0a\x05\x35\x07\x00\x00\x00"  # a packet with the id 7

    with box.attached(connection):
        taken = box.take("kb/v1/71-09/radio/down", order)
        others = box.take("kb/v1/71-10/radio/down", order)

    assert (taken, others) == (True, False)
    assert connection.published == [("kb/v1/71-09/radio/up", b"\x5a\x04\x08\x04\x20\x07")]  # NO_INTERFACE


async def test_by_mqtt_it_is_an_envelope_for_the_gateways_of_the_channel(tmp_path: Path) -> None:
    radios, connection = Radios(tmp_path / "none.sock", None), Connection()
    made = channel(radios, **MQTT)

    with radios.attached(connection):
        await made.send(message())

    ((topic, payload),) = connection.published
    found = envelopes.opened(payload, [ChannelKey.parse(STAFF, KEY)])
    assert topic == f"msh/EU_868/2/e/{STAFF}/!6b7a6278"
    assert found is not None
    text = packets.read(found[1])
    assert isinstance(text, packets.Text)
    assert text.text == f"Hilferuf H 17, Bezirk 71 {GENERAL} #0abcde Antwort: H 17 ok"
    assert (found[1].want_ack, found[1].sender, found[1].hop_limit) == (True, radio_text.OUR_NODE, 3)
    assert GENERAL.encode() not in payload


async def test_by_mqtt_answers_are_those_with_the_channel_s_key(tmp_path: Path) -> None:
    radios = Radios(tmp_path / "none.sock", None, (f"msh/EU_868/2/e/{STAFF}/+",))
    made = channel(radios, **MQTT, known=["!a1b2c3d4"])
    right, wrong = ChannelKey.parse(STAFF, KEY), ChannelKey.parse(STAFF, "AQ==")
    async with hearing(made) as answers:
        for key, sender, words in (
            (wrong, OTHER, "1 ok"),
            (right, radio_text.OUR_NODE, "2 ok"),
            (right, OTHER, "3 ok"),
        ):
            envelope = envelopes.sealed(packets.text(words, 5, channel=0, sender=sender), key, OTHER)
            radios.take(f"msh/EU_868/2/e/{STAFF}/!a1b2c3d4", envelope)
        radios.take(f"msh/EU_868/2/e/{STAFF}/!a1b2c3d4", b"noise")
        await waiting.until(lambda: bool(answers))

    assert answers == [Answer("funk", "3", "!a1b2c3d4", is_known=True)]


async def test_by_mqtt_without_a_broker_another_channel_is_tried(tmp_path: Path) -> None:
    radios = Radios(tmp_path / "none.sock", None)

    with pytest.raises(ChannelUnavailable) as raised:
        await channel(radios, **MQTT).send(message())

    assert raised.value.slug == "no_broker"


@pytest.mark.parametrize(("key", "said"), [("AQ==", "everybody can read this channel"), (KEY, "")])
async def test_a_channel_without_a_key_of_its_own_is_said(tmp_path: Path, key: str, said: str) -> None:
    radios = Radios(tmp_path / "none.sock", None)

    assert (await channel(radios, **MQTT | {"key": key}).check()).startswith(said)


@pytest.mark.slow
async def test_another_program_reads_our_alarm_and_its_answer_is_heard(tmp_path: Path, mosquitto: MqttSettings) -> None:
    made = channel(radios := Radios(tmp_path / "none.sock", None, (f"msh/EU_868/2/e/{STAFF}/+",)), **MQTT)
    reading = await _mmqtt(tmp_path, mosquitto, "--listen")
    assert reading.stdout is not None
    try:
        await _until_printed(reading.stdout, "Subscribed")
        async with _connected(mosquitto, radios, "mmqtt"), hearing(made) as answers:
            await made.send(message(title="Hilferuf H 17, Köpenick"))
            printed = await _until_printed(reading.stdout, "Message Payload", 12)
            writing = await _mmqtt(tmp_path, mosquitto, "--message", "17 ok")
            await waiting.until(lambda: bool(answers))
            writing.kill()
            await writing.communicate()
    finally:
        reading.kill()
        await reading.communicate()

    assert "portnum: TEXT_MESSAGE_APP" in printed
    assert "Hilferuf H 17, K\\303\\266penick" in printed  # as protobuf prints UTF-8
    assert answers == [Answer("funk", "17", "!a1b2c3d4")]


async def _mmqtt(folder: Path, broker: MqttSettings, *arguments: str) -> asyncio.subprocess.Process:
    recipe = ROOT / "deploy" / "mmqtt" / "requirements.txt"
    made = servers.made(f"mmqtt-{servers.checksum(recipe)}")
    if made is None:
        absent("mmqtt")
    config = folder / "mmqtt.json"
    written = {
        "mqtt": {"broker": broker.host, "port": broker.port, "user": "", "password": "", "root_topic": "msh/EU_868"},
        "channel": {"preset": STAFF, "key": KEY},
        "nodeinfo": {"id": "!a1b2c3d4", "short_name": "A", "long_name": "Anna"},
        "message": {"destination_id": packets.EVERYBODY},
        "mode": {"listen": False},
    }
    await asyncio.to_thread(config.write_text, json.dumps(written))
    command = [str(made / "bin" / "python"), "-u", "-m", "mmqtt", "--config", str(config), *arguments]
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=folder)


async def _until_printed(output: asyncio.StreamReader, words: str, lines_after: int = 0) -> str:
    """What is printed up to a line with these words, and some lines more."""
    found = ""
    async with asyncio.timeout(waiting.HANGING_SECONDS):
        while words not in found:
            line = await output.readline()
            assert line, f"it ended, and printed:\n{found}"
            found += line.decode()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                for _ in range(lines_after):
                    found += (await output.readline()).decode()
    return found
