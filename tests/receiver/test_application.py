"""Other makes' devices over HTTP, on a real port and a real database: what was answered is committed."""

from __future__ import annotations

import asyncio
import gzip
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from kiezbox import metrics
from receiver import server
from storage import inputs
from tests.devices.wire.formats.airrohr import FULL, HEADERS, body
from tests.receiver.conftest import OPERATOR, receiving
from tests.support.waiting import until

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings
    from tests.conftest import Server
    from tests.receiver.conftest import Receiving

BOX = "esp8266-1234567"


async def test_what_was_answered_is_committed(receiver: Receiving) -> None:
    address = await receiver.address("airrohr")

    async with httpx.AsyncClient() as client:
        answer = await client.post(address, content=FULL, headers=HEADERS)

    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert await receiver.readings() == [
        (BOX, "bme280", "humidity", 81.4),
        (BOX, "bme280", "pressure", 1003.2541),
        (BOX, "bme280", "temperature", 4.12),
        (BOX, "sds", "pm10", 18.35),
        (BOX, "sds", "pm2_5", 9.1),
    ]
    row = await receiver.owner.fetchrow("SELECT sum(messages_received)::int AS n FROM message_ledger")
    assert row is not None
    assert row["n"] == 1


async def test_many_at_once_are_committed_together_and_each_is_answered(receiver: Receiving) -> None:
    address = await receiver.address("airrohr")

    async with httpx.AsyncClient() as client:
        sent = [
            client.post(address, content=body(("SDS_P2", str(number))), headers={"x-sensor": f"esp8266-{number}"})
            for number in range(60)
        ]
        answers = await asyncio.gather(*sent)

    assert {answer.status_code for answer in answers} == {200}
    assert {box for box, *_ in await receiver.readings()} == {f"esp8266-{number}" for number in range(60)}


@pytest.mark.parametrize("path", ["/in/airrohr/wrong", "/in/nothing/x", "/in/airrohr", "/", "/in//x", "/%00/in"])
async def test_an_address_that_nobody_made_is_unknown(receiver: Receiving, path: str) -> None:
    await receiver.address("airrohr")

    async with httpx.AsyncClient() as client:
        answer = await client.post(receiver.url + path, content=FULL, headers=HEADERS)

    assert answer.status_code == 404
    assert await receiver.readings() == []


async def test_a_secret_is_for_its_format_and_until_it_is_revoked(receiver: Receiving) -> None:
    address = await receiver.address("airrohr")
    async with receiver.owner.connection() as connection, connection.transaction():
        (sender,) = await inputs.senders(connection)
        await inputs.revoke_sender(connection, OPERATOR, sender["id"])

    async with httpx.AsyncClient() as client, asyncio.timeout(30):
        while (await client.post(address, content=FULL, headers=HEADERS)).status_code == 200:
            await asyncio.sleep(0.05)
        refused = await client.post(address, content=FULL, headers=HEADERS)

    assert refused.status_code == 404


async def test_a_sender_speaks_for_its_own_boxes_alone(receiver: Receiving) -> None:
    address = await receiver.address("airrohr", "esp8266-77*")

    async with httpx.AsyncClient() as client:
        refused = await client.post(address, content=FULL, headers=HEADERS)
        taken = await client.post(address, content=FULL, headers={"x-sensor": "esp8266-7712"})

    assert (refused.status_code, taken.status_code) == (403, 200)
    assert "may not speak for the box esp8266-1234567" in refused.text
    assert {box for box, *_ in await receiver.readings()} == {"esp8266-7712"}


async def test_a_body_that_cannot_be_read_is_kept_among_the_rejects(receiver: Receiving) -> None:
    address = await receiver.address("airrohr")

    async with httpx.AsyncClient() as client:
        answer = await client.post(address, content=b'{"sensordata', headers=HEADERS)

    assert answer.status_code == 200
    row = await receiver.owner.fetchrow("SELECT box, topic, payload, reason FROM reject")
    assert row is not None
    assert tuple(row) == (BOX, f"in/airrohr/{BOX}", b'{"sensordata', "bad_json")


async def test_a_packed_body_is_unpacked_and_never_beyond_the_limit(receiver: Receiving) -> None:
    address = await receiver.address("airrohr")
    packed = {**HEADERS, "content-encoding": "gzip"}

    async with httpx.AsyncClient() as client:
        statuses = [
            (await client.post(address, content=content, headers=headers)).status_code
            for content, headers in (
                (gzip.compress(FULL.encode()), packed),
                (gzip.compress(bytes(50_000_000)), packed),
                (bytes(2_000_000), HEADERS),
                (b"no gzip", packed),
                (gzip.compress(FULL.encode())[:-9], packed),
                (b"x", {**HEADERS, "content-encoding": "br"}),
            )
        ]

    assert statuses == [200, 413, 413, 400, 400, 415]


async def test_a_secret_stands_in_no_log_line_metric_or_answer(
    receiver: Receiving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address = await receiver.address("airrohr")
    secret = address.rpartition("/")[2]
    answers = []

    async with httpx.AsyncClient() as client:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        caplog.clear()
        for content, headers in (
            (FULL, HEADERS),
            (FULL, {}),
            (b"\xff", {"x-sensor": "71-01"}),
            (b"x" * 2_000_000, HEADERS),
        ):
            answer = await client.post(f"{address}/more", content=content, headers=headers)
            answers.append(f"{answer.headers} {answer.text}")
        answers.append((await client.post(f"{receiver.url}/in/airrohr/{secret}x", content=FULL, headers=HEADERS)).text)

    logged = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    assert logged
    for text in (*logged, *answers, metrics.exposition().decode()):
        assert secret not in text
    rows = await receiver.owner.fetch("SELECT topic, payload FROM reject")
    assert all(secret not in row["topic"] for row in rows)


async def test_while_the_database_is_away_a_request_waits_and_is_committed_when_it_is_back(
    receiver: Receiving, postgres_server: Server, database: DatabaseSettings
) -> None:
    address = await receiver.address("airrohr")
    name = urlsplit(database.url.get_secret_value()).path.lstrip("/")
    postgres_server.run(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    postgres_server.run(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'")

    async with httpx.AsyncClient(timeout=60) as client:
        assert (await client.get(f"{receiver.url}/readyz")).status_code == 503
        waiting = asyncio.create_task(client.post(address, content=FULL, headers=HEADERS))
        done, _ = await asyncio.wait({waiting}, timeout=1.0)
        assert not done
        postgres_server.run(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        answer = await waiting

    assert answer.status_code == 200
    assert len(await receiver.readings()) == 5


async def test_what_cannot_be_committed_in_time_is_refused_and_not_stored_later(
    database: DatabaseSettings, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_UPKEEP_SECONDS", 0.05)
    name = urlsplit(database.url.get_secret_value()).path.lstrip("/")
    async with receiving(database, hold_seconds=0.5) as receiver, httpx.AsyncClient(timeout=60) as client:
        address = await receiver.address("airrohr")
        postgres_server.run(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        postgres_server.run(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'")

        refused = await client.post(address, content=FULL, headers=HEADERS)

        postgres_server.run(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")

        async def is_taken() -> bool:
            return (await client.post(address, content=body(("SDS_P2", "1.0")), headers=HEADERS)).status_code == 200

        await until(is_taken)
        assert [row for row in await receiver.readings() if row[2] == "pm10"] == []


async def test_a_sender_that_floods_slows_no_other(database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_UPKEEP_SECONDS", 0.05)
    more = {"sender_burst_requests": 5, "sender_requests_per_second": 0.001, "hold_seconds": 1.0}
    async with receiving(database, **more) as receiver, httpx.AsyncClient(timeout=60) as client:
        noisy, quiet = await receiver.address("airrohr"), await receiver.address("airrohr")
        flood = [client.post(noisy, content=FULL, headers=HEADERS) for _ in range(40)]

        answers, other = await asyncio.gather(
            asyncio.gather(*flood), client.post(quiet, content=FULL, headers={"x-sensor": "esp8266-2"})
        )

        assert other.status_code == 200
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {200, 429}
        assert statuses.count(200) <= 5
