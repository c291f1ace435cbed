"""Between sensor and database nothing is lost and nothing is counted twice, whatever fails.

KIEZBOX_CHAOS_SEED repeats a run's choices; KIEZBOX_CHAOS=long (`make chaos`) makes outages last a minute and goes on
with faults that are chosen at random, two at a time, on both brokers; KIEZBOX_CHAOS_ROUNDS is how many such pairs.
The disks that get full need root.
"""

from __future__ import annotations

import os
import random
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.system.chaos.support import brokers, disks, experiment, faults
from tests.system.chaos.support import deployment as deployments

if TYPE_CHECKING:
    from pathlib import Path

IS_LONG = os.environ.get("KIEZBOX_CHAOS") == "long"
SEED = int(os.environ.get("KIEZBOX_CHAOS_SEED") or secrets.randbelow(1_000_000))
OUTAGE_SECONDS = 60.0 if IS_LONG else 3.0
RANDOM_ROUNDS = int(os.environ.get("KIEZBOX_CHAOS_ROUNDS") or (20 if IS_LONG else 1))

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(4 * 3600 if IS_LONG else 900)]


def is_in_turn(broker: str, fault: str) -> bool:
    """The short form injects every fault with the first broker, with the others those that depend on the broker."""
    return IS_LONG or broker == brokers.NAMES[0] or fault in faults.ABOUT_BROKERS


@pytest.mark.parametrize("broker", brokers.NAMES)
async def test_every_reading_is_stored_exactly_once_whatever_fails(
    broker: str, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = scratch / f"chaos-{broker}"
    folder.mkdir()
    chance = random.Random(SEED)
    no_disks = disks.reason_for_none()
    possible = [name for name in faults.IN_TURN if no_disks is None or name not in faults.NEED_SMALL_DISKS]
    together = [name for name in possible if name not in faults.ALONE]

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"chaos on {broker}: {line}", flush=True)  # noqa: T201 -- the seed and what each fault cost

    say(f"KIEZBOX_CHAOS_SEED={SEED}" + (f"; no disk gets full: {no_disks}" if no_disks else ""))
    async with (
        deployments.deployment(folder, broker, chance, OUTAGE_SECONDS) as deployment,
        experiment.running(deployment, say) as chaos,
    ):
        for name in ("poison", *(name for name in possible if is_in_turn(broker, name))):
            await chaos.inject(name)
        for _ in range(RANDOM_ROUNDS):
            await chaos.inject(*chance.sample(together, 2))
        await chaos.finish()
