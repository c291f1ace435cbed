"""Bulletins on disk: the newest of our hub wins, whoever put another one there."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.sync import bulletin
from crisis.sync.bulletin_store import KeptBulletins, Versions
from crisis.trust.keys import SigningKey
from kiezbox.mqtt import Delivery
from tests.crisis.support import peer
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]


@pytest.fixture
async def box(open_node: OpenNode) -> AsyncIterator[Node]:
    async with open_node("71-01", is_hub=False) as made:
        await peer.hub_sends(made, [])
        yield made


def delivery(version: int, area: str = "all", key: SigningKey | None = peer.HUB_KEY, topic: str = "") -> Delivery:
    content = {"v": 1, "area": area, "modes": [], "notices": [], "points": [], "is_cut": False}
    payload = bulletin.encode(content, NOW, version, key, 1)
    return Delivery(topic or bulletin.topic(area), payload, received_at=NOW, retained=True)


def version_of(kept: KeptBulletins, area: str = "all") -> int | None:
    found = kept.current(area, NOW)
    return None if found is None else found.version


def test_a_box_reads_those_of_the_city_and_of_its_district(box: Node) -> None:
    assert KeptBulletins(box).topics == ("kb/v1/district-71/bulletin", "kb/v1/all/bulletin")


def test_the_highest_version_is_kept_also_over_a_restart(box: Node) -> None:
    kept = KeptBulletins(box)

    heard = [kept.hear(delivery(version)) for version in (5, 7, 6, 7, 5)]

    assert heard == [True, True, False, False, False]
    assert version_of(KeptBulletins(box)) == 7
    assert not KeptBulletins(box).hear(delivery(6))


@pytest.mark.parametrize(
    "forged",
    [
        delivery(9, key=None),
        delivery(9, key=SigningKey(b"t" * 32)),
        delivery(9, "district-71", topic="kb/v1/all/bulletin"),
        Delivery("kb/v1/all/bulletin", b"", received_at=NOW),
        Delivery("kb/v1/all/bulletin", b'{"version":9}', received_at=NOW),
    ],
    ids=["unsigned", "a thief's", "another area's", "empty", "rubbish"],
)
def test_what_somebody_else_put_there_loses(box: Node, forged: Delivery) -> None:
    kept = KeptBulletins(box)
    kept.hear(delivery(5))

    assert not kept.hear(forged)
    assert version_of(kept) == 5


def test_no_byte_of_a_bulletin_can_be_flipped(box: Node) -> None:
    kept = KeptBulletins(box)
    good = delivery(5)

    for at in range(0, len(good.payload), 5):
        payload = good.payload[:at] + bytes([good.payload[at] ^ 1]) + good.payload[at + 1 :]
        assert not kept.hear(Delivery(good.topic, payload, received_at=NOW))


def test_a_bulletin_has_an_end(box: Node) -> None:
    kept = KeptBulletins(box)
    kept.hear(delivery(5))

    assert kept.current("all", NOW + bulletin.HOLDS - timedelta(seconds=1)) is not None
    assert kept.current("all", NOW + bulletin.HOLDS) is None


def test_a_bulletin_is_still_json_for_those_who_check_nothing() -> None:
    found = json.loads(delivery(5).payload)

    assert (found["v"], found["area"], found["version"]) == (1, "all", 5)
    assert found["until"] - found["as_of"] == 86_400_000


def test_versions_only_grow_also_after_a_restart_and_a_clock_set_back(node: Node, wall: Wall) -> None:
    versions = Versions(node)
    found = [versions.next() for _ in range(3)]
    wall.ahead = -timedelta(days=800)

    found += [versions.next(), Versions(node).next()]

    assert found == sorted(set(found))


def test_a_version_that_cannot_be_read_is_counted_on_from_the_clock(node: Node) -> None:
    (node.identity.folder / "version").write_text("x")

    assert Versions(node).next() > 1_600_000_000_000
