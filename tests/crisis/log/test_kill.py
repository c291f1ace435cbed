"""`kill -9` while events are being written: every accepted event is there, and no half one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crisis.log import folder
from tests.crisis.support.kill_writers import JOB_EVENTS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

# A thousand take half a minute: KIEZBOX_TEST_KILLS=1000 pytest tests/crisis/log/test_kill.py
KILLS = int(os.environ.get("KIEZBOX_TEST_KILLS", "100"))


def test_what_was_accepted_survives_kill_9_and_nothing_is_there_by_half(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.crisis.support.kill_writers", str(tmp_path), str(KILLS), "42"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    with folder.locked(tmp_path):
        log, recovery = folder.open_log(tmp_path)
        kept = {str(each.encoded.id): json.loads(each.encoded.body)["job"] for each in log.replay()}
        seqs = [each.seq for each in log.replay()]
        log.close()

    assert told["killed"] == KILLS
    assert len(told["accepted"]) > KILLS
    assert [name for name in told["accepted"] if name not in kept] == []
    assert [name for job in kept.values() for name in job if name not in kept] == []
    assert len(kept) % JOB_EVENTS == 0
    assert recovery is None
    assert seqs == list(range(1, len(kept) + 1))
