"""A server of each tier while it is measured, with the settings of production."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiezbox.settings import DatabaseSettings
    from storage.migrate import Tier

# A server of the Community edition that KIEZBOX_TEST_DATABASE_URL names stands in for the one in WebAssembly.
NAMES = ("plain", "apache", "community")
_MINUTES = 60  # the longest that a statement of a benchmark may take


class TierMissingError(Exception):
    """The tier is not installed here; the text says how to install it."""


@dataclass(frozen=True, slots=True)
class TierDatabase:
    """An empty database with the schema."""

    settings: DatabaseSettings
    tier: Tier
    can_copy: bool


@contextlib.contextmanager
def opened(name: str) -> Iterator[TierDatabase]:
    """The server of a tier, with an empty database. Raises TierMissingError."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder, contextlib.ExitStack() as stack:
        try:
            host = stack.enter_context(_host(name, Path(folder)))
        except pytest.skip.Exception as skipped:
            raise TierMissingError(str(skipped)) from None
        settings = stack.enter_context(host.migrated())
        patient = settings.model_copy(update={"command_timeout_seconds": _MINUTES * 60.0})
        yield TierDatabase(patient, host.tier, host.can_copy)


def _host(name: str, folder: Path) -> contextlib.AbstractContextManager[servers.Host]:
    if name == "plain":
        return servers.plain(folder, durable=True)
    if name == "apache":
        return servers.apache(folder, durable=True)
    return servers.community(folder)
