"""A box that listens on a port, with limits that a test can reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiezbox.settings import ApiSettings
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.conftest import unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kiezbox.settings import Settings


@pytest.fixture
def box_settings(tmp_path: Path) -> Settings:
    api = ApiSettings(
        port=unused_port(),
        connections_max=64,
        connections_per_address=8,
        trusted_proxies=(),
    )
    return settings_of(tmp_path / "box", "box").model_copy(update={"api": api})


@pytest.fixture
async def port(box_settings: Settings) -> AsyncIterator[int]:
    async with serving(box_settings, is_away=True):
        yield box_settings.api.port


@pytest.fixture
async def impatient_port(box_settings: Settings) -> AsyncIterator[int]:
    """A box that waits a second for a head or a body."""
    api = box_settings.api.model_copy(update={"head_seconds": 1.0, "body_seconds": 1.0})
    async with serving(box_settings.model_copy(update={"api": api}), is_away=True):
        yield api.port
