"""`kiezbox alarm`: what the running node is asked, and what people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from crisis.alarm.outbox import requests
from kiezbox.errors import OperatorError
from stack.commands import alarm

if TYPE_CHECKING:
    from pathlib import Path


def run(folder: Path, *arguments: str) -> str:
    found = CliRunner().invoke(alarm.app, arguments, env={"KIEZBOX_CRISIS_FOLDER": str(folder)})
    if found.exception is not None:
        raise found.exception
    return found.output


@pytest.mark.parametrize(
    ("typed", "days"),
    [("mon-fri", [0, 1, 2, 3, 4]), ("sat-mon", [0, 5, 6]), ("wed", [2]), ("mon,WED", [0, 2]), ("", [])],
)
def test_days_of_the_week_are_named_alone_or_from_to(typed: str, days: list[int]) -> None:
    assert alarm._days(typed) == days


def test_days_that_are_none_are_explained() -> None:
    with pytest.raises(OperatorError, match="montag"):
        alarm._days("montag")


def test_without_a_node_a_command_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as error:
        requests.summary(tmp_path)

    assert "KIEZBOX_CRISIS_FOLDER" in error.value.hint


def test_the_channels_of_the_file_are_checked_and_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "alarm.toml").write_text(
        '[channels.sms]\ntype = "sms"\nconfig = "/nowhere"\n[people.anna]\nsms = "+49"\n'
    )

    said = run(tmp_path, "channels")

    assert "sms: outside: " in said
    assert "ready" not in said
    assert "anna: sms" in said
