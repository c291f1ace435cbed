"""Scale out: a node of the cluster and a worker are killed under load. Nothing is lost, and the rest goes on."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.system.support import clusters

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import MqttSettings
    from tests.system.support.clusters import Hub

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(400)]

BOXES = 30
WORKERS = 3
ENDLESS = ("--interval", "0.3")  # a hundred messages a second, until the test stops it
LAST = ("--interval", "0.3", "--count", "2", "--drain-seconds", "150")  # ends when every outbox is empty


def say(capsys: pytest.CaptureFixture[str], text: str, since: float) -> None:
    """Print a figure; docs/scaling.md has those of an idle machine."""
    with capsys.disabled():
        sys.stdout.write(f"\n  {text}: {time.monotonic() - since:.1f} s\n")


async def check_that_nothing_is_lost(hub: Hub, resend_after: str) -> None:
    """Run the same boxes again until their outboxes are empty; then the table must have the readings of both runs."""
    with hub.fleet("last", BOXES, *LAST, "--resend-after", resend_after) as fleet:
        code = await fleet.ended(200)
    first, last = hub.report("endless"), hub.report("last")
    table = await hub.fetch(
        "SELECT count(*)::int AS rows, count(DISTINCT (series, measured_at))::int AS keys,"
        " count(DISTINCT box)::int AS boxes FROM reading JOIN series ON series.id = series"
    )
    ledger = await hub.fetch(
        "SELECT sum(readings_received)::int AS received, sum(readings_stored)::int AS stored,"
        " sum(readings_duplicate)::int AS duplicate, sum(readings_rejected)::int AS rejected,"
        " sum(messages_lost)::int AS lost FROM message_ledger"
    )

    measured = first["measured_readings"] + last["measured_readings"]
    assert (code, last["waiting"]) == (0, 0)
    assert {(report["dropped"], report["rejected"]) for report in (first, last)} == {(0, 0)}
    assert table == {"rows": measured, "keys": measured, "boxes": BOXES}
    assert ledger["received"] == ledger["stored"] + ledger["duplicate"] + ledger["rejected"]
    assert (ledger["stored"], ledger["rejected"], ledger["lost"]) == (measured, 0, 0)


async def test_a_node_of_the_nats_cluster_and_a_worker_are_killed_and_nothing_is_lost(
    scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = scratch / "cluster"
    folder.mkdir()
    async with clusters.nodes(folder) as nodes, contextlib.AsyncExitStack() as stack:
        balancer = clusters.LoadBalancer([settings.port for _, settings in nodes])
        await stack.enter_async_context(balancer.running())
        hub = await stack.enter_async_context(
            clusters.hub(folder, nodes[0][1].model_copy(update={"port": balancer.port}))
        )
        started_at = datetime.now(UTC)
        workers = [
            stack.enter_context(hub.worker(f"worker-{number}", f"kb/v1/+/telemetry/{number}"))
            for number in range(WORKERS)
        ]
        fleet = stack.enter_context(hub.fleet("endless", BOXES, *ENDLESS, "--resend-after", "5"))
        await hub.heard(BOXES, started_at)

        killed_at, since = datetime.now(UTC), time.monotonic()
        nodes[1][0].kill()
        await hub.heard(BOXES, killed_at)
        say(capsys, "NATS: one of three nodes killed, every box heard again after", since)
        nodes[1][0].start()

        killed_at, since = datetime.now(UTC), time.monotonic()
        workers[1].kill()
        await hub.heard(BOXES // 2, killed_at)
        say(capsys, "NATS: one of three workers killed, the boxes of the others heard after", since)
        since = time.monotonic()
        workers[1].start()
        await hub.heard(BOXES, killed_at)
        say(capsys, "NATS: a worker with its client id started, its boxes heard again after", since)

        fleet.kill(signal.SIGTERM)
        await check_that_nothing_is_lost(hub, "5")


async def test_one_of_three_workers_that_share_a_subscription_on_mosquitto_is_killed_and_nothing_is_lost(
    scratch: Path, mosquitto: MqttSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = scratch / "shared"
    folder.mkdir()
    async with clusters.hub(folder, mosquitto) as hub, contextlib.AsyncExitStack() as stack:
        started_at = datetime.now(UTC)
        workers = [
            stack.enter_context(hub.worker(f"shared-{number}", "$share/ingest/kb/v1/+/telemetry"))
            for number in range(WORKERS)
        ]
        fleet = stack.enter_context(hub.fleet("endless", BOXES, *ENDLESS, "--resend-after", "3"))
        await hub.heard(BOXES, started_at)

        killed_at, since = datetime.now(UTC), time.monotonic()
        workers[1].kill()
        await hub.heard(BOXES, killed_at)
        say(capsys, "Mosquitto: one of three workers killed, every box heard again after", since)
        await asyncio.sleep(3)  # as long as a supervisor takes; a third of the messages waits for this worker
        workers[1].start()

        fleet.kill(signal.SIGTERM)
        await check_that_nothing_is_lost(hub, "3")
