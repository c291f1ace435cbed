"""The weekly Probealarm: each channel is tried, with a list of who saw it. Each node tries those that it has.

Boxes begin one after the other within half an hour: two that share the air must not send at once.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.log.errors import NotKept
from crisis.model.alarm_bodies import AlarmOpened
from translations import berlin

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crisis.alarm.outbox.outbox import Outbox
    from crisis.node import Node
    from kiezbox.settings import AlarmSettings

log = logging.getLogger(__name__)

_LOOK_SECONDS = 20.0
_NAMESPACE = uuid.UUID("7765656b-6c79-5078-8000-746573740000")  # fixed for ever: a day has one test
SPREAD_MINUTES = 30
_LATE = timedelta(
    minutes=181
)  # a node that was down at the time begins it so much later at most: nobody is tested at night


async def run(node: Node, outbox: Outbox, settings: AlarmSettings, has_people: Callable[[], bool]) -> None:
    """Begin the test of every week on its day, for as long as a node with channels runs and can tell somebody."""
    while True:
        if has_people():
            await begin_if_due(node, outbox, settings, node.now())
        await asyncio.sleep(_LOOK_SECONDS)


def after_minutes(node: Node) -> int:
    """How long after the time in the settings this node begins: the hub at once, each box at its own minute."""
    return 0 if node.is_hub else 1 + zlib.crc32(node.name.encode()) % SPREAD_MINUTES


async def begin_if_due(node: Node, outbox: Outbox, settings: AlarmSettings, now: datetime) -> bool:
    """Begin the weekly test if it is due now and was not begun yet."""
    day = _due_day(settings, now, timedelta(minutes=after_minutes(node)))
    if day is None or await outbox.tested() == day:
        return False
    name = uuid.uuid5(_NAMESPACE, f"{node.name} {day}")  # the same one after a restart before it is noted
    opened = AlarmOpened(f"test/{name}", "info", node.default_area)
    try:
        await node.record(opened, node.name, uuid.uuid5(name, "opened"))
    except NotKept as error:
        log.warning("the weekly test of alarms cannot begin", extra={"error": error})
        return False
    await outbox.note_tested(day)
    return True


def _due_day(settings: AlarmSettings, now: datetime, after: timedelta) -> str | None:
    """The day whose test is due now. One that begins shortly before midnight is due on the next day as well."""
    hour, minute = map(int, settings.test_time.split(":"))
    local = berlin.local(now)
    for days in (0, 1):
        begins = local.replace(hour=hour, minute=minute, second=0, microsecond=0) - timedelta(days=days)
        late = local - begins - after
        if begins.weekday() == settings.test_day and timedelta() <= late < _LATE:
            return begins.date().isoformat()
    return None
