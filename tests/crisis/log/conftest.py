"""A log with events in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.log import folder
from tests.crisis.support.damage import EVENTS
from tests.crisis.support.log_jobs import encoded, job

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.model.events import EncodedEvent


@pytest.fixture
def filled(tmp_path: Path) -> list[EncodedEvent]:
    """Events in a log on disk; each tenth is larger than a page."""
    events = [encoded(f"{number} " + "ä" * (200 if number % 10 else 9_000)) for number in range(EVENTS)]
    with folder.locked(tmp_path):
        made, _ = folder.open_log(tmp_path)
        for at in range(0, EVENTS, 20):
            made.write([job(*events[at : at + 20])])
        made.close()
    return events
