"""Logging: what strangers wrote cannot look like lines of ours."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from kiezbox import log
from kiezbox.settings import LogSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def kept_handlers() -> Iterator[None]:
    """All tests share the root logger: it is restored after the test."""
    root, asyncio_ = logging.getLogger(), logging.getLogger("asyncio")
    handlers, level, its_level = root.handlers[:], root.level, asyncio_.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    asyncio_.setLevel(its_level)


def written(capsys: pytest.CaptureFixture[str], form: str, **extra: object) -> list[str]:
    log.setup(LogSettings(format=form))
    logging.getLogger("a.b").warning("it happened", extra=extra)
    return capsys.readouterr().err.splitlines()


def test_values_stand_behind_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = written(capsys, "text", box="71-01", place="Müllerstraße 5", count=3)

    assert line.endswith(" WARNING a.b: it happened  box=71-01 place=Müllerstraße 5 count=3")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\n12:00:00 INFO    api: all is well", "a\\n12:00:00 INFO    api: all is well"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("ü\r", "ü\\r"),
        ("right\u202eleft", "right\\u202eleft"),
    ],
)
def test_a_value_cannot_begin_a_line_or_steer_a_terminal(
    capsys: pytest.CaptureFixture[str], value: str, shown: str
) -> None:
    (line,) = written(capsys, "text", topic=value)

    assert line.endswith(f"topic={shown}")


def test_in_json_a_value_is_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = written(capsys, "json", topic="a\nb")

    assert (json.loads(line)["topic"], json.loads(line)["message"]) == ("a\nb", "it happened")


def test_a_stack_trace_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    log.setup(LogSettings(format="text"))
    try:
        int("no")
    except ValueError:
        logging.getLogger("a").exception("it broke", extra={"box": "71-01"})

    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith("it broke  box=71-01")
    assert rest[-1].startswith("ValueError: ")
