"""A box that floods is slowed down and named in the log; other boxes are not delayed, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kiezbox import db
from stack.embedded.program import Program
from tests.support import waiting
from tests.system.chaos.support import deployment as deployments
from tests.system.chaos.support import flooding_box, samples, verification
from tests.system.support.processes import ManagedProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.chaos.support.deployment import Deployment

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(600)]

BOX = "wild-1"
MESSAGES = 10_000
PER_SECOND = 1_000
SHARE_PER_SECOND = 200
SHARE_AT_ONCE = 2_000
LIVE_P95_SECONDS = 10.0
PATIENCE_SECONDS = 240
BEGIN = f"a box floods: what is beyond its share waits, and is stored later  box={BOX}"
END = f"a box that flooded has everything stored  box={BOX}"

STORED = """
SELECT count(*) AS readings, count(DISTINCT measured_at) AS moments, sum(value) AS total
FROM reading JOIN series AS s ON s.id = series WHERE s.box = $1
"""


def metric(deployment: Deployment, name: str) -> float:
    """A figure of ingest's own /metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{deployment.metrics_port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return next(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    )


@pytest.mark.parametrize("broker", ["nats"])
async def test_a_box_that_floods_waits_for_itself_alone(
    broker: str, scratch: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEZBOX_INGEST_BOX_MESSAGES_PER_SECOND", str(SHARE_PER_SECOND))
    monkeypatch.setenv("KIEZBOX_INGEST_BOX_BURST_MESSAGES", str(SHARE_AT_ONCE))
    folder = scratch / "flood"
    folder.mkdir()
    async with deployments.deployment(folder, broker, random.Random(1), 1.0) as deployment:
        command = (sys.executable, "-m", flooding_box.__name__, "127.0.0.1", str(deployment.system.mqtt.port), BOX)
        figures = (str(MESSAGES), str(PER_SECOND), str(PATIENCE_SECONDS))
        wild = ManagedProcess(Program("wild", (*command, *figures), dict(os.environ)), folder / "wild.log")
        await waiting.until(lambda: is_live(deployment))
        try:
            async with samples.sampling(deployment, deployments.LIVE) as seen:
                wild.start()
                code = await wild.ended(2 * PATIENCE_SECONDS)
        finally:
            wild.clear()
        report = json.loads(wild.log.read_text().splitlines()[-1])
        await waiting.until(lambda: has_said(folder, END))
        log = (folder / "ingest.log").read_text()
        deferred = metric(deployment, "kiezbox_ingest_deferred_messages_total")
        marks = verification.marks(deployment)
        await verification.drained(deployment, marks, PATIENCE_SECONDS)
        result = await verification.verify(deployment, marks)
        async with db.connect(deployment.system.db, "tests") as connection:
            stored = await connection.fetchrow(STORED, BOX)
            left = await connection.fetchval("SELECT count(*) FROM deferred")
            missing = await connection.fetchval("SELECT missing::text FROM progress WHERE box = $1", BOX)

    with capsys.disabled():
        rate = MESSAGES / report["sent_seconds"]
        print(  # noqa: T201 -- what it cost
            f"flood: {rate:.0f} messages/s, {deferred:.0f} of {MESSAGES} deferred, the last one acknowledged"
            f" {report['delay_seconds']:.1f} s later; p95 age of the others {seen.p95_seconds():.1f} s"
        )
    assert code == 0
    assert (report["acknowledged"], report["first_not_acknowledged"]) == (MESSAGES, 0)
    assert stored is not None
    assert (stored["readings"], stored["moments"]) == (MESSAGES, MESSAGES)
    assert stored["total"] == pytest.approx(sum(flooding_box.value(seq) for seq in range(1, MESSAGES + 1)))
    assert (left, missing) == (0, "{}")
    # Only its share, for the time that sending took, was stored at once.
    assert deferred >= MESSAGES - SHARE_AT_ONCE - SHARE_PER_SECOND * (report["sent_seconds"] + report["delay_seconds"])
    assert deferred > 0
    assert log.count(BEGIN) == log.count(END) == 1
    assert seen.p95_seconds() < LIVE_P95_SECONDS
    assert result.is_well, result


async def has_said(folder: Path, text: str) -> bool:
    return text in (folder / "ingest.log").read_text()


async def is_live(deployment: Deployment) -> bool:
    async with db.connect(deployment.system.db, "tests") as connection:
        boxes: int = await connection.fetchval(
            "SELECT count(DISTINCT box) FROM series WHERE box = ANY($1)", deployments.LIVE
        )
    await asyncio.sleep(0.5)
    return boxes == len(deployments.LIVE)
