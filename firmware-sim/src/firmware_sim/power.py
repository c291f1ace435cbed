"""Which boxes have no mains power: a file in the data folder, which running boxes follow.

`firmware-sim power off 71-01` writes it, a person may edit it, and it stays when the simulator is started again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware_sim import box_ids
from firmware_sim.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from firmware_sim.box import Box

FILE = "without-power"  # a box a line
EVERYBODY = "all"
_LOOK_SECONDS = 1.0


def without(folder: Path) -> frozenset[str]:
    """The boxes without mains power; `all` stands for every box. Lines that are no box are ignored."""
    try:
        words = (folder / FILE).read_text(encoding="utf-8", errors="replace").split()
    except OSError:  # nobody has switched anything off
        return frozenset()
    return frozenset(word for word in words if word == EVERYBODY or box_ids.is_id(word))


def switch(folder: Path, boxes: Iterable[str], *, on: bool) -> frozenset[str]:
    """Give these boxes their mains power or take it. Returns those without it then. Raises SimulatorError."""
    asked = set(boxes)
    wrong = sorted(box for box in asked if box != EVERYBODY and not box_ids.is_id(box))
    if wrong:
        raise SimulatorError(f"{wrong[0]!r} is no box: write ids such as 71-01, or `{EVERYBODY}`")
    before = without(folder)
    if on and EVERYBODY in before and EVERYBODY not in asked:
        raise SimulatorError(
            f"all boxes are without power: `firmware-sim power on {EVERYBODY}`, then take it from some"
        )
    after = (frozenset() if EVERYBODY in asked else before - asked) if on else before | asked
    text = "".join(f"{box}\n" for box in sorted(after))
    made = folder / f"{FILE}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made.write_text(text, encoding="utf-8")
        made.replace(folder / FILE)
    except OSError as error:
        raise SimulatorError(f"cannot write {folder / FILE}: {error.strerror}") from error
    return after


async def follow(folder: Path, boxes: Mapping[str, Box]) -> None:
    """Tell the boxes whenever the file has changed, until cancelled."""
    before: frozenset[str] = frozenset()
    while True:
        found = without(folder)
        if found != before:
            before = found
            for name, box in boxes.items():
                box.set_mains(on=EVERYBODY not in found and name not in found)
        await asyncio.sleep(_LOOK_SECONDS)
