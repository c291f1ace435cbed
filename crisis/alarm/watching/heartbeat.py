"""The heartbeat to an address outside, in the manner of healthchecks: whoever listens there misses us when we stop.

It stops as well when the node runs and looks at its alarms no more.
"""

from __future__ import annotations

import asyncio
import http.client
import logging
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 20.0


async def run(url: str, every_seconds: float, is_well: Callable[[], bool]) -> None:
    """Call the address for as long as the node runs and is well. That it fails is said once, until it works again."""
    said = False
    while True:
        if not is_well():
            metrics.ALARM_HEARTBEATS.labels("withheld").inc()
            log.error("the heartbeat is withheld: this node looks at its alarms no more")
            await asyncio.sleep(every_seconds)
            continue
        try:
            await asyncio.to_thread(call, url)
            metrics.ALARM_HEARTBEATS.labels("sent").inc()
            said = False
        except (OSError, ValueError, http.client.HTTPException) as error:
            metrics.ALARM_HEARTBEATS.labels("failed").inc()
            if not said:
                said = True
                log.warning(
                    "the heartbeat reaches nobody", extra={"error": getattr(error, "reason", type(error).__name__)}
                )
        await asyncio.sleep(every_seconds)


def call(url: str) -> None:
    """Call the address once. Raises OSError, ValueError, HTTPException; their text may hold the secret address."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("not an address of HTTP")
    request = urllib.request.Request(url, headers={"User-Agent": "kiezbox"})  # noqa: S310 -- checked above
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 -- checked above
        answer.read(1)
