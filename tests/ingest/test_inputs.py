"""Messages of other makes in the store, on a real database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from devices.readings import Message
from devices.wire.inputs import values
from devices.wire.inputs.values import Value
from ingest import batch, retry
from ingest.batch import Arrival
from ingest.rejects import RejectFilter
from ingest.results import Outcome
from kiezbox import sql
from kiezbox.mqtt.backlog import Delivery
from kiezbox.settings import Settings
from storage import boxes, inputs
from storage.box_history import Author, Via
from tests.devices.support.input_case import catalogue
from tests.devices.wire.formats.airrohr import body
from tests.ingest.support.messages import NOW, arrival, telemetry

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.registry import Registry
    from ingest.store import Store
    from kiezbox import db
    from kiezbox.settings import DatabaseSettings

BOX = "esp8266-1234567"
TOPIC = f"in/airrohr/{BOX}"
SENT = body(("SDS_P2", "9.10"), ("ABC_radon", "12.5"))
OPERATOR = Author("operator", Via.COMMAND)


@pytest.fixture
def ingest_settings(database: DatabaseSettings) -> Settings:
    return Settings(database=database)


def sent(payload: str = SENT, received_at: datetime = NOW) -> Arrival:
    return arrival(TOPIC, payload.encode(), received_at)


async def rows(pool: db.Pool, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await pool.fetch(query)]


async def register(owner: db.Pool, registry: Registry) -> None:
    async with owner.connection() as connection, connection.transaction():
        await boxes.register(connection, OPERATOR, BOX)
    await registry.refresh(owner)


async def test_readings_of_another_make_are_stored_with_how_their_time_is_known(store: Store, pool: db.Pool) -> None:
    await store.write([sent()])

    found = await rows(
        pool, "SELECT box, source, quantity, value, measured_at, flag FROM reading JOIN series ON id = series"
    )
    assert found == [(BOX, "sds", "pm2_5", 9.1, NOW, 8)]
    assert await rows(pool, "SELECT id, input FROM box") == [(BOX, "airrohr")]


async def test_the_same_values_within_the_second_are_a_duplicate(store: Store) -> None:
    await store.write([sent()])

    (result,) = await store.write([sent(received_at=NOW + timedelta(milliseconds=400))])

    assert (result.stored, result.duplicate) == (0, 1)


async def test_of_a_box_that_nobody_registered_only_name_unit_and_count_are_kept(
    store: Store, owner: db.Pool, pool: db.Pool
) -> None:
    results = await store.write([sent(), sent(received_at=NOW + timedelta(minutes=2))])

    found = await rows(owner, "SELECT format, box, name, unit, value, count, last_at - first_at FROM input_name")
    assert found == [("airrohr", BOX, "ABC_radon", "", None, 2, timedelta(minutes=2))]
    assert await rows(owner, "SELECT count(*) FROM reject") == [(0,)]
    assert [(result.stored, result.rejected) for result in results] == [(1, 1), (1, 1)]
    assert await rows(
        pool,
        "SELECT sum(readings_received)::int, sum(readings_stored)::int, sum(readings_rejected)::int"
        " FROM message_ledger",
    ) == [(4, 2, 2)]


async def test_of_a_registered_box_the_newest_value_and_the_payload_are_kept(
    store: Store, owner: db.Pool, registry: Registry
) -> None:
    await register(owner, registry)

    await store.write([sent()])

    assert await rows(owner, "SELECT name, value FROM input_name") == [("ABC_radon", 12.5)]
    found = await rows(owner, "SELECT box, topic, reason, readings, payload FROM reject")
    assert found == [(BOX, TOPIC, "unmapped", 1, SENT.encode())]


async def test_a_name_is_mapped_once_then_later_values_flow_and_earlier_ones_on_request(
    store: Store, owner: db.Pool, registry: Registry, ingest_settings: Settings
) -> None:
    await register(owner, registry)
    await store.write([sent()])
    async with owner.connection() as connection, connection.transaction():
        key = ("airrohr", "*", "ABC_radon")
        waiting = await inputs.map_name(connection, OPERATOR, key, "co2", unit="/", source="abc")
    await registry.refresh(owner)

    later = batch.read(
        Delivery(TOPIC, body(("ABC_radon", "0.0005")).encode(), NOW + timedelta(hours=1)), registry.catalogue
    )
    await store.write([later])
    assert await rows(owner, "SELECT source, quantity, value FROM reading JOIN series ON id = series ORDER BY 1") == [
        ("abc", "co2", 500.0),
        ("sds", "pm2_5", 9.1),
    ]
    assert waiting == 1
    assert await rows(owner, "SELECT count(*) FROM input_name") == [(0,)]

    await owner.execute("UPDATE input_mapping SET unit = NULL")
    await owner.execute("UPDATE input_mapping SET quantity = 'iaq'")
    tally = await retry.retry(ingest_settings, RejectFilter(reasons=("unmapped",)), is_dry=False)
    assert (tally.accepted, tally.stored, dict(tally.still)) == (1, 1, {})
    assert (12.5, NOW) in await rows(owner, "SELECT value, measured_at FROM reading")


async def test_a_sender_that_makes_up_names_fills_no_table(store: Store, owner: db.Pool) -> None:
    for number in range(3):
        await store.write([sent(body(*((f"made-up-{number}-{index}", "1") for index in range(80))))])
    await store.write([sent(body(("made-up-0-0", "1"), ("made-up-9-9", "1")), NOW + timedelta(seconds=1))])

    assert await rows(owner, "SELECT count(*), max(count) FROM input_name") == [(100, 2)]


async def test_all_boxes_together_fill_no_table(store: Store, owner: db.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.inputs._NAMES_MAX", 7)
    for number in range(3):
        made_up = body(*((f"made-up-{index}", "1") for index in range(5))).encode()
        await store.write([arrival(f"in/airrohr/esp32-{number}{box}", made_up, NOW) for box in range(2)])

    assert await rows(owner, "SELECT count(*) FROM input_name") == [(7,)]


async def test_names_that_no_table_takes_are_written_so_that_it_does(store: Store, owner: db.Pool) -> None:
    names = ("a\u0000b", 'quote " \\ brace }', "x" * 500)

    await store.write([sent(body(*((name, "1") for name in names)))])

    assert {len(name) <= 63 for (name,) in await rows(owner, "SELECT name FROM input_name")} == {True}
    assert len(await rows(owner, "SELECT name FROM input_name")) == 3


def keyed(key: str, value: float, minute: int) -> Arrival:
    at = NOW + timedelta(minutes=minute)
    read = values.message("lora", BOX, [Value("t", value, "temperature")], at, catalogue(), key=key)
    return Arrival(Delivery("in/lora/x", b"{}", at), read)


async def test_the_same_key_twice_is_one_message_whatever_its_times(store: Store, pool: db.Pool) -> None:
    first = await store.write([keyed("a", 1.0, 0), keyed("a", 1.0, 1), keyed("b", 2.0, 2)])
    again = await store.write([keyed("a", 1.0, 3), keyed("c", 3.0, 4), telemetry(1, {"noise": 50.0})])

    assert [each.outcome for each in first] == [Outcome.STORED, Outcome.DUPLICATE, Outcome.STORED]
    assert [each.outcome for each in again] == [Outcome.DUPLICATE, Outcome.STORED, Outcome.STORED]
    assert await rows(pool, "SELECT count(*) FROM reading") == [(4,)]
    assert await rows(pool, "SELECT sum(readings_received)::int, sum(readings_duplicate)::int FROM message_ledger") == [
        (6, 2)
    ]


async def test_what_is_read_again_out_of_the_database_is_no_repeat(store: Store) -> None:
    await store.write([keyed("a", 1.0, 0)])

    (result,) = await store.write([structs.replace(keyed("a", 1.0, 1), origin=17)])

    assert result.outcome is Outcome.STORED


async def test_a_box_that_spoke_protocol_v1_before_stays_one_of_ours(store: Store, owner: db.Pool) -> None:
    await store.write([telemetry(1, {"noise": 50.0}, box=BOX)])

    await store.write([sent(received_at=NOW + timedelta(seconds=5))])

    assert await rows(owner, "SELECT input FROM box") == [(None,)]


async def test_what_comes_by_these_doors_is_public_when_an_operator_says_so(store: Store, owner: db.Pool) -> None:
    await owner.execute("UPDATE publication SET boxes = 'all'")
    await store.write([sent(), telemetry(1, {"noise": 50.0})])
    assert await rows(owner, "SELECT id FROM public_box") == [("71-01",)]
    assert await rows(owner, "SELECT id FROM public_box_all") == [("71-01",)]

    await owner.execute("UPDATE box SET is_public = true WHERE id = 'esp8266-1234567'")

    assert len(await rows(owner, "SELECT id FROM public_box")) == 2


async def test_a_position_in_a_message_is_the_box_s(store: Store, owner: db.Pool) -> None:
    await store.write([sent(body(("GPS_lat", "52.488640"), ("GPS_lon", "13.342560"), ("SDS_P2", "1.0")))])

    assert await rows(owner, "SELECT latitude, longitude FROM box") == [(52.48864, 13.34256)]
    assert await rows(owner, "SELECT count(*) FROM status") == [(0,)]


def test_an_arrival_of_another_make_is_a_message() -> None:
    assert isinstance(sent().content, Message)


async def test_announcements_that_are_too_many_or_too_long_are_not_kept(owner: db.Pool) -> None:
    async def put(topic: str, payload: bytes, rows_max: int = 3, bytes_max: int = 100) -> None:
        query = sql.load("ingest", "put_declaration")
        await owner.execute(query, "homeassistant", topic, payload, NOW, rows_max, bytes_max)

    await put("a", b"x" * 40)
    await put("b", b"x" * 50)
    await put("a", b"y" * 51)  # together with b it would be too long: what was there stays
    await put("a", b"y" * 50)
    await put("c", b"x")
    await put("d", b"", rows_max=2)

    kept = await rows(owner, "SELECT topic, length(payload), payload = repeat('y', 50)::bytea FROM input_declaration")
    assert sorted(kept) == [("a", 50, True), ("b", 50, False)]
