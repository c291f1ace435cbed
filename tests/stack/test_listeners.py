"""Which doors stand open, on real listeners."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from typing import TYPE_CHECKING

import psutil
import pytest

from kiezbox.settings import ApiSettings, DatabaseSettings, MqttSettings, Settings
from stack import listeners
from stack.broker import nats as users_file
from stack.broker import rights
from stack.embedded import nats
from stack.findings import Level
from stack.listeners import Anonymous
from stack.ports import Address
from tests.conftest import answers_on, running, unused_port
from tests.support import tcp
from tests.support.waiting import until

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator
    from pathlib import Path

EVERYWHERE = Address("0.0.0.0", 1883)
LOOPBACK = MqttSettings()


@contextlib.asynccontextmanager
async def saying(line: bytes, host: str = "127.0.0.1") -> AsyncIterator[Address]:
    """A server that says one line to whoever connects."""

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(line)

    async with tcp.Server(serve, host=host) as server:
        yield Address(host, server.port)


def of_another_network() -> str:
    """An address of this machine that others could reach."""
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family is socket.AF_INET and not each.address.startswith("127."):
                return each.address
    pytest.skip("this machine has no network besides loopback")


@pytest.mark.parametrize("name", ["broker", "mosquitto"])
async def test_a_broker_that_asks_nobody_is_open(name: str, request: pytest.FixtureRequest) -> None:
    assert await listeners.ask_anonymously(request.getfixturevalue(name)) is Anonymous.UNRESTRICTED


@pytest.mark.slow
async def test_a_broker_that_lets_senders_in_without_a_name_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    server = nats.Nats(tmp_path / "nats", Address("127.0.0.1", unused_port()), has_users=True)
    asked = MqttSettings(host="127.0.0.1", port=server.address.port)
    server.prepare()
    users = server.folder / users_file.FILE
    users.write_text(users_file.render([], rights.anonymous()))
    with running(server.program(), server.folder, answers_on(server.address.port)):
        before = await listeners.ask_anonymously(asked)
        users.write_text(users_file.render([]))
        os.kill(int(server.pid_file.read_text()), signal.SIGHUP)

        async def is_refused() -> bool:
            return await listeners.ask_anonymously(asked) is Anonymous.REFUSED

        await until(is_refused)

    assert before is Anonymous.RESTRICTED


def test_the_worst_is_a_broker_that_others_reach_and_that_asks_nobody() -> None:
    (found,) = listeners.broker(LOOPBACK, Anonymous.UNRESTRICTED, [EVERYWHERE])

    assert found.level is Level.FAIL
    assert "0.0.0.0:1883" in found.text
    assert "docs/operating.md" in found.advice


def test_on_loopback_that_is_a_warning_and_a_broker_on_another_machine_is_not_loopback() -> None:
    (here,) = listeners.broker(LOOPBACK, Anonymous.UNRESTRICTED, [])
    (there,) = listeners.broker(MqttSettings(host="broker.example.org"), Anonymous.UNRESTRICTED, [])

    assert (here.level, there.level) == (Level.WARN, Level.FAIL)


def test_senders_without_a_name_are_a_warning_unless_only_this_machine_has_them() -> None:
    (others,) = listeners.broker(LOOPBACK, Anonymous.RESTRICTED, [EVERYWHERE])

    assert others.level is Level.WARN
    assert "kiezbox broker close" in others.advice
    assert listeners.broker(LOOPBACK, Anonymous.RESTRICTED, []) == []
    assert listeners.broker(LOOPBACK, Anonymous.REFUSED, [EVERYWHERE]) == []


@pytest.mark.parametrize(
    ("anonymous", "is_closed", "says"),
    [
        (Anonymous.REFUSED, True, ["nobody comes in without being asked who they are"]),
        (Anonymous.REFUSED, False, []),  # a user that boxes share, or a box's name without a password
        (Anonymous.UNKNOWN, True, []),
    ],
)
def test_all_is_well_only_where_senders_without_a_credential_are_not_let_in(
    anonymous: Anonymous, is_closed: bool, says: list[str]
) -> None:
    assert [each.text for each in listeners.all_is_well(anonymous, is_closed=is_closed)] == says


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_broker_that_lets_this_machine_in_without_a_name_is_not_said_to_ask_everybody(is_closed: bool) -> None:
    (found,) = listeners.all_is_well(Anonymous.RESTRICTED, is_closed=is_closed)

    assert found.level is Level.OK
    assert "without a password" in found.text


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        (b'INFO {"server_id": "x", "tls_required": false}\r\n', True),
        (b'INFO {"server_id": "x", "tls_required": true}\r\n', True),  # any certificate will do
        (b'INFO {"server_id": "x", "tls_required": true, "tls_verify": true}\r\n', False),
        (b"SSH-2.0-OpenSSH\r\n", False),
        (b"INFO nonsense\r\n", False),
    ],
)
async def test_a_cluster_port_without_mutual_tls_is_open(said: bytes, is_open: bool) -> None:
    async with saying(said) as address:
        found = await listeners.cluster([address])

    assert [each.level for each in found] == ([Level.FAIL] if is_open else [])


async def test_only_what_others_can_reach_counts_as_listening() -> None:
    async with saying(b"", "127.0.0.1") as here, saying(b"", of_another_network()) as there:
        assert listeners.listening(here.port) == []
        assert listeners.listening(there.port) == [there]


async def test_plain_http_and_the_database_are_named_where_others_reach_them() -> None:
    async with saying(b"", of_another_network()) as http, saying(b"", of_another_network()) as database:
        found = await listeners.examine(
            Settings(
                api=ApiSettings(port=http.port),
                mqtt=MqttSettings(port=unused_port()),
                database=DatabaseSettings.model_validate({"url": f"postgresql://kiezbox@localhost:{database.port}/x"}),
            ),
            asks_broker=False,
        )

    assert [each.level for each in found] == [Level.WARN, Level.WARN]
    assert f"HTTP at {http}" in found[0].text
    assert f"PostgreSQL at {database}" in found[1].text


async def test_a_broker_that_does_answer_is_asked(broker: MqttSettings) -> None:
    settings = Settings(api=ApiSettings(port=unused_port()), mqtt=broker)

    found = await listeners.examine(settings, asks_broker=True)

    assert [each.level for each in found] == [Level.WARN]  # the broker of the tests asks nobody, on loopback
