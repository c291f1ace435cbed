"""Whether a box's own machine has mains power: folders as the kernel has them (sysfs-class-power)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.sync.power import notes, supply
from crisis.sync.power.supply import Supplies

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node
    from tests.crisis.conftest import Wall

MAINS, BATTERY = {"type": "Mains", "online": "1"}, {"type": "Battery", "capacity": "87", "status": "Charging"}


def machine(folder: Path, **supplies: dict[str, str]) -> Path:
    for name, files in supplies.items():
        (folder / name).mkdir(exist_ok=True)
        for file, content in files.items():
            (folder / name / file).write_text(f"{content}\n")
    return folder


@pytest.mark.parametrize(
    ("supplies", "says"),
    [
        ({"ac": MAINS}, Supplies(True)),
        ({"ac": MAINS | {"online": "0"}, "bat": BATTERY}, Supplies(False, 87.0)),
        ({"ac": MAINS | {"online": "0"}, "usb": {"type": "USB", "online": "1"}}, Supplies(True)),
        ({"bat": BATTERY}, None),
        ({"ac": {"type": "Mains"}}, None),
        ({"ac": MAINS | {"online": "perhaps"}}, None),
        ({"ac": MAINS, "bat": BATTERY | {"capacity": "-1"}}, Supplies(True)),
        ({}, None),
    ],
)
def test_a_machine_says_whether_it_has_mains_power(
    tmp_path: Path, supplies: dict[str, dict[str, str]], says: Supplies | None
) -> None:
    assert supply.read(machine(tmp_path, **supplies)) == says


def test_a_machine_without_such_a_folder_says_nothing(tmp_path: Path) -> None:
    assert supply.read(tmp_path / "nowhere") is None


async def test_a_box_writes_down_its_own_power(
    open_node: Callable[..., AbstractAsyncContextManager[Node]], wall: Wall, tmp_path: Path
) -> None:
    folder = machine(tmp_path, ac=MAINS | {"online": "0"}, bat=BATTERY)
    place = {"latitude": 52.4847, "longitude": 13.3435}
    async with open_node("71-01", is_hub=False, wall=wall, power_supplies=folder, **place) as box:
        for _ in range(2):
            found = supply.read(folder)
            assert found is not None
            await notes.note_status(box, box.name, supply.status_of(box, found), box.now())
            wall.ahead += timedelta(seconds=supply.LOOK_SECONDS)

        (outage,) = box.power_survey().outages
        assert outage.boxes_out == ("71-01",)
        known = box.state.power_of("71-01")

    assert known is not None
    assert (known.mains, known.battery_percent, known.position) == (False, 87.0, (52.4847, 13.3435))
