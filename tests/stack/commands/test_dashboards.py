"""`kiezbox dashboards`, as one types it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.dashboards.support import grafana_server

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

KIEZBOX = Path(sys.executable).with_name("kiezbox")


def _run(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **(environment or {})}
    return subprocess.run(
        [KIEZBOX, "dashboards", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=variables,
        cwd="/",
    )


def test_build_writes_files_and_says_what_it_did(tmp_path: Path) -> None:
    first = _run("build", "--out", str(tmp_path))
    second = _run("build", "--out", str(tmp_path))

    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert first.stdout.count("created") == 8
    assert second.stdout.count("unchanged") == 8
    assert (tmp_path / "dashboards" / "kiezbox" / "kiezbox-lagebild.json").is_file()


def test_build_says_that_files_cannot_keep_a_folder_for_one_team(tmp_path: Path) -> None:
    done = _run("build", "--out", str(tmp_path), environment={"KIEZBOX_GRAFANA_STAFF_TEAM": "Lage"})

    assert done.returncode == 0
    assert "`kiezbox dashboards publish`" in done.stderr


def test_publish_says_what_it_did_and_who_would_be_told_twice(tmp_path: Path) -> None:
    (tmp_path / "alarm.toml").write_text('[channels.sms]\ntype = "sms"\n', encoding="utf-8")
    with grafana_server.serving() as server:
        environment = {
            "KIEZBOX_GRAFANA_URL": server.url,
            "KIEZBOX_GRAFANA_TOKEN": grafana_server.TOKEN,
            "KIEZBOX_GRAFANA_READER_PASSWORD": "secret",
            "KIEZBOX_ALARM_FILE": str(tmp_path / "alarm.toml"),
            "KIEZBOX_GRAFANA_ALERT_RULES": "true",  # as it was written before there was more to choose
        }
        done = _run("publish", environment=environment)

    assert done.returncode == 0, done.stderr
    assert "created    dashboard Lagebild" in done.stdout
    assert "channels: sms" in done.stderr
    assert "KIEZBOX_GRAFANA_ALERT_RULES=instead" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("publish",), "KIEZBOX_GRAFANA_TOKEN"), (("reader",), "KIEZBOX_GRAFANA_READER_PASSWORD")],
)
def test_what_is_missing_is_a_sentence_with_a_hint(arguments: tuple[str, ...], said: str) -> None:
    done = _run(*arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
