"""How a command starts: it reads the settings and sets up logging."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kiezbox import log, settings
from stack import data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def begin() -> settings.Settings:
    """The settings; logging is set up as they say. Raises OperatorError for settings that make no sense."""
    found = settings.read()
    log.setup(found.log)
    return found


def begin_beside(data: Path) -> settings.Settings:
    """As `begin`; when `kiezbox up` runs on `data`, with its addresses, unless the environment sets them."""
    take_addresses(data)
    return begin()


def take_addresses(data: Path) -> Mapping[str, str]:
    """Put the addresses of the `kiezbox up` that runs on `data` into our environment, unless it sets them.

    Returns the variables that this `up` publishes; nothing when none runs.
    """
    addresses = data_folder.environment_of(data)
    for name, value in addresses.items():
        os.environ.setdefault(name, value)
    return addresses
