from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from kiezbox import sql
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = [
    path
    for path in sorted(ROOT.rglob("sql"))
    if path.is_dir() and not {".venv", "tests", "firmware-sim"} & set(path.relative_to(ROOT).parts)
]


def package_of(folder: Path) -> str:
    return ".".join(folder.relative_to(ROOT).parent.parts)


def test_a_statement_is_loaded_from_the_folder_of_its_package_or_one_below() -> None:
    assert "INSERT INTO" in sql.load("ingest", "insert_series")
    assert "SELECT" in sql.load("dashboards", "lagebild/calls")


def test_a_statement_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        sql.load("ingest", "nothing")


@pytest.mark.parametrize("folder", FOLDERS, ids=package_of)
def test_every_statement_can_be_loaded_from_an_installed_package(folder: Path) -> None:
    package = package_of(folder)
    import_module(package)

    for file in folder.rglob("*.sql"):
        name = str(file.relative_to(folder).with_suffix(""))
        assert sql.load(package, name) == file.read_text(encoding="utf-8")
