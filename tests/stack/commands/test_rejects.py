"""`kiezbox rejects` shows rejects as they are, and retries those that are named: on a real database."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from devices.boxes import NO_BOX
from ingest.registry import Registry
from ingest.rejects import RejectFilter
from ingest.store import Store
from kiezbox.errors import OperatorError
from stack.commands import rejects
from tests.ingest.support.messages import NOW, arrival, telemetry
from tests.stack.support.command import kiezbox_on

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings

pytestmark = pytest.mark.slow

ALL = RejectFilter()
EVIL = b'{"v": 1, "text": "\x1b[2J\x07\xe2\x80\xae"'


@pytest.fixture
def store(pool: Pool) -> Store:
    return Store(pool, Registry(), accept_unknown_boxes=True)


async def count(pool: Pool, table: str) -> int:
    row = await pool.fetchrow(f"SELECT count(*)::int AS rows FROM {table}")
    assert row is not None
    found: int = row["rows"]
    return found


async def test_the_list_shows_the_newest_first_and_goes_on_where_it_ended(
    store: Store, database: DatabaseSettings
) -> None:
    await store.write([arrival(f"kb/v1/71-0{n}/telemetry", b"{") for n in range(1, 6)])

    first = await rejects.find(database, ALL, None, 2)
    second = await rejects.find(database, ALL, first.as_json()["next"], 10)

    assert [row["box"] for row in (*first.rows, *second.rows)] == ["71-05", "71-04", "71-03", "71-02", "71-01"]
    assert (first.more, second.more) == (3, 0)
    assert str(first).endswith(f"3 more: --before {first.rows[-1]['id']}")


async def test_filters_narrow_together(store: Store, database: DatabaseSettings) -> None:
    await store.write(
        [
            arrival("kb/v1/71-01/telemetry", b"{", NOW - timedelta(days=2)),
            arrival("kb/v1/71-01/telemetry", b"{"),
            arrival("kb/v1/71-01/telemetry", b'{"v": 2}'),
            arrival("kb/v1/71-02/telemetry", b"{"),
            arrival("kb/v1//telemetry", b"{"),
        ]
    )

    async def found(**filters: Any) -> int:
        return len((await rejects.find(database, RejectFilter(**filters), None, 50)).rows)

    assert await found() == 5
    assert await found(reasons=["bad_json"]) == 3
    assert await found(reasons=["bad_json"], box="71-01") == 2
    assert await found(reasons=["bad_json"], box="71-01", since=NOW - timedelta(hours=1)) == 1
    assert await found(box=NO_BOX) == 1


async def test_bytes_are_shown_so_that_no_terminal_obeys_them(store: Store, database: DatabaseSettings) -> None:
    await store.write([arrival("kb/v1/71-01/telemetry", EVIL)])
    (row,) = (await rejects.find(database, ALL, None, 1)).rows

    done = kiezbox_on(database, "rejects", "show", str(row["id"]))

    assert done.returncode == 0
    assert all(character.isprintable() for character in done.stdout.replace("\n", ""))
    assert '00000000  7b 22 76 22 3a 20 31 2c 20 22 74 65 78 74 22 3a  |{"v": 1, "text":|' in done.stdout
    assert "1b 5b 32 4a 07" in done.stdout
    assert "reason    bad_json" in done.stdout


async def test_a_topic_with_control_characters_is_listed_without_them(store: Store, database: DatabaseSettings) -> None:
    await store.write([arrival("kb/v1/\x1b[31m\r\n/telemetry", b"{}")])

    page = str(await rejects.find(database, ALL, None, 10))

    assert page.isprintable()


async def test_of_many_bytes_the_first_are_shown_or_all(store: Store, database: DatabaseSettings) -> None:
    await store.write([arrival("kb/v1/71-01/telemetry", b"x" * 3000)])
    (row,) = (await rejects.find(database, ALL, None, 1)).rows
    kept = await rejects.one(database, row["id"])

    assert rejects.describe(kept, 1024).endswith("... 1,976 more bytes: --bytes 0 shows all")
    assert "00000bb0  78 78" in rejects.describe(kept, 0)
    assert bytes.fromhex(rejects.reject_json(kept)["payload"]) == b"x" * 3000


async def test_a_reject_that_is_not_there_is_an_error_with_a_hint(database: DatabaseSettings) -> None:
    with pytest.raises(OperatorError, match="no reject has the id 17"):
        await rejects.one(database, 17)


@pytest.mark.parametrize("arguments", [(), ("--all", "--box", "71-01"), ("--all", "17"), ("--since", "all")])
def test_a_retry_never_takes_everything_by_accident(arguments: tuple[str, ...], database: DatabaseSettings) -> None:
    done = kiezbox_on(database, "rejects", "retry", *arguments)

    assert done.returncode == 2
    assert "--all" in done.stderr
    assert done.stdout == ""


async def test_the_command_retries_one_by_its_id(pool: Pool, database: DatabaseSettings) -> None:
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(seq, {"pm2_5": 1.0}) for seq in (1, 2)])
    listed = json.loads(kiezbox_on(database, "rejects", "list", "--json").stdout)

    done = kiezbox_on(database, "rejects", "retry", str(listed["items"][0]["id"]), "--json")

    assert json.loads(done.stdout)["accepted"] == 1
    assert await count(pool, "reject") == 1


async def test_the_list_says_what_fell_off_and_what_was_never_kept(
    store: Store, pool: Pool, database: DatabaseSettings
) -> None:
    await store.write([arrival("kb/v1/71-01/telemetry", b"{"), arrival("msh/EU_868/2/json/x/!1", b"{}")])
    await pool.execute("INSERT INTO removed VALUES ('reject', 'bad_time', 1234, '2026-11-23T12:00:00Z')")

    found = await rejects.find(database, ALL, None, 10)

    assert len(found.rows) == 1
    assert str(found).splitlines()[1:] == [
        "no longer kept, for their age or their number: 1,234 bad_time; the last one went 2026-11-23T12:00:00Z",
        "counted and never kept: 1 messages that were not for us (not_kiezbox)",
    ]
    assert (found.as_json()["removed"][0]["rows"], found.as_json()["others"]) == (1234, 1)
