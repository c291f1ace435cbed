from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devices.wire.meshtastic import mesh_pb2, packets
from kiezbox.errors import OperatorError
from kiezbox.settings import RadioSettings
from radio import serial_port
from radio.attached import Refusal
from radio.owner import Owner
from tests.devices.support.protobuf_bytes import field
from tests.radio.support import owners, simulated_node
from tests.radio.support.simulated_node import NUMBER, OTHER
from tests.support import waiting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.radio.support.simulated_node import SimulatedNode


def text(words: str, packet_id: int = 7) -> bytes:
    return mesh_pb2.ToRadio(packet=packets.text(words, packet_id, channel=0)).SerializeToString()


def answers(heard: list[mesh_pb2.FromRadio], packet_id: int = 7) -> list[int]:
    """What was said of a packet: the queue's word and then the receipt's."""
    queued = [said.queue_status for said in heard if said.WhichOneof("payload") == "queue_status"]
    found = [status.res for status in queued if status.mesh_packet_id == packet_id]
    receipts = [packets.read(said.packet) for said in heard if said.WhichOneof("payload") == "packet"]
    return found + [each.error for each in receipts if isinstance(each, packets.Receipt)]


@pytest.mark.usefixtures("owner")
async def test_a_text_goes_to_the_staff_s_channel_and_its_receipt_comes_back(
    node: SimulatedNode, radio_socket: Path
) -> None:
    async with owners.listening(radio_socket) as (link, heard):
        link.send(text("Hilferuf H 17"))
        await waiting.until(lambda: len(answers(heard)) == 2)

    assert node.texts == [(2, packets.EVERYBODY, "Hilferuf H 17")]
    assert answers(heard) == [0, 0]


@pytest.mark.usefixtures("owner")
async def test_a_second_text_within_a_minute_is_not_sent(node: SimulatedNode, radio_socket: Path) -> None:
    async with owners.listening(radio_socket) as (link, heard):
        link.send(text("eins"))
        link.send(text("zwei", 8))
        await waiting.until(lambda: bool(answers(heard, 8)))

    assert answers(heard, 8)[0] == Refusal.RATE_LIMIT_EXCEEDED
    assert [words for _, _, words in node.texts] == ["eins"]


@pytest.mark.usefixtures("owner")
async def test_a_text_that_the_node_does_not_take_costs_no_minute(node: SimulatedNode, radio_socket: Path) -> None:
    node.queue_error = 9  # the band's limit of airtime
    async with owners.listening(radio_socket) as (link, heard):
        link.send(text("eins"))
        await waiting.until(lambda: answers(heard) == [9])
        node.queue_error = 0
        link.send(text("noch einmal", 8))
        await waiting.until(lambda: bool(node.texts))

    assert [words for _, _, words in node.texts] == ["noch einmal"]


async def test_a_text_that_the_port_does_not_take_costs_no_minute(
    node: SimulatedNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with owners.owning(node, tmp_path / "r.sock") as owner, owners.listening(tmp_path / "r.sock"):
        with monkeypatch.context() as patch:
            patch.setattr(owner, "_write", lambda _order: False)  # its buffer is full
            refused = owner._down(text("eins"))
        taken = owner._down(text("noch einmal", 8))
        await waiting.until(lambda: bool(node.texts))

    assert refused is not None
    assert refused.queue_status.res == Refusal.NO_INTERFACE
    assert taken is None


async def test_a_program_that_asks_again_and_again_fills_no_log(
    node: SimulatedNode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with owners.owning(node, tmp_path / "r.sock") as owner, owners.listening(tmp_path / "r.sock"):
        for _ in range(200):
            owner._down(b"\xff")
            owner._down(mesh_pb2.ToRadio(disconnect=True).SerializeToString())

    assert 0 < caplog.text.count("a packet is not sent") <= 10


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "order",
    [
        mesh_pb2.ToRadio(want_config_id=5),
        mesh_pb2.ToRadio(disconnect=True),
        mesh_pb2.ToRadio(
            packet=mesh_pb2.MeshPacket(
                id=7, to=NUMBER, decoded=mesh_pb2.Data(portnum=packets.PortNum.ADMIN, payload=b"\x08\x01")
            )
        ),
        mesh_pb2.ToRadio(packet=mesh_pb2.MeshPacket(id=7, encrypted=b"noise")),
    ],
    ids=["keys", "disconnect", "admin", "encrypted"],
)
async def test_nothing_but_texts_goes_down(node: SimulatedNode, radio_socket: Path, order: mesh_pb2.ToRadio) -> None:
    async with owners.listening(radio_socket) as (link, heard):
        before = len(node.orders)
        link.send(order.SerializeToString())
        await waiting.until(lambda: bool(answers(heard, order.packet.id)))

    assert answers(heard, order.packet.id) == [Refusal.NOT_AUTHORIZED]
    assert len(node.orders) == before


@pytest.mark.usefixtures("owner")
async def test_keys_and_what_strangers_say_stay_at_the_port(node: SimulatedNode, radio_socket: Path) -> None:
    async with owners.listening(radio_socket) as (_, heard):
        node.hear(simulated_node.packet(OTHER, 1, b"privat", channel=0))
        node.hear(simulated_node.packet(OTHER, 3, b"\x0d\x00\x00\x00\x00"))
        node.hear(simulated_node.packet(OTHER, 1, b"17 ok", channel=2))
        await waiting.until(lambda: any(said.packet.sender == OTHER for said in heard))

    words = [said.packet.decoded.payload for said in heard if said.WhichOneof("payload") == "packet"]
    assert words == [b"17 ok"]
    assert all(simulated_node.OWN_KEY not in said.SerializeToString() for said in heard)


@pytest.mark.usefixtures("owner")
async def test_what_is_answered_to_our_node_alone_is_heard(node: SimulatedNode, radio_socket: Path) -> None:
    async with owners.listening(radio_socket) as (_, heard):
        node.hear(simulated_node.packet(OTHER, 1, b"by the primary channel", to=NUMBER))
        node.hear(simulated_node.packet(OTHER, 1, b"to another", to=OTHER, is_by_key=True))
        node.hear(simulated_node.packet(OTHER, 3, b"a position", to=NUMBER, is_by_key=True))
        node.hear(simulated_node.packet(OTHER, 1, b"17 ok", to=NUMBER, is_by_key=True))
        await waiting.until(lambda: any(said.packet.sender == OTHER for said in heard))

    words = [said.packet.decoded.payload for said in heard if said.WhichOneof("payload") == "packet"]
    assert words == [b"17 ok"]


@pytest.mark.usefixtures("owner")
async def test_a_node_that_is_unplugged_is_waited_for(node: SimulatedNode, radio_socket: Path) -> None:
    async with owners.listening(radio_socket) as (link, heard):
        node.unplug()
        await waiting.until(lambda: heard[-1].WhichOneof("payload") == "my_info" and not heard[-1].my_info.my_node_num)
        link.send(text("zu früh", 6))
        await waiting.until(lambda: answers(heard, 6) == [Refusal.NO_INTERFACE])
        node.plug_in()
        await waiting.until(lambda: heard[-1].WhichOneof("payload") == "channel")
        link.send(text("wieder da"))
        await waiting.until(lambda: bool(node.texts))

    assert node.texts == [(2, packets.EVERYBODY, "wieder da")]


@pytest.mark.usefixtures("owner")
async def test_noise_at_the_port_costs_no_packet(node: SimulatedNode, radio_socket: Path) -> None:
    async with owners.listening(radio_socket) as (_, heard):
        node.say(b"\x1b[34mINFO  | 12:00:01 [Router] hello\r\n\x94\xc3\x00\x05\xff\xff")
        node.hear(simulated_node.packet(OTHER, 1, b"17 ok", channel=2))
        await waiting.until(lambda: any(said.packet.sender == OTHER for said in heard))


@pytest.mark.usefixtures("owner")
async def test_a_node_that_starts_anew_is_asked_again(node: SimulatedNode, radio_socket: Path) -> None:
    async with owners.listening(radio_socket):
        node.hear(field(8, 1))
        await waiting.until(lambda: node.greeted == 2)


@pytest.mark.parametrize(
    ("channels", "why"),
    [
        ({0: ("LongFast", b"\x01")}, Refusal.NO_CHANNEL),
        ({0: (simulated_node.STAFF, b"\x01")}, None),
        ({0: ("", b"\x01"), 1: (simulated_node.STAFF, b"")}, None),
    ],
    ids=["without the channel", "with everybody's key", "with the key of everybody's channel"],
)
async def test_a_node_that_is_not_set_up_says_so(
    tmp_path: Path, radio_socket: Path, channels: dict[int, tuple[str, bytes]], why: Refusal | None
) -> None:
    node = simulated_node.SimulatedNode(tmp_path / "node", channels)
    node.plug_in()
    try:
        async with owners.owning(node, radio_socket), owners.listening(radio_socket) as (link, heard):
            link.send(text("Hilferuf"))
            await waiting.until(lambda: bool(answers(heard)))
    finally:
        node.unplug()

    keys = [said.channel.settings.psk for said in heard if said.WhichOneof("payload") == "channel"]
    assert (answers(heard)[0], keys) == ((why, []) if why else (0, [b"\x01"]))


async def test_one_process_owns_a_port(owner: Owner, node: SimulatedNode, radio_socket: Path, tmp_path: Path) -> None:
    del owner
    async with owners.listening(radio_socket):
        pass
    code = (
        "import asyncio, sys, pathlib; from kiezbox.settings import RadioSettings; from radio.owner import Owner;"
        "from kiezbox.errors import OperatorError\n"
        "owner = Owner(RadioSettings(device=pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]))\n"
        "try: asyncio.run(owner.serve(asyncio.Event()))\n"
        "except OperatorError as error: print(error.message)"
    )
    command = [sys.executable, "-c", code, str(node.device), str(tmp_path / "other.sock")]

    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True, timeout=60)

    assert f"(process {os.getpid()})" in done.stdout


async def test_one_process_serves_a_socket(owner: Owner, radio_socket: Path, tmp_path: Path) -> None:
    del owner
    await waiting.until(radio_socket.exists)
    other = Owner(RadioSettings(device=tmp_path / "another"), radio_socket)

    with pytest.raises(OperatorError, match="another kiezbox radio serves"):
        await other.serve(asyncio.Event())


async def test_the_socket_of_an_owner_that_was_killed_is_taken_over(node: SimulatedNode, radio_socket: Path) -> None:
    code = (
        "import asyncio, sys, pathlib; from kiezbox.settings import RadioSettings; from radio.owner import Owner\n"
        "owner = Owner(RadioSettings(device=pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]))\n"
        "asyncio.run(owner.serve(asyncio.Event()))"
    )
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(node.device), str(radio_socket))
    async with owners.listening(radio_socket):
        first.send_signal(signal.SIGKILL)
        await first.wait()

    was_left = await asyncio.to_thread(radio_socket.exists)
    async with owners.owning(node, radio_socket), owners.listening(radio_socket) as (link, _):
        link.send(text("weiter"))
        await waiting.until(lambda: bool(node.texts))

    assert (was_left, await asyncio.to_thread(radio_socket.exists)) == (True, False)


@pytest.mark.usefixtures("owner")
async def test_the_socket_is_for_us_alone(radio_socket: Path) -> None:
    await waiting.until(radio_socket.exists)

    assert (await asyncio.to_thread(radio_socket.stat)).st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda at: at / ("x" * 100), "too long for a socket"),
        (lambda at: at / "file" / "radio.sock", "cannot be made"),
        (lambda at: at / "file", "is no socket"),
    ],
    ids=["too long", "no folder", "a file"],
)
async def test_a_socket_that_cannot_be_is_explained(tmp_path: Path, make: object, said: str) -> None:
    (tmp_path / "file").write_text("")
    assert callable(make)
    owner = Owner(RadioSettings(device=tmp_path / "node"), make(tmp_path))

    with pytest.raises(OperatorError, match=said):
        await owner.serve(asyncio.Event())


def test_what_is_no_serial_port_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match="is no serial port"):
        serial_port.opened(tmp_path / "file")


def test_without_a_port_it_is_said_which_setting_names_it(radio_socket: Path) -> None:
    with pytest.raises(OperatorError, match="no serial port is set"):
        Owner(RadioSettings(), radio_socket)
