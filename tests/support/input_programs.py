"""Programs of others that send what Kiezbox reads (deploy/input-programs.sh)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import servers
from tests.conftest import ROOT, absent

if TYPE_CHECKING:
    from pathlib import Path


def python() -> Path:
    """The Python of the environment that has them."""
    recipe = ROOT / "deploy" / "input-programs" / "requirements.txt"
    made = servers.made(f"input-programs-{servers.checksum(recipe)}")
    if made is None:
        absent("the environment of input-programs")
    return made / "bin" / "python"
