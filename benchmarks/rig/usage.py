"""What processes cost: CPU seconds and peak memory of a process and all of its children."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

_KIB = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process or several have used."""

    cpu_seconds: float = 0.0
    peak_bytes: int = 0  # the sum of each process's own peak

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.cpu_seconds + other.cpu_seconds, self.peak_bytes + other.peak_bytes)

    def since(self, start: Usage) -> Usage:
        """What was used after `start`; the peak is of the whole life."""
        return Usage(self.cpu_seconds - start.cpu_seconds, self.peak_bytes)


def of(*pids: int) -> Usage:
    """What processes have used up to now, with their children, also those that have ended."""
    found = Usage()
    for pid in pids:
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            try:
                times = each.cpu_times()
                cpu = times.user + times.system + times.children_user + times.children_system
                found += Usage(cpu, _peak(each.pid))
            except (psutil.NoSuchProcess, FileNotFoundError):  # ended meanwhile: its parent counts it now
                continue
    return found


def _peak(pid: int) -> int:
    """The most memory that a process ever held, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * _KIB
    return 0
