"""Who comes in at the broker without a credential, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage import broker_access, credentials, migrate
from storage.box_history import Author, Via
from storage.credentials import Credential, Hashes, Kind

if TYPE_CHECKING:
    from kiezbox import db

AUTHOR = Author("tests", Via.COMMAND)
HASHES = Hashes("$2b$04$x", "$7$101$x$y")


async def test_a_new_database_is_closed_from_the_start(pool: db.Pool) -> None:
    assert await broker_access.is_closed(pool)
    assert await broker_access.let_in(pool) == []


async def test_a_database_that_has_boxes_lets_them_in_until_it_is_closed(pool: db.Pool) -> None:
    (ours,) = [each for each in migrate.migrations() if each.name == "0023_broker"]
    async with pool.connection() as connection:
        await connection.execute("DROP VIEW sender_without_credential")
        await connection.execute("DROP TABLE broker_access, broker_session")
        await connection.execute("INSERT INTO box (id, last_seen) VALUES ('esp', now())")
        await connection.execute(ours.sql)

    before = await broker_access.is_closed(pool)
    heard = broker_access.heard(await broker_access.let_in(pool), datetime.now(UTC))
    await broker_access.close(pool, AUTHOR)
    after = await broker_access.is_closed(pool)
    let_in = await broker_access.let_in(pool)
    await broker_access.reopen(pool, AUTHOR)

    assert (before, after, await broker_access.is_closed(pool)) == (False, True, False)
    assert heard == ["esp"]
    assert let_in == []


async def test_only_boxes_in_service_without_a_credential_of_their_own_count(pool: db.Pool) -> None:
    await pool.execute("INSERT INTO box (id) VALUES ('bare'), ('revoked')")
    await pool.execute("INSERT INTO box (id, retired_at) VALUES ('retired', now())")
    async with pool.connection() as connection:
        for box, kind in (("own", Kind.SENSOR), ("revoked", Kind.SENSOR), ("node-only", Kind.NODE)):
            await credentials.issue(connection, AUTHOR, credentials.of_box(box, kind, HASHES))
        await credentials.revoke(connection, AUTHOR, "revoked")

    assert [each.box for each in await broker_access.without_credential(pool)] == ["bare", "node-only", "revoked"]


async def test_closing_revokes_the_user_that_all_boxes_shared(pool: db.Pool) -> None:
    async with pool.connection() as connection:
        await credentials.keep(connection, Credential("box", Kind.SHARED, HASHES))

        await broker_access.close(connection, AUTHOR)

        (shared,) = [each for each in await credentials.listed(connection) if each.kind is Kind.SHARED]
    assert shared.revoked_at is not None
