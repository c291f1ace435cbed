"""Client ids in a folder: they cannot be guessed, and stay."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from kiezbox import mqtt
from kiezbox.mqtt.client_ids import FILE, ClientIds

if TYPE_CHECKING:
    from pathlib import Path


def test_client_ids_stay_the_same_and_nobody_else_can_read_them(tmp_path: Path) -> None:
    first, again = ClientIds(tmp_path, "kiezbox-crisis-hub"), ClientIds(tmp_path, "kiezbox-crisis-hub")

    assert first.client_id("calls") == again.client_id("calls")
    assert first.client_id("calls").startswith("kiezbox-crisis-hub-calls-")
    assert len(first.client_id("calls")) >= len("kiezbox-crisis-hub-calls-") + 20
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_two_nodes_of_one_name_have_different_ones(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()

    first, second = (ClientIds(tmp_path / name, "kiezbox-crisis-hub") for name in ("a", "b"))

    assert first.client_id("sync") != second.client_id("sync")


def test_a_box_has_another_one_at_each_start() -> None:
    assert mqtt.passing("kiezbox-crisis-71-01-sync") != mqtt.passing("kiezbox-crisis-71-01-sync")


def test_where_it_cannot_be_kept_the_session_of_before_goes_on(tmp_path: Path) -> None:
    assert ClientIds(tmp_path / "missing", "kiezbox-crisis-hub").client_id("calls") == "kiezbox-crisis-hub-calls"


@pytest.mark.parametrize("damage", ["", "{}", "[1]", "\x00"])
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).write_text(damage)

    made = ClientIds(tmp_path, "kiezbox-crisis-hub")

    assert made.client_id("calls") == ClientIds(tmp_path, "kiezbox-crisis-hub").client_id("calls")
    assert "cannot be read" in caplog.text
