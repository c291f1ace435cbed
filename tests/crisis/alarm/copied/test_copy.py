"""The list of alarms in the database: what it says while the hub runs, after a start, after days, and of two hubs."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from crisis.alarm import service
from crisis.alarm.alarms import Alarm
from crisis.alarm.copied import copy
from crisis.alarm.copied.of_service import ServiceSource
from crisis.model.event_bodies import DistressReceived
from kiezbox import db
from kiezbox.settings import DatabaseSettings, Settings
from storage.rights import Role
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.listed import NOW, Said
from tests.crisis.alarm.support.speaking import speaking
from tests.crisis.alarm.test_merged import merge, received
from tests.support.database_roles import as_role
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from crisis.node import Node
    from kiezbox.db import Pool

pytestmark = pytest.mark.slow

LOG = UUID(int=1)
SILENT = Alarm(
    kind="unreachable", subject="71-03", opened_at=NOW, area="71-03", label="71-03", labels=(("box", "71-03"),)
)
BACKUP = Alarm(kind="backup", subject="nightly", opened_at=NOW, label="nightly")
ALONE = "[people.anna]\n"  # nobody can be told by this node
UNUSED = "# nobody uses alarms here\n"


async def shown(pool: Pool) -> list[dict[str, Any]]:
    return [dict(row) for row in await pool.fetch("SELECT * FROM open_alarm ORDER BY name")]


async def names(pool: Pool) -> list[str]:
    return [row["name"] for row in await shown(pool)]


async def age(pool: Pool, interval: str, log: UUID = LOG) -> None:
    """A list was brought so long ago."""
    await pool.execute(f"UPDATE alarm_list SET looked_at = now() - INTERVAL '{interval}' WHERE log = $1", log)


async def test_an_alarm_is_a_row_in_the_words_of_messages_until_it_ends(pool: Pool) -> None:
    said = Said([SILENT], names={"district-71": "Schöneberg"})
    await copy.write(LOG, said, pool)
    (row,) = await shown(pool)
    said.open.clear()
    await copy.write(LOG, said, pool)

    assert (row["name"], row["kind"], row["area"], row["box"]) == ("unreachable/71-03", "unreachable", "71-03", "71-03")
    assert json.loads(row["titles"]) == {
        "de": "Box nicht erreichbar: 71-03, Schöneberg",
        "en": "Box unreachable: 71-03, Schöneberg",
    }
    assert await shown(pool) == []
    ended = await pool.fetchrow("SELECT ended_at FROM alarm")
    assert ended is not None
    assert ended["ended_at"] is not None


async def test_what_somebody_deletes_is_there_again_after_the_next_look(pool: Pool) -> None:
    said = Said([SILENT])
    written = await copy.write(LOG, said, pool)
    await pool.execute("DELETE FROM alarm_list")
    await copy.write(LOG, said, pool, written)

    assert await names(pool) == ["unreachable/71-03"]


async def test_one_that_begins_again_is_open_again_since_then(pool: Pool) -> None:
    said = Said([SILENT])
    await copy.write(LOG, said, pool)
    said.open.clear()
    await copy.write(LOG, said, pool)
    later = NOW + timedelta(minutes=3)
    said.open.append(Alarm(kind="unreachable", subject="71-03", opened_at=later, area="71-03"))
    await copy.write(LOG, said, pool)

    (row,) = await shown(pool)
    assert row["opened_at"] == later


async def test_a_start_neither_ends_what_was_not_looked_at_nor_moves_its_beginning(pool: Pool) -> None:
    await copy.write(LOG, Said([SILENT]), pool)
    after = Said(ends=False)  # as it has not asked the database yet
    await copy.write(LOG, after, pool)
    between = await names(pool)
    after.open.append(Alarm(kind="unreachable", subject="71-03", opened_at=NOW + timedelta(minutes=9), area="71-03"))
    await copy.write(LOG, after, pool)

    assert between == ["unreachable/71-03"]
    assert [row["opened_at"] for row in await shown(pool)] == [NOW]
    assert await copy.begun(LOG, pool) == {"unreachable/71-03"}


async def test_what_nobody_is_told_of_says_why(pool: Pool) -> None:
    await copy.write(LOG, Said(quiet=[SILENT]), pool)

    assert [row["quiet"] for row in await shown(pool)] == ["silenced"]


async def test_the_number_of_what_is_gathered_is_not_in_its_text(pool: Pool) -> None:
    many = Alarm(kind="unreachable", subject="many", opened_at=NOW, area="district-71", count=12)
    await copy.write(LOG, Said([many]), pool)

    (row,) = await shown(pool)
    assert (row["count"], json.loads(row["titles"])["de"]) == (
        12,
        "Box nicht erreichbar: {count} zugleich, Boxen 71-…",
    )


async def test_an_outage_that_gets_an_earlier_first_box_or_merges_stays_the_same_row(pool: Pool) -> None:
    outage = Alarm(kind="large_outage", subject="b", opened_at=NOW, names=frozenset({"b"}))
    merged = Alarm(kind="large_outage", subject="a", opened_at=NOW, names=frozenset({"a", "b", "c"}))
    await copy.write(LOG, Said([outage]), pool)
    await copy.write(LOG, Said([merged]), pool)

    assert await names(pool) == ["large_outage/b"]
    assert [row["ended_at"] for row in await pool.fetch("SELECT ended_at FROM alarm")] == [None]


async def test_after_an_hour_without_the_hub_nobody_knows_what_is_still_so(pool: Pool) -> None:
    await copy.write(LOG, Said([SILENT]), pool)
    await age(pool, "59 minutes")
    before = await names(pool)
    await age(pool, "61 minutes")
    gone = await names(pool)
    await copy.write(LOG, Said([SILENT]), pool)

    assert (before, gone, await names(pool)) == (["unreachable/71-03"], [], ["unreachable/71-03"])


async def test_two_hubs_say_each_alarm_once_and_what_one_does_not_see_stays_with_the_other(pool: Pool) -> None:
    other = UUID(int=2)
    clock = Alarm(kind="clock", subject="72-01", opened_at=NOW, area="72-01")
    await copy.write(LOG, Said([SILENT]), pool)
    await copy.write(other, Said([SILENT, clock]), pool)
    await copy.write(LOG, Said([SILENT]), pool)
    both = await names(pool)
    await age(pool, "4 minutes", other)  # it was replaced

    assert both == ["clock/72-01", "unreachable/71-03"]
    assert await names(pool) == ["unreachable/71-03"]


async def test_what_is_over_is_kept_for_a_week_and_a_hub_that_is_gone_for_a_month(pool: Pool) -> None:
    said = Said([SILENT])
    await copy.write(LOG, said, pool)
    await copy.write(UUID(int=2), said, pool)
    await age(pool, "31 days", UUID(int=2))
    said.open.clear()
    await copy.write(LOG, said, pool)
    await pool.execute("UPDATE alarm SET ended_at = now() - INTERVAL '8 days' WHERE ended_at IS NOT NULL")
    await copy.write(LOG, said, pool)

    assert await pool.fetch("SELECT FROM alarm") == []
    assert [row["log"] for row in await pool.fetch("SELECT log FROM alarm_list")] == [LOG]


async def test_the_roles_of_the_api_may_all_that_this_needs(database: DatabaseSettings) -> None:
    async with db.pool(as_role(database, Role.WRITER), "tests") as writer:
        written = await copy.write(LOG, Said([SILENT]), writer)
        await copy.write(LOG, Said(), writer, written)
    async with db.pool(as_role(database, Role.API), "tests") as reader:
        assert await copy.begun(LOG, reader) == frozenset()


async def test_a_database_that_is_away_costs_nothing_but_the_age(pool: Pool, database: DatabaseSettings) -> None:
    """The copy goes on when it is back; a hub that does not look any more says nothing new."""
    away = DatabaseSettings(url=SecretStr("postgresql://nobody@127.0.0.1:1/none"), connect_timeout_seconds=1)
    said = Said([SILENT])
    async with db.pool(away, "tests") as none:
        work = asyncio.create_task(copy.run(LOG, said, none))
        await asyncio.sleep(0.5)
        assert not work.done()
        work.cancel()
        await asyncio.wait([work])
    said.looks = False
    async with db.pool(database, "tests") as there:
        work = asyncio.create_task(copy.run(LOG, said, there))
        await asyncio.sleep(0.5)
        assert await shown(pool) == []
        work.cancel()
        await asyncio.wait([work])
        said.looks = True
        work = asyncio.create_task(copy.run(LOG, said, there))
        async with asyncio.timeout(20):
            while not await shown(pool):
                await asyncio.sleep(0.05)
        work.cancel()
        await asyncio.wait([work])


async def test_calls_that_were_merged_are_one_row_as_they_are_one_alarm(node: Node, pool: Pool) -> None:
    async with speaking(node, plan=ALONE) as alarms:
        source = ServiceSource(alarms.service)
        assert not source.is_looking()  # nothing of before the first look counts
        calls = await received(node, "71-01", "71-01", "72-01")
        await alarms.look()
        await copy.write(node.log.id, source, pool)
        apart = await names(pool)
        await merge(node, calls[0], calls[1])
        await alarms.look()
        await copy.write(node.log.id, source, pool)

        assert source.is_looking()
        assert len(apart) == 4
        assert await names(pool) == [*sorted(f"distress/{call}" for call in (calls[0], calls[2])), "nobody_on_duty/all"]


async def test_where_nobody_uses_alarms_nobody_is_missing_on_duty(node: Node, pool: Pool) -> None:
    async with speaking(node, plan=UNUSED) as alarms:
        await alarms.look()
        await copy.write(node.log.id, ServiceSource(alarms.service), pool)

    assert [(row["kind"], row["quiet"]) for row in await shown(pool)] == [("nobody_on_duty", "not_set_up")]


async def test_the_page_and_the_table_have_the_same_alarms(node: Node, pool: Pool) -> None:
    """Those of which people are told, under the names that their messages have."""
    push = KeepingChannel("push")
    async with speaking(node, push, plan='[channels.push]\n[people.anna]\npush = "a"\n') as alarms:
        source = ServiceSource(alarms.service)
        await node.receive(DistressReceived(text="Rauch", box="71-01"))
        alarms.service.gathering.put("battery", (Alarm(kind="battery", subject="71-03", opened_at=NOW, area="71-03"),))
        await alarms.look()
        await copy.write(node.log.id, source, pool)
        rows = await shown(pool)
        page = {found.kept.name for found in alarms.service.speaker.open()}
        tells = source.tells()

    assert {row["name"] for row in rows if row["quiet"] is None} == page
    assert {"distress", "battery", "nobody_on_duty"} <= {row["kind"] for row in rows}
    assert tells
    assert {row["tells"] for row in rows} == {True}
    titles = {json.loads(row["titles"])["de"] for row in rows}
    assert {each.title for each in push.sent} <= titles


async def test_a_hub_whose_channels_fail_or_that_has_no_people_does_not_tell(node: Node) -> None:
    async with speaking(node, plan=ALONE) as alarms:
        assert not ServiceSource(alarms.service).tells()
    push = KeepingChannel("push")
    async with speaking(node, push, plan='[channels.push]\n[people.anna]\npush = "a"\n') as alarms:
        source = ServiceSource(alarms.service)
        assert source.tells()
        push.mode = "unavailable"
        await node.receive(DistressReceived(text="Rauch", box="71-01"))
        for _ in range(4):
            await alarms.look(1)
        await until(lambda: not source.tells())


async def test_a_running_hub_brings_its_list_and_goes_on_with_it_after_a_start(
    open_node: Callable[..., AbstractAsyncContextManager[Node]], pool: Pool, database: DatabaseSettings
) -> None:
    """Where nobody is told by the hub, so that nothing but the table remembers what was open."""
    await pool.execute(
        "INSERT INTO backup (name, every, noted_at, succeeded_at)"
        " VALUES ('nightly', INTERVAL '1 day', now() - INTERVAL '30 days', now() - INTERVAL '9 days')"
    )
    settings = Settings(database=database)
    async with open_node() as node:
        await copy.write(node.log.id, Said([BACKUP]), pool)  # it has held for five minutes
        settings = settings.model_copy(update={"crisis": node.settings.model_copy(update={"copies": True})})
        call = await node.receive(DistressReceived(text="Rauch", box="71-01"))
        async with service.running(node, settings, ()):
            await until(lambda: wanted(pool, f"distress/{call.id}"))
            begun = await pool.fetch("SELECT looked_at FROM alarm_list")
            await until(lambda: newer(pool, begun[0]["looked_at"]), 30)

    assert {"backup/nightly", f"distress/{call.id}"} <= set(await names(pool))


async def wanted(pool: Pool, name: str) -> bool:
    return name in await names(pool)


async def newer(pool: Pool, looked_at: datetime) -> bool:
    return bool(await pool.fetch("SELECT FROM alarm_list WHERE looked_at > $1", looked_at))
