"""A hub and a box as staff use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.crisis import deps as served
from crisis import node as nodes
from tests.api.crisis.staffed import Staffed, settings_of, staffed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Staffed]:
    """A hub without database and broker."""
    async with staffed(settings_of(tmp_path / "hub")) as made:
        yield made


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Staffed]:
    """The box 71-01, without a broker."""
    async with staffed(settings_of(tmp_path / "box", "box")) as made:
        yield made


class _NoWork:
    """Stands for crisis.service: the node alone, without the sync that would tell it about its hub."""

    running = staticmethod(nodes.opened)


@pytest.fixture
async def still_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Staffed]:
    """The box 71-01 without any background work: a test says whom it hears."""
    monkeypatch.setattr(served, "service", _NoWork)
    async with staffed(settings_of(tmp_path / "box", "box")) as made:
        yield made
