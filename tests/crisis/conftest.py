"""Nodes over folders of their own."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis import node as nodes
from crisis import service
from crisis.log import memory_copy
from kiezbox.settings import CrisisSettings, MqttSettings, Settings
from tests.crisis.support import members

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node

    Run = Callable[..., AbstractAsyncContextManager[Node]]


class Wall:
    """A wall clock that a test sets: the real time, and how far it is ahead of that."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def settings_of(
    name: str, folder: Path, mqtt: MqttSettings | None = None, *, is_hub: bool = False, **crisis: Any
) -> Settings:
    """A node's settings, with little patience."""
    hasty = {"resend_seconds": 0.3, "heartbeat_seconds": 1.0} | crisis
    return Settings(
        role="hub" if is_hub else "box",
        crisis=CrisisSettings(node=name, folder=folder / name, **hasty),
        mqtt=mqtt or MqttSettings(),
    )


@pytest.fixture
def open_node(tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[Node]]:
    """Opens a node by name, without background work; the same name again has the same log."""

    @contextlib.asynccontextmanager
    async def opened(
        name: str = "hub", *, is_hub: bool = True, wall: Wall | None = None, **crisis: Any
    ) -> AsyncIterator[Node]:
        settings = settings_of(name, tmp_path, is_hub=is_hub, **crisis)
        async with nodes.opened(settings, wall or Wall()) as node:
            yield node

    return opened


@pytest.fixture
def wall() -> Wall:
    """The clock of `node`."""
    return Wall()


@pytest.fixture
async def node(open_node: Callable[..., AbstractAsyncContextManager[Node]], wall: Wall) -> AsyncIterator[Node]:
    """A hub's node over an empty log."""
    async with open_node(wall=wall) as made:
        yield made


# -- disks that are full or read-only --------------------------------------------------------------------------------


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the copies in memory, in place of the one that all programs share."""
    made = tmp_path / "memory"
    made.mkdir()
    monkeypatch.setattr(memory_copy, "_MEMORY", made)
    return made


# -- nodes at a broker -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["broker", "mosquitto"])
def any_broker(request: pytest.FixtureRequest) -> MqttSettings:
    found: MqttSettings = request.getfixturevalue(request.param)
    return found.model_copy(update={"reconnect_min_seconds": 0.1, "reconnect_max_seconds": 0.3})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a node with all its background work; names are this test's own, because brokers outlive tests."""

    @contextlib.asynccontextmanager
    async def running(
        name: str, settings: MqttSettings, *, is_hub: bool = False, of: str | None = None, **crisis: Any
    ) -> AsyncIterator[Node]:
        """`of`: the hub that a box is made a member of, unless it is one."""
        whole = settings_of(name, tmp_path, settings, is_hub=is_hub, **{"copies": False, **crisis})
        if of is not None and not (tmp_path / name / "trust").exists():
            members.invite(tmp_path / of, of, tmp_path / name, name)
        async with service.running(whole) as node:
            yield node

    return running


_numbers = iter(range(0x10, 0xFF))


@pytest.fixture
def district() -> str:
    """Two hexadecimal digits that no other test uses."""
    return f"{next(_numbers):02x}"
