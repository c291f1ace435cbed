"""What credentials of 10,000 boxes cost a broker: its files, its start, a reload, and everybody coming back after a
power cut. NATS and Mosquitto with files as `kiezbox broker apply` writes them; each box has two users.

Prints a line for each broker. The clients are on the same machine, and take their share of it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import struct
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmarks.rig import servers
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
def running(kind: str, folder: Path) -> Iterator[Broker]:
    """A broker in a folder that has its users' files already."""
    box_port, hub_port = servers.unused_port(), servers.unused_port()
    file = folder / "broker.conf"
    if kind == "nats":
        hub_port = box_port
        file.write_text(
            f'server_name: bench\nlisten: "127.0.0.1:-1"\njetstream {{ store_dir: "{folder}" }}\n'
            f'mqtt {{ listen: "127.0.0.1:{box_port}" }}\ninclude "{nats.FILE}"\n'
        )
        command = str(embedded.binary())
    else:
        command = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") or ""
        if not command:
            raise servers.missing("Mosquitto", "it is not installed")
        file.write_text(
            "user root\nper_listener_settings true\n"
            f"listener {box_port} 127.0.0.1\nuse_username_as_clientid true\nallow_anonymous false\n"
            f"password_file {folder / mosquitto.BOX_PASSWORDS}\nacl_file {folder / mosquitto.BOX_ACL}\n"
            f"listener {hub_port} 127.0.0.1\nallow_anonymous false\n"
            f"password_file {folder / mosquitto.HUB_PASSWORDS}\nacl_file {folder / mosquitto.HUB_ACL}\n"
        )
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


def main() -> None:
    """Both brokers, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=1_000)
    options = parser.parse_args()
    for kind in ("nats", "mosquitto"):
        print(asyncio.run(measure(kind, options.boxes, options.connections)))


if __name__ == "__main__":
    main()
