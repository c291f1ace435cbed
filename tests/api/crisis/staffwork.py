"""What staff do and residents send in the tests of the staff's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.model.event_bodies import DistressReceived

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model import commands
    from tests.api.crisis.staffed import Staffed


async def act(made: Staffed, command: commands.Command, who: commands.Actor) -> UUID:
    found = await made.node.act(command, who)
    assert isinstance(found, tuple), found
    return found[0].id


async def call(made: Staffed, text: str = "Rauch im Keller", **more: Any) -> UUID:
    return (await made.node.receive(DistressReceived(text=text, **more))).id
