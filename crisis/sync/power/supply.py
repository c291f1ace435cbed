"""On a box: whether this machine has mains power, as its kernel says (Linux, sysfs-class-power).

A UPS for a Raspberry Pi, a battery board or a laptop shows up there as a supply of type Mains, USB or UPS with `online`
1 or 0, and its battery with `capacity` in percent. Where the kernel knows of none, a program may write files of the
same form into another folder (KIEZBOX_CRISIS_POWER_SUPPLIES).
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.log.errors import NotKept
from crisis.sync.power import notes
from devices.readings import Status

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.node import Node

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
_SUPPLIES = {"Mains", "USB", "UPS", "Wireless"}
_BATTERY = "Battery"
_FULL_PERCENT = 100


async def run(node: Node) -> None:
    """Look for as long as the node runs. A machine without such a supply says nothing about its power."""
    while True:
        # In a thread: a battery on a slow bus must not make anybody wait.
        found = await asyncio.to_thread(read, node.settings.power_supplies)
        if found is not None:
            try:
                await notes.note_status(node, node.name, status_of(node, found), node.now())
            except NotKept as error:
                log.warning("whether this box has mains power cannot be kept now", extra={"error": error})
        await asyncio.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the supplies of a machine say. `battery_percent` None: it has no battery, or not one that can say it."""

    mains: bool
    battery_percent: float | None = None


def read(folder: Path) -> Supplies | None:
    """What the supplies in this folder say; None when none of them can say whether there is mains power."""
    mains: bool | None = None
    battery: float | None = None
    for each in sorted(_folders(folder)):
        kind = _word(each / "type")
        if kind in _SUPPLIES:
            online = _word(each / "online")
            if online in {"0", "1", "2"}:  # 2: a supply whose voltage can be chosen
                mains = bool(mains) or online != "0"
        elif kind == _BATTERY:
            battery = _percent(_word(each / "capacity"))
    return None if mains is None else Supplies(mains, battery)


def status_of(node: Node, found: Supplies) -> Status:
    """The same as a status of this box."""
    settings = node.settings
    return Status(
        online=True,
        at=node.now(),
        mains=found.mains,
        battery_percent=found.battery_percent,
        interval_s=LOOK_SECONDS,
        latitude=settings.latitude,
        longitude=settings.longitude,
    )


def _folders(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # no such folder: a machine that is not Linux, or a container
        return []


def _word(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:  # a battery that was taken out while it was read
        return ""


def _percent(word: str) -> float | None:
    return float(word) if word.isdecimal() and int(word) <= _FULL_PERCENT else None
