"""Handshakes of TLS count before they are over."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from api.http.connections import tls
from kiezbox import metrics
from tests.api.conftest import serving
from tests.api.support import certificates, raw_client
from tests.conftest import unused_port
from tests.support.waiting import until

if TYPE_CHECKING:
    from kiezbox.settings import Settings


def connections() -> float:
    return metrics.REGISTRY.get_sample_value("kiezbox_http_connections") or 0.0


async def test_half_open_handshakes_keep_nobody_out_and_end_in_time(box_settings: Settings) -> None:
    api = box_settings.api.model_copy(update={"tls_port": unused_port(), "head_seconds": 2.0})
    settings = box_settings.model_copy(update={"api": api})
    box_settings.crisis.folder.mkdir(parents=True)
    certificates.write(box_settings.crisis.folder / tls.FILE, "box.internal")

    async with serving(settings, is_away=True):
        crowd = [await raw_client.connect(api.tls_port) for _ in range(50)]
        for client in crowd[::2]:
            client.send(b"\x16\x03\x01")  # the first bytes of a handshake
        transport = httpx.AsyncHTTPTransport(verify=False, local_address="127.0.0.2")
        async with httpx.AsyncClient(transport=transport, base_url=f"https://127.0.0.1:{api.tls_port}") as same_address:
            answer = await same_address.get("/livez")
        neighbour = await raw_client.ask(api.port)
        await until(lambda: sum(client.is_open for client in crowd) <= api.connections_per_address)
        await asyncio.gather(*(client.is_closed() for client in crowd))
        for client in crowd:
            client.close()
        await until(lambda: connections() == 0)

    assert (answer.status_code, neighbour.status) == (200, 200)


async def test_a_stop_waits_for_no_handshake(box_settings: Settings) -> None:
    api = box_settings.api.model_copy(update={"tls_port": unused_port(), "head_seconds": 600.0})
    box_settings.crisis.folder.mkdir(parents=True)
    certificates.write(box_settings.crisis.folder / tls.FILE, "box.internal")

    async with serving(box_settings.model_copy(update={"api": api}), is_away=True) as served:
        async with raw_client.connected(api.tls_port) as client:
            await until(lambda: connections() == 1)
            served.stop.set()

            assert await client.is_closed()
        await served.task


async def test_a_request_that_comes_with_the_last_message_of_the_handshake_is_answered(box_settings: Settings) -> None:
    api = box_settings.api.model_copy(update={"tls_port": unused_port()})
    settings = box_settings.model_copy(update={"api": api})
    box_settings.crisis.folder.mkdir(parents=True)
    certificates.write(box_settings.crisis.folder / tls.FILE, "box.internal")

    async with serving(settings, is_away=True):
        answers = [await asyncio.to_thread(_ask_at_once, api.tls_port) for _ in range(5)]

    assert [answer.partition(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 303 See Other"] * 5


def _ask_at_once(port: int) -> bytes:
    """What is answered to a form that is sent in one piece with the end of the handshake, as curl does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    arriving, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(arriving, leaving)
    body = b"kind=information&text=" + b"x" * 100
    head = b"POST /crisis/reports HTTP/1.1\r\nHost: box.internal\r\nAccept: application/json\r\nConnection: close\r\n"
    kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(leaving.read())
                arriving.write(connection.recv(65536))
        client.write(head + kind + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        connection.sendall(leaving.read())
        received = b""
        while True:
            try:
                part = client.read(65536)
            except ssl.SSLWantReadError:
                part = connection.recv(65536)
                if not part:
                    return received
                arriving.write(part)
                continue
            except ssl.SSLZeroReturnError:
                return received
            if not part:
                return received
            received += part
