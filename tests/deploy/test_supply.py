"""What gets installed: exact versions, hashes without addresses, a bill of materials that its schema allows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from typing import Any

import pytest
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

from deploy import hashes, sbom
from tests.conftest import ROOT

FILES = sorted(hashes.FOLDER.glob("*.txt"))


def entries(part: str) -> dict[str, tuple[str, list[str]]]:
    """By distribution its version and its hashes."""
    text = (hashes.FOLDER / f"{part}.txt").read_text()
    blocks = re.split(r"\n(?=\S)", text.partition("\n")[2].strip())
    return {
        hashes.normal(block.split("==")[0]): (re.split(r"==|\s", block)[1], re.findall(r"sha256:([0-9a-f]{64})", block))
        for block in blocks
        if block
    }


def test_the_files_name_every_version_of_the_constraints_with_hashes_and_no_address() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line]
    wanted = {hashes.normal(line.split("==")[0]): line.split("==")[1] for line in lines}
    found = {name: entry for file in FILES for name, entry in entries(file.stem).items()}

    assert {name: version for name, (version, _) in found.items()} == wanted, "run: python -m deploy.hashes"
    assert [name for name, (_, sums) in found.items() if not sums] == []
    assert [file.name for file in FILES if "//" in file.read_text()] == []


@pytest.mark.parametrize(
    ("distribution", "extra", "parts"),
    [
        ("kiezbox", "", ("base",)),
        ("kiezbox", "dashboards", ("base", "dashboards")),
        ("kiezbox", "parquet", ("base", "parquet")),
        ("kiezbox", "alarm", ("base", "alarm")),
        ("kiezbox", "embedded", ("base", "embedded")),
        ("firmware-sim", "", ("sim",)),
        ("hatchling", "", ("build",)),
    ],
)
def test_a_part_has_everything_that_is_needed(distribution: str, extra: str, parts: tuple[str, ...]) -> None:
    known = {name for part in parts for name in entries(part)}
    todo, needed = [(distribution, extra)], set[str]()
    while todo:
        name, with_extra = todo.pop()
        for wanted in map(Requirement, metadata.requires(name) or ()):
            if wanted.marker is not None and not wanted.marker.evaluate({"extra": with_extra}):
                continue
            found = hashes.normal(wanted.name)
            if found not in needed:
                needed.add(found)
                todo += [(found, each) for each in ("", *wanted.extras)]

    assert needed - known == set(), "run: python -m deploy.hashes"


def test_the_bill_of_materials_is_what_its_schema_allows() -> None:
    text = sbom.text()

    assert JsonStrictValidator(sbom.VERSION).validate_str(text) is None
    assert JsonStrictValidator(sbom.VERSION).validate_str(text.replace('"CycloneDX"', '"something"')) is not None


def test_the_bill_of_materials_lists_what_runs_with_hashes_and_the_images() -> None:
    found: dict[str, Any] = json.loads(sbom.text())
    named = {each["name"]: each for each in found["components"]}

    assert {name for part in sbom.PARTS for name in entries(part)} <= set(named)
    assert "pytest" not in named
    assert len(named["asyncpg"]["hashes"]) >= 6
    assert named["uvicorn"]["licenses"]
    assert named["grafana/grafana"]["type"] == "container"
    (root,) = [each for each in found["dependencies"] if each["ref"].startswith("kiezbox@")]
    assert any(ref.startswith("pkg:pypi/fastapi@") for ref in root["dependsOn"])


def test_the_audit_says_when_it_cannot_ask_and_does_not_look_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.audit"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "could not be asked" in done.stderr
    assert "Traceback" not in done.stderr
