"""`kiezbox.memory`, in processes of their own: what it sets holds for the whole process."""

from __future__ import annotations

import subprocess
import sys

import pytest

# A piece of 16 MB is taken and freed, then one of 8 MB, which glibc then finds usual: how much is still resident?
PIECES = """
import sys
from kiezbox import memory
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
if sys.argv[1] == "give back":
    memory.give_back()
elif sys.argv[1] == "keep":
    memory.keep(64 * 2**20)
bytes(16 * 2**20)
before = resident()
held = [b"x" * (8 * 2**20), b"y"]
below = [bytes(600) for _ in range(200)]
del held
print(resident() - before)
"""


def kept(what: str) -> int:
    """The bytes of a large piece that a process keeps after it let it go."""
    ran = subprocess.run([sys.executable, "-c", PIECES, what], capture_output=True, text=True, check=True)
    return int(ran.stdout)


@pytest.mark.parametrize(("what", "is_kept"), [("give back", False), ("keep", True)])
def test_large_pieces_are_kept_or_given_back(what: str, is_kept: bool) -> None:
    assert (kept(what) > 4 * 2**20) is is_kept
