"""What a box hears of its hub."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crisis.presence import Peer

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application


def hear_the_hub(box: Application, *, is_silent: bool, ago: timedelta = timedelta()) -> None:
    """Note the hub among the peers of a box, as its sync does."""
    box.node.peers = {"hub": Peer("hub", datetime.now(UTC) - ago, is_silent, 0, 0, 0.0)}
