"""Versions of TimescaleDB: which is too old, which has a fault, and since when an option is there."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMPOSE_VERSION = "2.29.2"  # of docker-compose.yml; a test compares
MIN = (2, 19, 1)
REFRESH_ORDER = (2, 20, 0)  # from here on a refresh policy takes refresh_newest_first
_NO_ALTERING = "it refuses to change the refresh policies of rollups (mended in 2.23.1, timescale/timescaledb#8879)"
# By the exact name: 2.23.0-dev, the server in WebAssembly, does not have it.
_FAULTS = {"2.22.1": _NO_ALTERING, "2.23.0": _NO_ALTERING}


@dataclass(frozen=True, slots=True)
class Fault:
    """A version with a known fault, which `text` describes; `hint` names the two commands that mend it."""

    version: str
    text: str

    @property
    def hint(self) -> str:
        """What an operator does."""
        return (
            f"install TimescaleDB {COMPOSE_VERSION} (Compose: docker compose up -d timescaledb), then as superuser:"
            " psql -X --dbname kiezbox --command 'ALTER EXTENSION timescaledb UPDATE'"
        )

    def __str__(self) -> str:
        return f"TimescaleDB {self.version} has a fault: {self.text}"


def parsed(version: str) -> tuple[int, ...]:
    """The numbers of a version, to compare: (2, 23, 0) of 2.23.0-dev."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def fault_of(version: str | None) -> Fault | None:
    """The fault that a version of TimescaleDB is known for, if there is one."""
    if version not in _FAULTS:
        return None
    return Fault(version, _FAULTS[version])
