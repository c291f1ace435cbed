"""The project itself: its import contracts, its names, its distributions."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import urllib.request
import zipfile
from graphlib import TopologicalSorter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest

from tests.conftest import ROOT
from tests.system.support import kiezbox_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
SIMULATOR = tomllib.loads((ROOT / "firmware-sim" / "pyproject.toml").read_text(encoding="utf-8"))
SCRIPTS = [*PROJECT["project"]["scripts"], *SIMULATOR["project"]["scripts"]]

# For each contract, an import that breaks it and the module into which it is planted.
PLANTED = {
    "layers": ("kiezbox/log.py", "import stack"),
    "crisis-doors": ("api/crisis/residents/labels.py", "from api.crisis.staff import overview"),
    "layers-stack": ("stack/embedded/nats.py", "from stack.commands import up"),
    "crisis-layers": ("crisis/log/file.py", "from crisis.state import rules"),
    "crisis-places": ("crisis/places/areas.py", "from crisis.model import areas"),
    "crisis-circles": ("crisis/log/records.py", "from crisis.log import file"),
    "simulator-knows-no-server": ("firmware-sim/src/firmware_sim/__init__.py", "import devices"),
    "server-knows-no-simulator": ("ingest/__init__.py", "import firmware_sim"),
    "devices-is-pure": ("devices/boxes.py", "import asyncio"),
    "api-layers": ("api/http/problems.py", "from api.readings import filters"),
    "charts-are-pure": ("api/charts/chart.py", "from api.readings import buckets"),
    "maps-know-no-crisis": ("api/maps/projection.py", "from crisis.model import areas"),
    "box-loads-no-hub": ("api/crisis/limits.py", "from kiezbox import db"),
    "no-circles": ("api/http/problems.py", "from api.http import formats"),
    "door-mqtt": ("ingest/__init__.py", "from paho.mqtt import client"),
    "door-database": ("api/__init__.py", "import asyncpg"),
    "door-http": ("ingest/__init__.py", "from fastapi import FastAPI"),
    "receiver-knows-no-pages": ("receiver/application.py", "from api.readings import latest"),
    "door-grafana": ("api/__init__.py", "from grafana_client import GrafanaApi"),
    "door-babel": ("api/__init__.py", "from babel import dates"),
    "door-rdflib": ("api/site/__init__.py", "import rdflib"),
    "door-pmtiles": ("stack/__init__.py", "from pmtiles import reader"),
    "door-apprise": ("crisis/alarm/channels/carrying.py", "import apprise"),
    "door-sqlite": ("stack/__init__.py", "import sqlite3"),
}
ROOM_MODULES_MAX = 15
SPACIOUS = {"api/sensorthings"}  # one grammar, one translation: its modules are many and small
# Imports between packages of one layer, which the layers forbid besides upward imports.
SIDEWAYS = [
    ("ingest", "api"),
    ("api", "dashboards"),
    ("dashboards", "ingest"),
    ("ingest", "receiver"),
    ("receiver", "stack"),
    ("crisis", "api"),
    ("devices", "crisis"),
    ("devices", "radio"),
    ("radio", "crisis"),
    ("translations", "storage"),
    ("translations", "api"),
    ("devices", "storage"),
    ("storage", "devices"),
    ("storage", "crisis"),
    ("storage", "ingest"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all code, into which imports are planted."""
    copy = tmp_path_factory.mktemp("tree")
    without = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for package in [*PACKAGES, "firmware-sim"]:
        shutil.copytree(ROOT / package, copy / package, ignore=without)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def broken_contracts(tree: Path) -> set[str]:
    """The names of the contracts that `make check` finds broken in a tree."""
    code = (
        f"import sys; sys.path[:0] = [{str(tree)!r}, {str(tree / 'firmware-sim' / 'src')!r}];"
        "from importlinter import cli; sys.exit(cli.lint_imports(no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, check=False, timeout=100
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return set(re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE))


def names() -> dict[str, str]:
    """The name of each contract by its id."""
    return {contract["id"]: contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}


def test_the_code_keeps_every_contract(tree: Path) -> None:
    assert broken_contracts(tree) == set()


def test_every_contract_has_a_planted_import() -> None:
    assert set(PLANTED) == set(names())


@pytest.mark.parametrize("contract", PLANTED)
def test_a_contract_finds_a_planted_import(tree: Path, contract: str) -> None:
    module, line = PLANTED[contract]

    assert names()[contract] in _with_planted(tree, module, line)


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph(*PACKAGES, "firmware_sim", cache_dir=None)

    TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()


@pytest.mark.parametrize(("importer", "imported"), SIDEWAYS)
def test_neighbours_and_upper_layers_are_out_of_reach(tree: Path, importer: str, imported: str) -> None:
    assert names()["layers"] in _with_planted(tree, f"{importer}/__init__.py", f"import {imported}")


def _with_planted(tree: Path, module: str, line: str) -> set[str]:
    path = tree / module
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        return broken_contracts(tree)
    finally:
        path.write_text(before, encoding="utf-8")


def entries(folder: Path) -> list[str]:
    """The files and folders that a reader of the tree sees, but for the file that makes it a package."""
    return [path.name for path in folder.iterdir() if path.name not in {"__pycache__", "__init__.py"}]


def modules(folder: Path) -> list[str]:
    """The modules of a room, but for the file that makes it a package."""
    return [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]


def test_a_room_holds_at_most_fifteen_modules() -> None:
    rooms = [path for name in ("api", "crisis") for path in (ROOT / name).rglob("*") if path.is_dir()]

    crowded = {str(room.relative_to(ROOT)) for room in rooms if len(modules(room)) > ROOM_MODULES_MAX}

    assert crowded - SPACIOUS == set(), "docs/adr/0012-rooms-and-their-contracts.md"


@pytest.mark.parametrize(("package", "most"), [("api", 18), ("crisis", 12)])
def test_a_newcomer_sees_few_rooms(package: str, most: int) -> None:
    assert len(entries(ROOT / package)) <= most


def clashes(provided: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Our top-level names that other distributions install as well, with those distributions."""
    ours = {"kiezbox", "firmware-sim"}
    found = {name: sorted(set(provided.get(name, [])) - ours) for name in [*PACKAGES, "firmware_sim", "tests"]}
    return {name: others for name, others in found.items() if others}


def test_no_other_distribution_has_our_names() -> None:
    assert clashes(metadata.packages_distributions()) == {}
    assert set(PACKAGES) & sys.stdlib_module_names == set()


def test_a_distribution_with_one_of_our_names_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    information = tmp_path / "other-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (information / "RECORD").write_text("api/__init__.py,,\n")
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").touch()  # Python 3.12 and later pass over files in RECORD that are not there
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])  # behind ours: nobody imports this `api`

    assert clashes(metadata.packages_distributions()) == {"api": ["other"]}


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_every_dependency_has_an_exact_version() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [
        *PROJECT["project"]["dependencies"],
        *SIMULATOR["project"]["dependencies"],
        *itertools.chain(*extras.values()),
    ]
    exact = {
        _normal(line.split("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    }

    assert {_normal(re.split(r"[<>=~!\[ ]", line)[0]) for line in wanted} - exact == set()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Both distributions as wheels."""
    folder = tmp_path_factory.mktemp("wheels")
    for project in (ROOT, ROOT / "firmware-sim"):
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(build, cwd=project, check=True, capture_output=True)
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheels: list[Path]) -> Iterator[Path]:
    """The console scripts of a fresh environment with both wheels; their dependencies are borrowed from ours."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-") as name:
        environment = Path(name) / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        python = environment / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(python)]
        subprocess.run([*pip, "install", "--no-index", "--no-deps", *map(str, wheels)], check=True)
        # Only the modules in a path of a .pth file become importable, not its .pth files: so not our sources.
        (site,) = environment.glob("lib/python*/site-packages")
        (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
        yield environment / "bin"


@pytest.mark.slow
def test_a_wheel_has_every_file_of_its_packages(wheels: list[Path]) -> None:
    (wheel,) = [path for path in wheels if path.name.startswith("kiezbox-")]
    files = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert packed == files


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_console_script_runs_from_another_folder(installed: Path, script: str, tmp_path: Path) -> None:
    done = subprocess.run([installed / script, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert script in done.stdout


@pytest.mark.slow
def test_the_installed_code_is_the_wheel_s(installed: Path, tmp_path: Path) -> None:
    code = "import api, firmware_sim, kiezbox, stack; print(api.__file__, firmware_sim.__file__, stack.__file__)"

    done = subprocess.run([installed / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert all(path.startswith(str(installed.parent)) for path in done.stdout.split())


@pytest.mark.slow
@pytest.mark.system
def test_the_wheel_runs_the_whole_way_from_another_folder(installed: Path, tmp_path: Path) -> None:
    path = (
        f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"  # the NATS server is a program: not borrowed by import
    )
    data = installed.parent.parent / "data"

    with kiezbox_up.up(
        data, "--interval", "0.2", kiezbox=[str(installed / "kiezbox")], folder=tmp_path, environment={"PATH": path}
    ) as up:
        kiezbox_up.wait_for("readings", lambda: len(up.get("/v1/latest")["items"]) > 0)
        with urllib.request.urlopen(f"http://127.0.0.1:{up.http}/", timeout=30) as page:
            assert "<html" in page.read().decode()
        assert up.end(signal.SIGTERM) == 0

    assert list(tmp_path.iterdir()) == []
