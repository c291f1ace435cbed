"""What the log of `kiezbox ingest` says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def is_subscribed(log: Path) -> bool:
    """Whether both sessions that stay are connected, so that what is sent now waits for them at the latest.

    Others come and go while ingest starts: they look for what the broker retains, and for what waits in old sessions.
    """
    clients = set(re.findall(r" connected .*client=(\S+)", log.read_text()))
    return any(f"{client}-beside" in clients for client in clients)
