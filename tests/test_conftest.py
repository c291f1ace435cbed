"""The fixtures of conftest.py, which all other tests rely on."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from kiezbox import db
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiezbox.settings import DatabaseSettings, MqttSettings


async def test_a_fresh_database_has_the_whole_schema(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        assert await migrate.verify(connection) in migrate.Tier


async def test_what_one_test_writes_no_other_sees(pool: db.Pool, empty_database: DatabaseSettings) -> None:
    await pool.execute("INSERT INTO box (id) VALUES ('71-01')")

    async with db.connect(empty_database, "tests") as connection:
        assert await connection.fetchval("SELECT to_regclass('box')") is None


def test_the_broker_listens(broker: MqttSettings) -> None:
    with socket.create_connection((broker.host, broker.port), timeout=5) as connection:
        assert connection.getpeername()[1] == broker.port


def test_a_free_port_can_be_taken(free_port: Callable[[], int]) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
