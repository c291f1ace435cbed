"""Boxes that send without a credential are counted, and named once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY

from ingest.open_access import OpenAccess

if TYPE_CHECKING:
    import pytest

    from kiezbox import db


def counted() -> float | None:
    return REGISTRY.get_sample_value("kiezbox_broker_senders_without_credential")


async def test_each_is_named_once_and_counted_until_the_broker_is_closed(
    pool: db.Pool, owner: db.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await owner.execute("UPDATE broker_access SET closed_at = NULL")
    await owner.execute("INSERT INTO box (id, last_seen) VALUES ('esp', now())")
    access = OpenAccess()

    await access.look(pool, datetime.now(UTC))
    await access.look(pool, datetime.now(UTC))
    before = counted()
    await owner.execute("UPDATE broker_access SET closed_at = now()")
    await access.look(pool, datetime.now(UTC))

    assert (before, counted()) == (1, 0)
    assert [record.__dict__["boxes"] for record in caplog.records if "boxes" in record.__dict__] == ["esp"]
