"""A hub and a box as staff use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.crisis import deps
from crisis import node as nodes
from tests.api.crisis.support.applications import Application, running, settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Application]:
    """A hub without database and broker."""
    async with running(settings_of(tmp_path / "hub")) as made:
        yield made


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Application]:
    """The box 71-01, without a broker."""
    async with running(settings_of(tmp_path / "box", "box")) as made:
        yield made


class _NoWork:
    """Stands for crisis.service: the node alone, without the sync that would tell it about its hub."""

    running = staticmethod(nodes.opened)


@pytest.fixture
async def still_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Application]:
    """The box 71-01 without any background work: a test decides which peers it hears."""
    monkeypatch.setattr(deps, "service", _NoWork)
    async with running(settings_of(tmp_path / "box", "box")) as made:
        yield made
