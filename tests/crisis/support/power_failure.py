"""A box whose power fails once it has kept some reports.

`python -m tests.crisis.support.power_failure FOLDER TEXT...`
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from crisis import node as nodes
from crisis.model.event_bodies import ReportReceived
from tests.crisis.conftest import settings_of


async def main(folder: Path, *texts: str) -> None:
    async with nodes.opened(settings_of("71-01", folder, reserve_mib=0)) as node:
        for text in texts:
            await node.receive(ReportReceived(text=text))
        os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
