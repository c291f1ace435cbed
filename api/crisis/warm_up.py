"""Compiles the templates of the pages that crowds ask for, right after the start: later a call for help would wait."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

from api.crisis.residents import rendering as residents_rendering
from api.crisis.staff import rendering as staff_rendering

_AFTER_SECONDS = 1.0  # the start itself goes first
_APART_SECONDS = 0.1  # whoever calls meanwhile is answered in between
RESIDENTS = ("base.html", "parts.html", "form.html", "crisis.html")
STAFF = ("base.html", "parts.html", "parts_base.html", "lage.html")


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Compile one by one while the block runs. What is not ready when somebody asks is compiled then.

    Not in a thread: what a thread needs of memory for this is never given back, and a box has little.
    """
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
            load(name)
            await asyncio.sleep(_APART_SECONDS)
    gc.collect()  # what the compiler leaves behind is much, and would stay until the next round
