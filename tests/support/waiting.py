"""Waiting for something to become true, without depending on how fast the machine is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HANGING_SECONDS = 60.0  # against hanging only
_PAUSE_SECONDS = 0.02


async def until(holds: Callable[[], bool | Awaitable[bool]], seconds: float = HANGING_SECONDS) -> None:
    """Return once `holds` is true. Raises TimeoutError when it is not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not (found if isinstance(found := holds(), bool) else await found):
            await asyncio.sleep(_PAUSE_SECONDS)
