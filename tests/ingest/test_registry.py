from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from devices.quantities import BAD_POSITIONS, CATALOGUE, BadPosition
from ingest.registry import Numbers, Registry
from tests.ingest.support.messages import NOW, telemetry

if TYPE_CHECKING:
    from ingest.store import Store
    from kiezbox import db

KEYS = {("71-01", "core", "noise"), ("71-01", "core", "pm2_5"), ("71-02", "core", "noise")}


def test_what_a_box_sends_in_ever_new_combinations_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.registry._SAMPLES_KEPT", 10)
    numbers = Numbers({("71-01", "core", f"q{n}"): n for n in range(100)})

    for n in range(100):
        assert numbers["71-01", "core", (f"q{n}",)] == (n,)

    assert len(numbers) <= 10


def test_a_sample_has_its_numbers_once_all_of_its_series_have_one() -> None:
    registry = Registry()
    registry.learn({("71-01", "core", "noise"): 7})

    with pytest.raises(KeyError):
        registry.numbers["71-01", "core", ("noise", "pm2_5")]

    registry.learn({("71-01", "core", "pm2_5"): 8})
    assert registry.numbers["71-01", "core", ("noise", "pm2_5")] == (7, 8)


async def test_new_series_and_their_boxes_get_numbers_that_stay(pool: db.Pool, registry: Registry) -> None:
    async with pool.connection() as connection:
        first = await registry.number(connection, KEYS)
        again = await registry.number(connection, KEYS)

    assert first.keys() == KEYS
    assert len(set(first.values())) == len(KEYS)
    assert again == first
    assert [row["id"] for row in await pool.fetch("SELECT id FROM box ORDER BY id")] == ["71-01", "71-02"]


async def test_numbers_are_cached_only_after_the_commit(pool: db.Pool, registry: Registry) -> None:
    async with pool.connection() as connection:
        found = await registry.number(connection, KEYS)
        assert registry.series == {}

        registry.learn(found)
        assert await registry.number(connection, KEYS) == {}


async def test_other_decimals_of_a_quantity_hold_for_what_comes(
    store: Store, pool: db.Pool, owner: db.Pool, registry: Registry
) -> None:
    await registry.refresh(pool)
    await store.write([telemetry(1, {"noise": 51.5}, measured_at=NOW)])
    await owner.execute("UPDATE quantity SET decimals = 3 WHERE name = 'noise'")

    await registry.refresh(pool)
    await store.write([telemetry(2, {"noise": 51.5}, measured_at=NOW - timedelta(seconds=1))])

    rows = await pool.fetch("SELECT value, decimals, averaging FROM stored_reading ORDER BY measured_at")
    assert [tuple(row) for row in rows] == [(51500, 3, 2), (515, 1, 2)]


async def test_what_operators_change_is_read_again(pool: db.Pool, owner: db.Pool, registry: Registry) -> None:
    assert registry.catalogue == CATALOGUE
    await owner.execute("INSERT INTO box (id, node, registered_at) VALUES ('71-01', 7, now()), ('71-02', 8, NULL)")
    await owner.execute("UPDATE quantity SET high = 120 WHERE name = 'noise'")
    await owner.execute("INSERT INTO bad_position VALUES (52.0, 13.0, 0.1)")

    await registry.refresh(pool)

    assert (registry.registered, registry.nodes) == (frozenset({"71-01"}), {7: "71-01", 8: "71-02"})
    assert registry.catalogue["noise"].high == 120
    assert registry.catalogue.bad_positions == (*BAD_POSITIONS, BadPosition(52.0, 13.0, 0.1))
    assert registry.catalogue["pm2_5"] == CATALOGUE["pm2_5"]
