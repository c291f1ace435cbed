"""Noting what boxes say of their mains power, once it is sure (crisis/state/power/watch.py says when)."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis import clock
from crisis.log.errors import NotKept
from crisis.model import subjects
from crisis.state.power.outages import Grade
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crisis.node import Node
    from crisis.places.packs import PlacesFolder
    from devices.readings import Status

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_COUNT_SECONDS = 5.0
_HOUR = timedelta(hours=1)


async def note_status(node: Node, box: str, status: Status, received_at: datetime, *, retained: bool = False) -> None:
    """Note what a box's status says of its power; a sure change goes into the log. Raises Full, Unwritable."""
    node.power_watch.hear(box, status, received_at, time.monotonic(), retained=retained)
    await write_due(node, (box,))


async def write_due(node: Node, boxes: Iterable[str]) -> None:
    """Write down what is sure by now. Raises Full, Unwritable; what was not written is tried again."""
    for box in boxes:
        known = node.state.power_of(box)
        body = node.power_watch.settle(box, known, time.monotonic(), _in_the_last_hour(node, box))
        if body is None:
            continue
        is_stranger = known is None and box != node.name and node.state.seen_mode(box) is None
        if is_stranger and not node.call_shares.may_note_new_box(time.monotonic()):
            continue
        await node.record(body, node.name)
        log.info("a box's mains power", extra={"box": box, "mains": body.mains, "flapping": body.flapping})


def _in_the_last_hour(node: Node, box: str) -> int:
    now = node.now()
    history = node.state.history(subjects.power(box))
    return sum(now - _HOUR < dated.at <= now + clock.TOLERANCE for dated in history)


def count(node: Node) -> None:
    """Say in the metrics how many boxes are in outages."""
    boxes = dict.fromkeys(Grade, 0)
    for outage in node.power_survey().outages:
        boxes[outage.grade] += len(outage.boxes_out)
    for grade, number in boxes.items():
        metrics.CRISIS_OUTAGE_BOXES.labels(grade.value).set(number)


def _read_places(folder: PlacesFolder) -> None:
    """Read streets and borders when they are new, which takes long, and not when somebody waits for a page."""
    folder.current().where(52.52, 13.40)
    folder.current().streets_in(())


async def run(node: Node) -> None:
    """Write down what becomes sure with time, and count the boxes in outages, for as long as the node runs."""
    said, counted_at = "", -_COUNT_SECONDS
    while True:
        if time.monotonic() - counted_at >= _COUNT_SECONDS:
            counted_at = time.monotonic()
            await asyncio.to_thread(_read_places, node.places)
            count(node)
        try:
            await write_due(node, node.power_watch.open())
            said = ""
        except NotKept as error:
            if str(error) != said:
                log.warning("what boxes say of their power cannot be kept now", extra={"error": error})
                said = str(error)
        await asyncio.sleep(_LOOK_SECONDS)
