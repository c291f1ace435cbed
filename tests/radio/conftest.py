"""A simulated node at a pseudo-terminal, and an owner of its port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.radio.support import owners, simulated_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from radio.owner import Owner
    from tests.radio.support.simulated_node import SimulatedNode


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[SimulatedNode]:
    with simulated_node.plugged_in(tmp_path) as node:
        yield node


@pytest.fixture
def radio_socket(tmp_path: Path) -> Path:
    return tmp_path / "radio.sock"


@pytest.fixture
async def owner(node: SimulatedNode, radio_socket: Path) -> AsyncIterator[Owner]:
    async with owners.owning(node, radio_socket) as owner:
        yield owner
