from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from stack.commands import doctor_compose
from stack.findings import Level
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {
    name: f"k{number}f0a9c3e7b15d28{'abcdefghijklmnop'[number]}60x"
    for number, name in enumerate(doctor_compose.SECRETS)
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the folder that an operator works in."""
    (tmp_path / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    return tmp_path


def fill(folder: Path, **changes: str) -> None:
    file = folder / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in (GOOD | changes).items()))
    file.chmod(0o600)


def test_secrets_of_their_own_are_fit(folder: Path) -> None:
    fill(folder)

    (found,) = doctor_compose.examine(folder)

    assert found.level is Level.OK


def test_the_example_as_it_is_is_refused_for_each_secret(folder: Path) -> None:
    (folder / ".env").write_text((ROOT / ".env.example").read_text())
    (folder / ".env").chmod(0o600)

    found = doctor_compose.examine(folder)

    assert [finding.level for finding in found] == [Level.FAIL] * len(doctor_compose.SECRETS)
    assert all("is not set" in finding.text for finding in found)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "is not set"),
        ("k3f0a9c3e7", "shorter than 16"),
        ("1f0a9c3e7b15d28c6012", "begin with a letter"),
        ("k@f0a9c3e7b15d28c6012", "begin with a letter"),
        ("change-me-change-me-change-me", "everybody tries"),
        ("kiezbox-kiezbox-kiezbox", "everybody tries"),
        ("kkkkkkkkkkkkkkkkkkkkkk", "repeats"),
        (GOOD["POSTGRES_PASSWORD"], "is the same as POSTGRES_PASSWORD"),
    ],
)
def test_a_secret_that_is_not_fit_is_refused_without_being_shown(folder: Path, value: str, why: str) -> None:
    fill(folder, KIEZBOX_DB_PASSWORD=value)

    found = doctor_compose.examine(folder)

    (about,) = [finding for finding in found if finding.text.startswith("KIEZBOX_DB_PASSWORD")]
    assert about.level is Level.FAIL
    assert why in about.text
    assert not value or value not in str(about)


def test_a_file_that_others_can_read_is_named(folder: Path) -> None:
    fill(folder)
    (folder / ".env").chmod(0o644)

    (found,) = doctor_compose.examine(folder)

    assert found.level is Level.WARN
    assert found.advice.startswith("chmod 600")


def test_the_password_that_all_boxes_shared_is_named_with_what_to_do(folder: Path) -> None:
    fill(folder, KIEZBOX_BOX_PASSWORD="k91b27cc0de8843fa6e25")

    (found,) = doctor_compose.examine(folder)

    assert found.level is Level.WARN
    assert "docker compose run --rm broker broker close" in found.advice


def test_without_the_file_it_says_how_to_make_one(folder: Path) -> None:
    (found,) = doctor_compose.examine(folder)

    assert found.level is Level.FAIL
    assert "cp .env.example .env" in found.advice


def test_elsewhere_it_says_where_to_go(tmp_path: Path) -> None:
    (found,) = doctor_compose.examine(tmp_path)

    assert found.level is Level.FAIL
    assert "no docker-compose.yml" in found.text


def test_the_command_refuses_to_go_on(folder: Path) -> None:
    fill(folder, KIEZBOX_MQTT_PASSWORD="change-me")

    done = subprocess.run(
        [sys.executable, "-m", "stack.cli", "doctor", "--compose"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "KIEZBOX_MQTT_PASSWORD" in done.stdout
    assert "change-me" not in done.stdout
