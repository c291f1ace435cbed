"""What the hub asks its database, of a real one, with the rights that the API has."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from crisis.alarm import kinds
from crisis.alarm.alarms import Alarm
from crisis.alarm.channel import Sort
from crisis.alarm.hub_database import HubDatabase
from crisis.alarm.sources import of_database
from kiezbox import db
from kiezbox.settings import DatabaseSettings
from storage.rights import Role
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import Speaking, speaking
from tests.support.database_roles import as_role
from tests.support.waiting import until

if TYPE_CHECKING:
    from crisis.node import Node


def asking(alarms: Speaking, database: DatabaseSettings) -> HubDatabase:
    service = alarms.service
    return HubDatabase(service.node, service.outbox, service.gathering, database)


async def ask(alarms: Speaking, database: DatabaseSettings) -> asyncio.Task[None]:
    """Ask until every kind was looked at, or the database was away."""
    work = asyncio.create_task(asking(alarms, database).ask())
    gathering = alarms.service.gathering
    await until(lambda: "database" in gathering._last or "database" in gathering._failing or work.done())
    return work


async def test_a_wrong_clock_is_told_and_a_statement_that_is_refused_costs_no_other(
    node: Node, database: DatabaseSettings
) -> None:
    async with db.connect(database, "tests") as connection:
        await connection.execute("INSERT INTO box (id, district) VALUES ('71-03', 113)")
        await connection.execute(
            "INSERT INTO progress (box, boot, highest_seq, last_received_at, clock_skew_s) "
            "VALUES ('71-03', 1, 1, now(), 90)"
        )
    push, holding = KeepingChannel("push"), of_database.Holding()
    async with speaking(node, push) as alarms, db.pool(as_role(database, Role.API), "tests") as pool:
        holding.since["clock/71-03"] = time.monotonic() - 700  # it holds for so long
        for kind in kinds.OF_DATABASE:
            await asking(alarms, database).ask_one(kind, holding, pool)
        gathering = alarms.service.gathering
        assert gathering._failing == {}  # the role has every right that it needs
        async with db.connect(database, "tests") as connection:
            await connection.execute("ALTER FUNCTION upkeep_state RENAME TO upkeep_state_away")
            await connection.execute(f"REVOKE SELECT ON box_state FROM {Role.API}")
        for kind in kinds.OF_DATABASE:
            await asking(alarms, database).ask_one(kind, holding, pool)
        assert set(gathering._failing) == {"upkeep", "unreachable", "battery", "blackout"}
        await alarms.look()
        assert node.state.alarms.alarm("clock/71-03") is None  # of the hub alone, and not in the log

    assert {each.kind for each in push.sent} >= {"clock", "source_failing"}
    (told, *_) = [each for each in push.sent if each.kind == "clock"]
    assert "71-03" in told.title


async def test_a_database_that_is_away_is_an_alarm_after_five_minutes(node: Node) -> None:
    away = DatabaseSettings(url=SecretStr("postgresql://nobody@127.0.0.1:1/none"), connect_timeout_seconds=1)
    async with speaking(node, KeepingChannel("push")) as alarms:
        work = await ask(alarms, away)
        assert not work.done()
        work.cancel()
        await asyncio.wait([work])
        gathering, now = alarms.service.gathering, node.now()
        assert [each.name for each in gathering.found(now) if each.kind == "source_failing"] == []
        late = gathering.found(now + timedelta(minutes=6))
        assert [each.name for each in late if each.kind == "source_failing"] == ["source_failing/hub/database"]


async def test_a_hub_that_starts_anew_says_no_all_clear_for_what_it_has_not_looked_at(
    node: Node, database: DatabaseSettings
) -> None:
    push = KeepingChannel("push")
    battery = Alarm(kind="battery", subject="71-03", opened_at=node.now(), area="71-03", label="71-03")
    async with speaking(node, push) as alarms:
        alarms.service.gathering.put("battery", (battery,))
        await alarms.look()
    told = [each.sort for each in push.sent if each.kind == "battery"]
    push.sent.clear()
    async with speaking(node, push) as alarms:
        alarms.service.database = database
        await alarms.look(1)
        before = [each.kind for each in push.sent if each.kind == "battery"]
        alarms.service.gathering.put("battery", ())  # it has looked, and it is over
        await alarms.look()

    assert Sort.ALARM in told
    assert before == []
    assert {each.sort for each in push.sent if each.kind == "battery"} == {Sort.END}
