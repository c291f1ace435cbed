"""A hub with monthly files, and rounds that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiezbox.settings import OpendataSettings

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import Settings


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    opendata = OpendataSettings(
        folder=tmp_path / "opendata", licence="dl-by-de/2.0", attribution="Kiez 71", free_mb_min=0
    )
    return settings.model_copy(update={"opendata": opendata})


@pytest.fixture
def folder(settings: Settings) -> Path:
    assert settings.opendata.folder is not None
    return settings.opendata.folder
