"""Who comes in at the broker without a credential after an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from kiezbox.settings import BrokerSettings
from stack.broker import senders

if TYPE_CHECKING:
    from kiezbox.db import Pool


async def _open(pool: Pool) -> None:
    await pool.execute("UPDATE broker_access SET closed_at = NULL")
    await pool.execute("INSERT INTO box (id, last_seen) VALUES ('esp', now())")


async def test_a_broker_that_asked_nobody_goes_on_with_names_of_boxes_the_user_of_all_and_none(pool: Pool) -> None:
    await _open(pool)
    async with pool.connection() as connection:
        found = await senders.find(connection, BrokerSettings())
    assert {each.name for each in found.users} >= {"esp", senders.SHARED}
    assert found.anonymous is not None


async def test_a_broker_that_asked_for_a_shared_password_lets_nobody_in_without(pool: Pool) -> None:
    await _open(pool)
    async with pool.connection() as connection:
        found = await senders.find(connection, BrokerSettings(shared_password=SecretStr("a shared password of 24 b")))
    assert found == senders.CLOSED
