"""What the log says of alarms: that they were opened, told, seen, ended. A log that takes nothing stops no alarm."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisis.log.errors import NotKept
from crisis.trust import rights

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.alarm_bodies import AlarmBody
    from crisis.node import Node

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Journal:
    """Writes events about alarms, each once by its id."""

    node: Node
    _said: str = field(default="")

    def area_for(self, area: str) -> str:
        """The area of our events about something there: that area, if this node may write about it, else its own."""
        certificate = self.node.identity.certificate
        if self.node.is_hub or certificate is None or rights.covers(certificate.areas, self.node.name, area):
            return area
        return self.node.default_area

    async def record(self, body: AlarmBody, event: UUID) -> bool:
        """Write it down. False when the log takes nothing now: the same is tried again at the next look."""
        try:
            await self.node.record(body, self.node.name, event)
        except NotKept as error:
            if str(error) != self._said:
                self._said = str(error)
                log.warning("what is told of alarms cannot be written into the log now", extra={"error": error})
            return False
        self._said = ""
        return True
