"""Compiles templates before somebody asks for their pages: on the event loop a call for help would wait for that."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from api.crisis.residents import rendering as residents_rendering
from api.crisis.staff import rendering as staff_rendering

_AFTER_SECONDS = 1.0  # the start itself goes first
RESIDENTS = ("base.html", "parts.html", "form.html", "crisis.html", "receipt.html", "again.html", "message.html")
STAFF = ("base.html", "parts.html", "parts_base.html", "lage.html", "overview.html", "card.html", "sign_in.html")


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Compile in a thread of its own while the block runs. What is not ready when somebody asks is compiled then."""
    warming = asyncio.create_task(_compile(), name="templates")
    try:
        yield
    finally:
        warming.cancel()
        await asyncio.wait([warming])


async def _compile() -> None:
    await asyncio.sleep(_AFTER_SECONDS)
    for load, names in ((residents_rendering.load, RESIDENTS), (staff_rendering.load, STAFF)):
        for name in names:
            await asyncio.to_thread(load, name)
