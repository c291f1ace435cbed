"""Whether servers answer: what a probe sends, and what it says of each kind of silence."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack import probe
from tests.support import tcp

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable

HOST = "127.0.0.1"


@contextlib.asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on this port that takes the first bytes, answers, and closes; without an answer it never says a word."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(65_536))
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        else:
            await reader.read()

    async with tcp.Server(serve) as server:
        yield server.port, received


async def refusal_of(answer: bytes, protocol: str = "3.1.1") -> str:
    async with answering(answer) as (port, _):
        with pytest.raises(Unavailable) as raised:
            await probe.mqtt(MqttSettings.model_validate({"host": HOST, "port": port, "protocol": protocol}))
    return f"{raised.value} {raised.value.hint}"


async def test_a_broker_that_accepts_the_connection_answers() -> None:
    settings = {"host": HOST, "username": "anna", "password": SecretStr("secret")}

    async with answering(b"\x20\x02\x00\x00") as (port, received):
        await probe.mqtt(MqttSettings.model_validate({**settings, "port": port}))

    (connect,) = received
    assert connect[:12] == b"\x10\x1a\x00\x04MQTT\x04\xc2\x00\x0a"
    assert connect[12:] == b"\x00\x00\x00\x04anna\x00\x06secret"


@pytest.mark.parametrize(
    ("answer", "protocol", "says"),
    [
        (b"\x20\x02\x00\x04", "3.1.1", "user name or password is wrong"),
        (b"\x20\x02\x00\x05", "3.1.1", "KIEZBOX_MQTT_USERNAME"),
        (b"\x20\x03\x00\x86\x00", "5", "user name or password is wrong"),
        (b"\x20\x03\x00\x99\x00", "5", "code 153"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "3.1.1", "does not speak MQTT"),
        (b"\x20", "3.1.1", "closes the connection"),
        (b"", "3.1.1", "closes the connection"),
    ],
)
async def test_a_broker_that_does_not_is_unavailable_with_the_reason(answer: bytes, protocol: str, says: str) -> None:
    assert says in await refusal_of(answer, protocol)


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_SECONDS", 0.05)

    async with answering(None) as (port, _):
        with pytest.raises(Unavailable) as raised:
            await probe.livez(HOST, port)

    assert "does not answer within 0.05 s" in str(raised.value.hint)


async def test_an_api_answers_with_its_status() -> None:
    async with answering(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, received):
        assert await probe.http(HOST, port, "/crisis") == 204

    assert received[0].startswith(b"GET /crisis HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("answer", "says"),
    [(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "/livez answers 503"), (b"220 mail\r\n", "does not speak HTTP")],
)
async def test_an_api_that_is_not_alive_is_unavailable(answer: bytes, says: str) -> None:
    async with answering(answer) as (port, _):
        with pytest.raises(Unavailable) as raised:
            await probe.livez(HOST, port)

    assert says in str(raised.value.hint)


async def test_nobody_at_a_port_is_said_in_the_words_of_the_system(free_port: Callable[[], int]) -> None:
    port = free_port()

    with pytest.raises(Unavailable) as raised:
        await probe.livez(HOST, port)

    assert raised.value.hint == f"{HOST}:{port}: Connection refused"


async def test_a_database_answers_a_query(database: DatabaseSettings) -> None:
    await probe.database(database)


async def test_a_database_that_is_not_there_is_unavailable(free_port: Callable[[], int]) -> None:
    with pytest.raises(Unavailable):
        await probe.database(DatabaseSettings(url=SecretStr(f"postgresql://{HOST}:{free_port()}/kiezbox")))
