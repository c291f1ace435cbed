"""Boxes that send without a credential, while the broker still lets them in: named in the log, and counted.

Nobody else would notice before they fall silent: a broker may confirm to a sender what it drops.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kiezbox import metrics
from storage import broker_access

if TYPE_CHECKING:
    from datetime import datetime

    from kiezbox.db import Pool

log = logging.getLogger(__name__)


class OpenAccess:
    """Who was named already: each box once for each start of a worker."""

    def __init__(self) -> None:
        self._named: set[str] = set()

    async def look(self, pool: Pool, now: datetime) -> None:
        """Count them, and name those that are new. Raises Unavailable."""
        boxes = broker_access.heard(await broker_access.let_in(pool), now)
        metrics.WITHOUT_CREDENTIAL.set(len(boxes))
        if found := [box for box in boxes if box not in self._named]:
            log.warning(
                "boxes send without a credential, and fall silent when the broker is closed",
                extra={"boxes": ", ".join(found), "do": "kiezbox box credential new ID; then kiezbox broker close"},
            )
        self._named.update(found)
