"""A server of each tier for as long as it is measured, with the settings of production."""

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

NAMES = ("plain", "apache", "community")
_MINUTES = 60  # that a statement of a benchmark may take


class Absent(Exception):  # noqa: N818 -- a finding
    """The tier is not installed here; the text says what would install it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A database with our schema and nothing in it."""

    settings: DatabaseSettings
    tier: Tier
    can_copy: bool


@contextlib.contextmanager
def opened(name: str) -> Iterator[Given]:
    """The server of a tier, with an empty database. Raises Absent."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder, contextlib.ExitStack() as stack:
        try:
            host = stack.enter_context(_host(name, Path(folder)))
        except pytest.skip.Exception as skipped:
            raise Absent(str(skipped)) from None
        settings = stack.enter_context(host.migrated())
        patient = settings.model_copy(update={"command_timeout_seconds": _MINUTES * 60.0})
        yield Given(patient, host.tier, host.can_copy)


def _host(name: str, folder: Path) -> contextlib.AbstractContextManager[servers.Host]:
    if name == "plain":
        return servers.plain(folder, durable=True)
    if name == "apache":
        return servers.apache(folder, durable=True)
    return servers.community(folder)
