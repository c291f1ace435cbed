"""The weekly Probealarm: each channel is tried, with a list of who saw it. The node that speaks for all begins it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING

from crisis.log.errors import NotKept
from crisis.model.alarm_bodies import AlarmOpened
from translations import berlin

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.alarm.outbox.outbox import Outbox
    from crisis.node import Node
    from kiezbox.settings import AlarmSettings

log = logging.getLogger(__name__)

_LOOK_SECONDS = 20.0
_NAMESPACE = uuid.UUID("7765656b-6c79-5078-8000-746573740000")  # fixed for ever: a day has one test
_LATE_MINUTES = 180  # a node that was down at the time begins it so much later at most: nobody is tested at night


async def run(node: Node, outbox: Outbox, settings: AlarmSettings) -> None:
    """Begin the test of every week on its day, for as long as the hub runs: boxes are tried by hand."""
    while True:
        await begin_if_due(node, outbox, settings, node.now())
        await asyncio.sleep(_LOOK_SECONDS)


async def begin_if_due(node: Node, outbox: Outbox, settings: AlarmSettings, now: datetime) -> bool:
    """Begin the weekly test if it is due now and was not begun today."""
    if settings.test_day is None or not node.is_hub:
        return False
    local = berlin.local(now)
    hour, minute = map(int, settings.test_time.split(":"))
    late = (local.hour - hour) * 60 + local.minute - minute
    day = local.date().isoformat()
    if local.weekday() != settings.test_day or not 0 <= late <= _LATE_MINUTES or await outbox.tested() == day:
        return False
    name = uuid.uuid5(_NAMESPACE, f"{node.name} {day}")  # the same one after a restart before it is noted
    try:
        await node.record(AlarmOpened(f"test/{name}", "info"), node.name, uuid.uuid5(name, "opened"))
    except NotKept as error:
        log.warning("the weekly test of alarms cannot begin", extra={"error": error})
        return False
    await outbox.note_tested(day)
    return True
