"""How a part of this process is: the answer of /readyz, on a hub and on a box."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import BaseModel, Field

from crisis.log.errors import NotKept
from crisis.log.file import Job
from crisis.node import Node
from kiezbox.errors import Unavailable

CHECK_SECONDS = 5.0
_MIB = 1 << 20


class Part(BaseModel):
    """How one part is."""

    name: str = Field(examples=["database"])
    ok: bool
    detail: str = Field(examples=["answers"])
    age_s: float | None = Field(default=None, description="Seconds since what the detail names.", examples=[0.8])


class Health(BaseModel):
    """How all parts are. Ready: every one is ok."""

    ready: bool
    parts: list[Part]


Probe = Callable[[], Awaitable[Part]]


async def bounded(name: str, probe: Probe) -> Part:
    """What the probe found; that it found nothing in CHECK_SECONDS; or that what it asked is not available."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await probe()
    except Unavailable as error:
        return Part(name=name, ok=False, detail=str(error))
    except TimeoutError:
        return Part(name=name, ok=False, detail=f"no answer within {CHECK_SECONDS:g} s")


async def crisis(node: Node) -> Part:
    """Whether the crisis log takes residents' reports and calls for help now. Never raises."""

    async def probe() -> Part:
        try:
            await node.log.append(Job(()))  # the thread that writes answers, and the file is ours
            is_writable, free_mib = await asyncio.to_thread(_disk, node.settings.folder)
        except NotKept as error:
            return Part(name="crisis", ok=False, detail=f"the log cannot be written: {error.why}")
        except OSError as error:
            return Part(name="crisis", ok=False, detail=f"the log's folder cannot be reached: {error.strerror}")
        if not is_writable:
            return Part(name="crisis", ok=False, detail="the log's folder is read-only: nothing can be taken")
        if free_mib < node.settings.reserve_mib:
            taken = (
                "only calls for help are taken, no reports" if free_mib else "hardly a call for help fits, no report"
            )
            detail = f"{free_mib} MiB are free: {taken}"
            return Part(name="crisis", ok=False, detail=detail)
        return Part(name="crisis", ok=True, detail="the log takes calls for help and reports")

    return await bounded("crisis", probe)


def _disk(folder: Path) -> tuple[bool, int]:
    """Whether it takes files at all, and how many MiB more."""
    return os.access(folder, os.W_OK), shutil.disk_usage(folder).free // _MIB
