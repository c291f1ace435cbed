"""The Dockerfile's steps in a plain virtual environment: the same files, the same commands, the same user."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dockerfile_parse import DockerfileParser

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(900)  # the first test installs everything, on a machine that may be busy
USER = 10_001


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile in their order, each with its value."""
    found = DockerfileParser(str(ROOT / "Dockerfile")).structure
    return [(step["instruction"], step["value"]) for step in found if step["instruction"] != "COMMENT"]


def values(instruction: str) -> list[str]:
    return [value for name, value in steps() if name == instruction]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that any user can enter."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def image(folder: Path) -> dict[str, str]:
    """The environment of a container after every COPY and RUN ran here, with the arguments pointing into `folder`."""
    source = folder / "source"
    source.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),  # where pip may be told which registry to ask
        **dict(value.split("=", 1) for value in values("ARG")),
        "PREFIX": str(folder / "kiezbox"),
        "DATA": str(folder / "data"),
        **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
    }
    for instruction, value in steps():
        if instruction == "COPY" and not value.startswith("--from"):
            copy(value.split(), source)
        if instruction == "RUN":
            command = value if os.geteuid() == 0 else value.replace(f"-o {USER} -g {USER} ", "")
            done = subprocess.run(
                ["sh", "-c", command], cwd=source, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{value}\n{done.stderr}"
    return {"PATH": f"{environment['PREFIX']}/bin:/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}


def copy(arguments: list[str], into: Path) -> None:
    *sources, to = arguments
    for name in sources:
        found = ROOT / name
        if found.is_dir():
            shutil.copytree(found, into / to, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(found, into / to)


def run(image: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """A command as a container runs it: from another folder, and as another user when we are root."""
    who: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if can_be_anybody(image) else {}
    path = shutil.which(command[0], path=image["PATH"])
    assert path is not None
    return subprocess.run(
        [path, *command[1:]], cwd="/", env=image, capture_output=True, text=True, check=False, timeout=60, **who
    )


def can_be_anybody(image: dict[str, str]) -> bool:
    """Whether we are root, and other users can run the Python of the environment."""
    if os.geteuid() != 0:
        return False
    python = shutil.which("python3", path=image["PATH"])
    assert python is not None
    folders = Path(python).resolve().parents
    return all(folder.stat().st_mode & 0o001 for folder in folders)


@pytest.mark.slow
def test_the_entry_point_runs_from_the_root_folder(image: dict[str, str]) -> None:
    done = run(image, "kiezbox", "--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "kiezbox 0.1.0\n"


@pytest.mark.slow
@pytest.mark.parametrize("command", [["kiezbox", "api", "--help"], ["firmware-sim", "fleet", "--help"]])
def test_what_compose_starts_is_in_it(image: dict[str, str], command: list[str]) -> None:
    done = run(image, *command)

    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.slow
def test_its_installation_is_whole(image: dict[str, str]) -> None:
    done = run(
        image,
        "python3",
        "-c",
        "import api.app, ingest.worker, crisis.service, dashboards, pyarrow, firmware_sim",
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_its_data_folder_is_its_own(image: dict[str, str], folder: Path) -> None:
    assert image

    found = (folder / "data").stat()
    assert found.st_mode & 0o777 == 0o750
    assert found.st_uid == (USER if os.geteuid() == 0 else os.geteuid())


def test_it_ends_as_an_ordinary_user_with_one_entry_point() -> None:
    assert values("USER") == [f"{USER}:{USER}"]
    assert values("ENTRYPOINT") == ['["kiezbox"]']
    assert [name for name, _ in steps()].index("USER") > max(i for i, (name, _) in enumerate(steps()) if name == "RUN")


def test_its_base_has_an_exact_version() -> None:
    bases = {value.split()[0] for value in values("FROM")}

    assert len(bases) == 1
    assert all(part.isdigit() for part in bases.pop().split(":")[1].split("-")[0].split("."))


def test_everything_that_it_copies_may_reach_the_builder() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert {name for value in values("COPY") if not value.startswith("--") for name in value.split()[:-1]} == allowed
