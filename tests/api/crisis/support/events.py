"""Commands of staff and calls of residents, given to a node at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.model.event_bodies import DistressReceived

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model import commands
    from tests.api.crisis.support.applications import Application


async def act(application: Application, command: commands.AnyCommand, who: commands.Actor) -> UUID:
    found = await application.node.act(command, who)
    assert isinstance(found, tuple), found
    return found[0].id


async def call(application: Application, text: str = "Rauch im Keller", **more: Any) -> UUID:
    return (await application.node.receive(DistressReceived(text=text, **more))).id
