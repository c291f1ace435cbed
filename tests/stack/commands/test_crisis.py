"""`kiezbox crisis verify`: an exit code for scripts, and the first wrong line for people."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crisis import node as nodes
from crisis.model import commands
from crisis.model.log_bodies import EntryWritten, SealReason
from crisis.state.rules import Refusal
from kiezbox.settings import CrisisSettings, Settings
from tests.crisis.support import exported
from tests.crisis.support.examples import ANNA

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """An exported log of three entries and a seal."""
    made = tmp_path / "tagebuch.jsonl"
    async with nodes.opened(Settings(crisis=CrisisSettings(folder=tmp_path / "node"))) as node:
        for text in ("eins", "zwei", "drei"):
            assert not isinstance(await node.act(commands.WriteEntry(EntryWritten(text)), ANNA), Refusal)
        await node.seal(SealReason.HANDOVER, "anna")
        made.write_bytes(b"".join(await exported.lines_of(node)))
    return made


def verify(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty folder, without any setting: a machine that has nothing but the file."""
    empty = file.parent / "empty"
    empty.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KIEZBOX_")}
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "crisis", "verify", str(file), *more],
        cwd=empty,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_log_is_whole_on_a_machine_that_has_nothing_else(file: Path) -> None:
    found = verify(file)
    code = found.stdout.split("head ")[1].split(".")[0]
    again = verify(file, "--seal", code.upper())

    assert (found.returncode, again.returncode) == (0, 0), found.stderr
    assert "4 events" in found.stdout
    assert "1 seals in it fit, the last of them after event 3." in found.stdout
    assert "fits: it was made after event 4" in again.stdout
    assert "does not prove" in found.stdout
    assert list((file.parent / "empty").iterdir()) == []


def test_the_first_wrong_line_is_named(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"zwei", b"drei", 1))

    found = verify(file)

    assert found.returncode == 1
    assert found.stdout.startswith("WRONG in line 3 (event 2, number 2 of the operation log): its content is not what")


def test_a_seal_that_the_log_never_had_is_wrong(file: Path) -> None:
    found = verify(file, "--seal", "0000-1111-2222-3333")

    assert found.returncode == 1
    assert found.stdout.startswith("WRONG: the log never had the seal 0000-1111-2222-3333.")


@pytest.mark.parametrize("arguments", [("--seal", "3f9a"), ("--missing",), ("--other",)])
def test_what_is_no_log_and_no_seal_is_explained(file: Path, arguments: tuple[str, ...]) -> None:
    if arguments == ("--missing",):
        found = verify(file.with_name("nothing.jsonl"))
    elif arguments == ("--other",):
        file.write_text("nr;zeit\n")
        found = verify(file)
    else:
        found = verify(file, *arguments)

    assert found.returncode not in {0, 1}
    assert "Traceback" not in found.stderr
    assert found.stderr.strip()
