"""The health of the parts of a process: the answer of /readyz, on a hub and on a box."""

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
    """Whether one part works."""

    name: str = Field(examples=["database"])
    ok: bool
    detail: str = Field(examples=["answers"])
    age_s: float | None = Field(default=None, description="Seconds since what the detail names.", examples=[0.8])


class Health(BaseModel):
    """The health of all parts. Ready: every part is ok."""

    ready: bool
    parts: list[Part]


Probe = Callable[[], Awaitable[Part]]


async def bounded(name: str, probe: Probe) -> Part:
    """The result of the probe; not ok when it raises Unavailable or takes longer than CHECK_SECONDS."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await probe()
    except Unavailable as error:
        return Part(name=name, ok=False, detail=str(error))
    except TimeoutError:
        return Part(name=name, ok=False, detail=f"no answer within {CHECK_SECONDS:g} s")


async def crisis(node: Node) -> Part:
    """Whether the crisis log takes reports and calls for help of residents now. Never raises."""

    async def probe() -> Part:
        try:
            # Writes nothing: shows that the writing thread answers and that the file is still ours.
            await node.log.append(Job(()))
            is_writable, free_mib = await asyncio.to_thread(_disk, node.settings.folder)
        except NotKept as error:
            return Part(name="crisis", ok=False, detail=f"the log cannot be written: {error.why}")
        except OSError as error:
            return Part(name="crisis", ok=False, detail=f"the log's folder cannot be reached: {error.strerror}")
        if not is_writable:
            return Part(name="crisis", ok=False, detail="the log's folder is read-only: nothing can be taken")
        if free_mib < node.settings.reserve_mib:
            taken = "only calls for help are taken, no reports"
            if not free_mib:
                taken = "hardly a call for help fits, no report"
            return Part(name="crisis", ok=False, detail=f"{free_mib} MiB are free: {taken}")
        return Part(name="crisis", ok=True, detail="the log takes calls for help and reports")

    return await bounded("crisis", probe)


def _disk(folder: Path) -> tuple[bool, int]:
    """Whether the folder can be written, and how many MiB are free."""
    return os.access(folder, os.W_OK), shutil.disk_usage(folder).free // _MIB
