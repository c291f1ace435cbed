"""The health of one part: bounded in time, and what a node says of its log."""

from __future__ import annotations

import asyncio
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from api.health import checks
from crisis import node as nodes
from crisis.log.errors import Unwritable
from kiezbox.errors import Unavailable
from tests.crisis.conftest import settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from api.health.checks import Part
    from crisis.node import Node

GIB = 1 << 30


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with nodes.opened(settings_of("71-01", tmp_path, reserve_mib=64)) as made:
        yield made


def free(monkeypatch: pytest.MonkeyPatch, free_bytes: int) -> None:
    """The disk has so much room."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free_bytes))


async def test_a_probe_that_takes_too_long_is_a_part_that_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECK_SECONDS", 0.01)

    async def endless() -> Part:
        await asyncio.Event().wait()
        raise AssertionError

    part = await checks.bounded("broker", endless)

    assert (part.ok, part.detail) == (False, "no answer within 0.01 s")


async def test_what_is_unavailable_is_a_part_that_does_not_work_with_the_reason() -> None:
    async def away() -> Part:
        raise Unavailable("database", "connection refused")

    part = await checks.bounded("database", away)

    assert (part.name, part.ok) == ("database", False)
    assert "connection refused" in part.detail


async def test_a_log_with_room_takes_everything(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, GIB // 2)

    assert (await checks.crisis(node)).ok


@pytest.mark.parametrize(
    ("free_mib", "detail"),
    [
        (63, "63 MiB are free: only calls for help are taken, no reports"),
        (0, "0 MiB are free: hardly a call for help fits, no report"),
    ],
)
async def test_with_only_the_reserve_left_calls_for_help_are_taken(
    node: Node, monkeypatch: pytest.MonkeyPatch, free_mib: int, detail: str
) -> None:
    free(monkeypatch, free_mib << 20)

    part = await checks.crisis(node)

    assert (part.ok, part.detail) == (False, detail)


async def test_a_log_that_cannot_be_written_says_why(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_job: object) -> None:
        raise Unwritable("the log cannot be used", "disk I/O error")

    monkeypatch.setattr(node.log, "append", refuse)

    part = await checks.crisis(node)

    assert (part.ok, part.detail) == (False, "the log cannot be written: the log cannot be used")


async def test_a_folder_that_is_gone_is_no_bug(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_folder: Path) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(shutil, "disk_usage", gone)

    part = await checks.crisis(node)

    assert (part.ok, part.detail) == (False, "the log's folder cannot be reached: No such file or directory")
