"""The pages of docs/crisis.md about recovery, with their commands."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.log import folder
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.sync import taking_over
from crisis.trust.identity import KEY_FILE
from stack import cli
from tests.crisis.support.convergence import until_converged
from tests.crisis.support.examples import ANNA, notice
from tests.crisis.support.lossy_link import linked
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow

HASTY = {"resend_seconds": 0.3, "heartbeat_seconds": 0.4}


@pytest.fixture
def kiezbox(tmp_path: Path) -> Callable[..., None]:
    """Runs `kiezbox node ...` at the hub, or at a box."""

    def run(*arguments: str, at: str = "hub") -> None:
        cli.app(["node", *arguments, "--folder", str(tmp_path / at)], standalone_mode=False)

    return run


@pytest.fixture
def joins(kiezbox: Callable[..., None], tmp_path: Path) -> Callable[[str], None]:
    """A box joins as the documentation says."""

    def run(name: str) -> None:
        bundle = str(tmp_path / f"{name}.json")
        kiezbox("add", name, "--areas", "all", "--to", bundle)
        kiezbox("join", bundle, at=name)

    return run


def texts(node: Node) -> set[str]:
    return {report.message.text for report in node.state.reports()}


async def test_a_hub_restored_from_a_backup_gets_back_what_it_lacks(
    open_node: OpenNode, joins: Callable[[str], None], tmp_path: Path
) -> None:
    async with open_node("71-01", is_hub=False, **HASTY) as box:
        joins("71-01")
        async with open_node("hub", **HASTY) as hub, linked(hub, box):
            await hub.receive(ReportReceived(text="vor der Sicherung"))
            await box.receive(ReportReceived(text="Box, vorher"))
            await until_converged(hub, box)
        shutil.copytree(tmp_path / "hub", tmp_path / "backup")
        async with open_node("hub", **HASTY) as hub, linked(hub, box):
            await hub.receive(ReportReceived(text="nach der Sicherung"))
            await hub.act(commands.PutNotice(uuid4(), notice()), ANNA)
            await box.receive(ReportReceived(text="Box, nachher"))
            await until_converged(hub, box)
        shutil.rmtree(tmp_path / "hub")
        (tmp_path / "backup").rename(tmp_path / "hub")

        async with open_node("hub", **HASTY) as hub, linked(hub, box):
            await hub.receive(ReportReceived(text="danach"))
            await until_converged(hub, box)

            assert texts(hub) == {"vor der Sicherung", "Box, vorher", "nach der Sicherung", "Box, nachher", "danach"}
            assert len(hub.state.notices()) == 1
            assert hub.held == {}


async def test_a_hub_that_lost_its_key_gets_a_new_one_and_its_boxes_join_again(
    open_node: OpenNode, kiezbox: Callable[..., None], joins: Callable[[str], None], tmp_path: Path
) -> None:
    async with open_node("71-01", is_hub=False, **HASTY) as box:
        joins("71-01")
        async with open_node("hub", **HASTY) as hub, linked(hub, box):
            await box.receive(ReportReceived(text="vorher"))
            await hub.act(commands.PutNotice(uuid4(), notice("vorher")), ANNA)
            await until_converged(hub, box)
        (tmp_path / "hub" / "trust" / KEY_FILE).unlink()
        await box.receive(ReportReceived(text="ohne Zentrale"))
        async with open_node("hub", **HASTY) as hub:
            await hub.receive(DistressReceived(text="ohne Schlüssel"))  # it serves all the same
        kiezbox("new-key", "--yes")
        joins("71-01")

        async with open_node("hub", **HASTY) as hub, linked(hub, box):
            await hub.act(commands.PutNotice(uuid4(), notice("nachher")), ANNA)
            await until(lambda: "ohne Zentrale" in texts(hub))
            await until(lambda: len(box.state.notices()) == 2)
            await until(lambda: len(box.state.distresses()) == 1)

            assert texts(hub) == {"vorher", "ohne Zentrale"}
            assert hub.held == {}
            assert box.held == {}
            assert await taking_over.take_over(hub) == 0


async def test_a_swapped_card_joins_gets_its_words_back_and_the_old_one_is_out(
    open_node: OpenNode, joins: Callable[[str], None], tmp_path: Path
) -> None:
    async with open_node("hub", **HASTY) as hub:
        async with open_node("71-01", is_hub=False, **HASTY) as box:
            joins("71-01")
            async with linked(hub, box):
                await box.receive(ReportReceived(text="an der alten Karte gesagt"))
                await until_converged(hub, box)
        (tmp_path / "71-01").rename(tmp_path / "old-card")
        async with open_node("71-01", is_hub=False, **HASTY) as box:
            async with linked(hub, box):
                await until(lambda: box.rejected in {None, "unsigned", "unknown_node"} and box.rejected is not None)
            joins("71-01")
            async with linked(hub, box):
                await until_converged(hub, box)

            assert texts(box) == {"an der alten Karte gesagt"}
            assert box.log.id != hub.log.id
        shutil.rmtree(tmp_path / "71-01")
        (tmp_path / "old-card").rename(tmp_path / "71-01")
        async with open_node("71-01", is_hub=False, **HASTY) as old, linked(hub, old):
            await old.receive(ReportReceived(text="vom Dieb"))
            await until(lambda: old.rejected == "revoked")

        assert "vom Dieb" not in texts(hub)
        assert (tmp_path / "hub" / folder.LOG).is_dir()


async def test_a_stolen_box_is_revoked_while_it_is_connected(
    open_node: OpenNode, kiezbox: Callable[..., None], joins: Callable[[str], None]
) -> None:
    async with open_node("hub", **HASTY) as hub, open_node("71-01", is_hub=False, **HASTY) as box:
        joins("71-01")
        async with linked(hub, box):
            await box.receive(ReportReceived(text="vorher"))
            await until_converged(hub, box)
            kiezbox("revoke", "71-01", "--reason", "gestohlen")
            await until(lambda: hub.directory.of("71-01") is None)
            await box.receive(ReportReceived(text="vom Dieb"))
            await until(lambda: box.rejected == "revoked")
            before = box.log.head
            await hub.act(commands.PutNotice(uuid4(), notice()), ANNA)

        assert texts(hub) == {"vorher"}
        assert box.log.head == before
