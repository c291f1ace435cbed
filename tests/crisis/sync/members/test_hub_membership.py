"""Certificates at a hub: issued once, renewed by themselves, changed and ended by people."""

from __future__ import annotations

import base64
import json
import random
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from crisis.log import folder
from crisis.model import event_bodies
from crisis.sync import frames
from crisis.sync.exchange import Exchange
from crisis.sync.frames import Frame
from crisis.trust import identity, registry, sealed_box
from crisis.trust.keys import SigningKey
from tests.crisis.support import members, peer
from tests.crisis.support.lossy_link import End

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

OTHER = SigningKey(b"o" * 32)


class Hub:
    """A hub, and what it sends."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.here = End(random.Random(1), 0.0)
        self.here.other = End(random.Random(1), 0.0)
        self.exchange = Exchange(node, self.here)
        self.membership: Any = self.exchange._membership

    def add(self, name: str, *areas: str) -> bytes:
        """What `kiezbox node add` does. The bundle's secret."""
        with registry.opened(self.node.settings.folder) as opened:
            return opened.add(name, areas or ("district-71",), event_bodies.milliseconds(self.node.now()))

    async def joins(self, name: str, secret: bytes, key: SigningKey = peer.BOX_KEY) -> None:
        """The first frame of a box that took a bundle."""
        join = frames.Join(
            key=base64.b64encode(key.public).decode(),
            sealing=base64.b64encode(sealed_box.public_of(key)).decode(),
            proof=identity.proof(secret, name, key.public),
        )
        fields = {"v": 1, "node": name, "log": uuid4(), "now": 1, "head": 0, "ask": True, "to": self.node.name}
        frame = Frame.model_validate(fields).model_copy(update={"join": join})
        await self.exchange.handle(name, frames.encode(frame, [], key))

    def reject(self) -> str | None:
        """Why the last frame was rejected."""
        found: str | None = json.loads(self.here.sent[-1]).get("reject") if self.here.sent else None
        return found


@pytest.fixture
async def hub(node: Node) -> AsyncIterator[Hub]:
    made = Hub(node)
    yield made
    made.membership.close()


async def test_a_box_joins_with_its_bundle_once(hub: Hub) -> None:
    secret = hub.add("71-01")
    await hub.joins("71-01", secret)
    first = hub.node.directory.of("71-01")

    await hub.joins("71-01", secret, OTHER)

    assert first is not None
    assert (first.key, first.areas) == (peer.BOX_KEY.public, ("district-71",))
    assert hub.node.directory.of("71-01") == first
    assert hub.reject() == "other_key"


async def test_a_box_whose_answer_got_lost_asks_again_and_gets_the_same(hub: Hub) -> None:
    secret = hub.add("71-01")

    await hub.joins("71-01", secret)
    await hub.joins("71-01", secret)

    assert len(hub.node.directory.all_of("71-01")) == 1
    assert hub.membership.owes_certificate(peer.frame(hub.node, serial=None))


@pytest.mark.parametrize(("name", "why"), [("71-01", "other_key"), ("71-02", "unknown_node")])
async def test_with_a_wrong_secret_or_for_nobody_s_name_nobody_joins(hub: Hub, name: str, why: str) -> None:
    hub.add("71-01")

    await hub.joins(name, b"guessed")

    assert hub.reject() == why
    assert hub.node.directory.of(name) is None


async def test_a_box_that_is_added_again_may_join_with_another_key_which_ends_the_first(hub: Hub) -> None:
    await hub.joins("71-01", hub.add("71-01"))
    before = hub.node.directory.of("71-01")
    again = hub.add("71-01", "district-71", "district-72")
    assert before is not None
    still = not hub.node.directory.is_revoked(before.serial)

    await hub.joins("71-01", again, OTHER)

    after = hub.node.directory.of("71-01")
    assert after is not None
    assert (after.key, after.areas) == (OTHER.public, ("district-71", "district-72"))
    assert still
    assert hub.node.directory.is_revoked(before.serial)


async def test_a_box_that_is_added_again_and_keeps_its_key_gets_its_new_areas(hub: Hub) -> None:
    await hub.joins("71-01", hub.add("71-01"))
    again = hub.add("71-01", "all")

    await hub.joins("71-01", again)
    await hub.joins("71-01", again, OTHER)

    found = hub.node.directory.of("71-01")
    assert found is not None
    assert (found.areas, found.key) == (("all",), peer.BOX_KEY.public)


async def test_other_areas_come_with_the_next_certificate(hub: Hub) -> None:
    await hub.joins("71-01", hub.add("71-01"))
    with registry.opened(hub.node.settings.folder) as opened:
        opened.set_areas("71-01", ("all",))

    await hub.membership.follow()

    found = hub.node.directory.of("71-01")
    assert found is not None
    assert (found.areas, found.key) == (("all",), peer.BOX_KEY.public)


async def test_a_certificate_is_renewed_by_itself_and_its_end_silences_nobody(hub: Hub, wall: Wall) -> None:
    await hub.joins("71-01", hub.add("71-01"))
    first = hub.node.directory.of("71-01")
    assert first is not None
    wall.ahead = timedelta(days=500)
    sender = await hub.membership.judge(*_frame(hub, first.serial))

    hub.membership.certification._look_at = 0.0
    await hub.membership.follow()
    renewed = hub.node.directory.of("71-01")
    hub.membership.certification._look_at = 0.0
    await hub.membership.follow()

    assert sender.certificate == first
    assert renewed is not None
    assert renewed.serial != first.serial
    assert not hub.node.directory.is_revoked(first.serial)
    assert hub.node.directory.of("71-01") == renewed
    assert (await hub.membership.judge(*_frame(hub, first.serial))).certificate == first


def _frame(hub: Hub, serial: int) -> tuple[Frame, bytes]:
    frame = peer.frame(hub.node, serial=serial)
    return frame, frames.encode(frame, [], peer.BOX_KEY)


async def test_people_revoke_a_member(hub: Hub) -> None:
    await hub.joins("71-01", hub.add("71-01"))
    with registry.opened(hub.node.settings.folder) as opened:
        opened.revoke("71-01", 1, "gestohlen")

    await hub.membership.follow()
    await hub.membership.follow()

    assert hub.node.directory.of("71-01") is None
    history = [entry.event for entry in await hub.node.history()]
    assert [each.body.reason for each in history if each.kind == "node_revoked"] == ["gestohlen"]  # type: ignore[union-attr]  # once


async def test_a_hub_without_its_log_knows_its_members_from_its_registry(open_node: OpenNode, tmp_path: Path) -> None:
    async with open_node("hub") as node, open_node("71-01", is_hub=False) as box:
        issued = await members.enrol(node, box)
    shutil.rmtree(tmp_path / "hub" / folder.LOG)

    async with open_node("hub") as node:
        made = Hub(node)
        await made.membership.follow()

        assert node.directory.of("71-01") == issued
        made.membership.close()


async def test_a_hub_that_began_with_this_version_hears_members_only(hub: Hub) -> None:
    hub.add("71-01")
    await hub.membership.follow()

    await hub.exchange.handle("71-01", f'{{"v":1,"node":"71-01","log":"{uuid4()}","now":1,"head":0}}'.encode())

    assert hub.reject() == "unknown_node"
