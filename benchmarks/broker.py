"""What credentials of 10,000 boxes cost a broker: its files, its start, a reload, and everybody coming back after a
power cut. NATS and Mosquitto with files as `kiezbox broker apply` writes them; each box has two users.

Prints a line for each broker, then how many messages a second go in and come out with these users and without any,
in turns.
The clients are on the same machine, and take their share of it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import shutil
import statistics
import struct
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from pydantic import SecretStr

from benchmarks.rig import servers
from kiezbox import mqtt
from kiezbox.settings import MqttSettings
from stack.broker import files, mosquitto, nats, passwords, users
from stack.embedded import nats as embedded
from stack.embedded.program import Program
from storage import credentials
from storage.credentials import Credential, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stack.broker.users import User

PASSWORD = "of all boxes, in this benchmark"
HUB = "kiezbox-operator"
PING, PINGRESP = b"\xc0\x00", b"\xd0\x00"
START_SECONDS = 120.0
_QUEUES = "user root\nmax_queued_messages 1000000\nmax_inflight_messages 20000\n"
SENDERS = 20
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that runs. The hub's users sign in at `hub_port`."""

    process: psutil.Process
    box_port: int
    hub_port: int


def many(boxes: int) -> list[User]:
    """The users of so many boxes: each with a hash of its own, as in a database."""
    names = [f"{district:02x}-{number:02x}" for district in range(256) for number in range(1, 256)][:boxes]
    known = [
        credentials.of_box(name, kind, passwords.hashes(PASSWORD))
        for name in names
        for kind in (Kind.SENSOR, Kind.NODE)
    ]
    return users.of([*known, Credential(HUB, Kind.OPERATOR, passwords.hashes(PASSWORD))])


def render(kind: str, found: list[User]) -> dict[str, str]:
    """The broker's files with these users."""
    return {nats.FILE: nats.render(found)} if kind == "nats" else dict(mosquitto.render(found))


@contextlib.contextmanager
def running(kind: str, folder: Path, *, is_open: bool = False) -> Iterator[Broker]:
    """A broker in a folder that has its users' files already. When it is open it asks nobody who they are."""
    box_port, hub_port = servers.unused_port(), servers.unused_port()
    file = folder / "broker.conf"
    if kind == "nats":
        hub_port = box_port
        file.write_text(
            f'server_name: bench\nlisten: "127.0.0.1:-1"\njetstream {{ store_dir: "{folder}" }}\n'
            f'mqtt {{ listen: "127.0.0.1:{box_port}", max_ack_pending: 10000 }}\n'
            + ("" if is_open else f'include "{nats.FILE}"\n')
        )
        command = str(embedded.binary())
    else:
        command = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") or ""
        if not command:
            raise servers.missing("Mosquitto", "it is not installed")
        boxes = f"password_file {folder / mosquitto.BOX_PASSWORDS}\nacl_file {folder / mosquitto.BOX_ACL}\n"
        hub = f"password_file {folder / mosquitto.HUB_PASSWORDS}\nacl_file {folder / mosquitto.HUB_ACL}\n"
        text = (
            f"listener {box_port} 127.0.0.1\nlistener {hub_port} 127.0.0.1\nallow_anonymous true\n"
            if is_open
            else "per_listener_settings true\n"
            f"listener {box_port} 127.0.0.1\nuse_username_as_clientid true\nallow_anonymous false\n{boxes}"
            f"listener {hub_port} 127.0.0.1\nallow_anonymous false\n{hub}"
        )
        file.write_text(_QUEUES + text)
    with servers.running(Program(kind, (command, "-c", str(file))), folder / "output") as process:
        broker = Broker(psutil.Process(process.pid), box_port, hub_port)
        yield broker


async def sign_in(port: int, user: str, client_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """A connection; None when it is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    texts = b"".join(struct.pack("!H", len(text)) + text.encode() for text in (client_id, user, PASSWORD))
    body = b"\x00\x04MQTT\x04\xc2\x00\x3c" + texts
    writer.write(bytes((0x10, len(body))) + body)
    answer = await reader.read(4)
    if answer[:2] == b"\x20\x02" and answer[3] == 0:
        return reader, writer
    writer.close()
    return None


async def measure(kind: str, boxes: int, connections: int) -> str:
    """One line for one broker."""
    known = many(boxes)
    began = time.perf_counter()
    texts = render(kind, known)
    rendering = time.perf_counter() - began
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as name:
        folder = Path(name)
        files.replace(folder, texts)
        size = sum(len(text) for text in texts.values())
        began = time.perf_counter()
        with running(kind, folder) as broker:
            while True:
                with contextlib.suppress(OSError):
                    if await sign_in(broker.hub_port, HUB, "first"):
                        break
                if time.perf_counter() - began > START_SECONDS:
                    raise servers.missing(kind, "it does not start")
                await asyncio.sleep(0.02)
            starting = time.perf_counter() - began
            memory = broker.process.memory_info().rss / 1e6
            opened, connecting = await come_back(broker, known, connections)
            cpu = sum(broker.process.cpu_times()[:2])
            reloading, stalled = await reload(kind, broker, folder, known, opened[0])
            cpu = sum(broker.process.cpu_times()[:2]) - cpu
            alive = [await pinged(*each) for each in opened]
            for _, writer in opened:
                writer.close()
    return (
        f"{kind}: {boxes} boxes, {len(known)} users; files {size / 1e6:.1f} MB, rendered in {rendering:.2f} s; "
        f"start {starting:.2f} s, {memory:.0f} MB; {connections} connections in {connecting:.1f} s "
        f"({connections / connecting * 60:.0f} a minute); a new user gets in {reloading:.2f} s after the signal, "
        f"the longest answer meanwhile {stalled:.2f} s, {cpu:.2f} s of CPU; still connected {sum(alive)}/{connections}"
    )


async def come_back(
    broker: Broker, known: list[User], connections: int
) -> tuple[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]], float]:
    """So many boxes sign in, 50 at a time."""
    names = [user.name for user in known if user.is_of_box][:: max(1, len(known) // connections)][:connections]
    gate = asyncio.Semaphore(50)

    async def one(name: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with gate:
            found = await sign_in(broker.box_port, name, name)
            assert found is not None, name
            return found

    began = time.perf_counter()
    opened = await asyncio.gather(*(one(name) for name in names))
    return list(opened), time.perf_counter() - began


async def reload(
    kind: str,
    broker: Broker,
    folder: Path,
    known: list[User],
    steady: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> tuple[float, float]:
    """Add a box: seconds until it gets in, and the longest that a connected box waited for an answer meanwhile."""
    added = users.of([credentials.of_box("new-box", Kind.SENSOR, passwords.hashes(PASSWORD))])
    files.replace(folder, render(kind, [*known, *added]))
    longest = 0.0
    is_in = asyncio.Event()

    async def ping() -> None:
        nonlocal longest
        while not is_in.is_set():
            began = time.perf_counter()
            await pinged(*steady)
            longest = max(longest, time.perf_counter() - began)
            await asyncio.sleep(0.005)

    began = time.perf_counter()
    pinging = asyncio.create_task(ping())
    broker.process.send_signal(1)
    while await sign_in(broker.box_port, "new-box", "new-box") is None:  # noqa: ASYNC110 -- what another process does
        await asyncio.sleep(0.01)
    took = time.perf_counter() - began
    is_in.set()
    await pinging
    return took, longest


async def pinged(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Whether the broker answers on this connection."""
    try:
        writer.write(PING)
        return await reader.readexactly(2) == PINGRESP
    except (OSError, asyncio.IncompleteReadError):
        return False


async def through(kind: str, folder: Path, known: list[User], messages: int, *, is_open: bool) -> tuple[float, float]:
    """Messages a second, all acknowledged: as boxes send them, and as a session like ingest's then takes what waits."""
    with running(kind, folder, is_open=is_open) as broker:
        settings = MqttSettings(port=broker.hub_port, username="kiezbox-ingest", password=SecretStr(PASSWORD))
        ours = functools.partial(mqtt.session, settings, "kiezbox-ingest", ("kb/v1/+/telemetry",))
        async with ours() as session, asyncio.timeout(START_SECONDS):
            await session.connected.wait()
        boxes = [user.name for user in known if user.is_of_box and not user.name.endswith("-node")][-SENDERS:]
        opened = [await sign_in(broker.box_port, box, box) for box in boxes]
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for connection, box in zip(opened, boxes, strict=True):
                assert connection is not None
                group.create_task(send(*connection, box, messages // SENDERS))
        sent = time.perf_counter()
        arrived = 0
        async with ours() as session, asyncio.timeout(START_SECONDS):
            while arrived < messages // SENDERS * SENDERS:
                burst = await session.burst()
                session.acknowledge(burst)
                arrived += len(burst)
        return arrived / (sent - began), arrived / (time.perf_counter() - sent)


async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, box: str, count: int) -> None:
    """Publish with QoS 1, at the most 200 without an acknowledgement."""
    topic = f"kb/v1/{box}/telemetry".encode()
    room = asyncio.Semaphore(200)

    async def acknowledged() -> None:
        for _ in range(count):
            await reader.readexactly(4)
            room.release()

    reading = asyncio.create_task(acknowledged())
    for number in range(1, count + 1):
        await room.acquire()
        body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", number) + b"x" * 200
        writer.write(b"\x32" + bytes((len(body) & 0x7F | 0x80, len(body) >> 7)) + body)
    await reading
    writer.close()


async def compare(kind: str, boxes: int, messages: int) -> str:
    """With credentials and without, in turns."""
    known = [
        *many(boxes),
        *users.of([Credential("kiezbox-ingest", Kind.INGEST, passwords.hashes(PASSWORD))]),
    ]
    rates: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for is_open, found in rates.items():
            with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as name:
                files.replace(Path(name), render(kind, known))
                found.append(await through(kind, Path(name), known, messages, is_open=is_open))
    lines = []
    for what, at in (("boxes send", 0), ("ingest's session takes", 1)):
        without, with_them = (statistics.median(each[at] for each in rates[is_open]) for is_open in (True, False))
        lines.append(
            f"{what} {with_them:.0f} messages/s with credentials, {without:.0f} without: {with_them / without:.2f}"
        )
    return f"{kind}: " + "; ".join(lines)


def main() -> None:
    """Both brokers, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--messages", type=int, default=20_000)
    options = parser.parse_args()
    for kind in ("nats", "mosquitto"):
        print(asyncio.run(measure(kind, options.boxes, options.connections)))
        print(asyncio.run(compare(kind, options.boxes, options.messages)))


if __name__ == "__main__":
    main()
