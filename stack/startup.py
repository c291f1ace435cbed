"""How a command starts: it reads the settings and sets up logging."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kiezbox import log, settings
from stack import data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
_CRISIS_FOLDER = "KIEZBOX_CRISIS_FOLDER"
_UP = Path("data")  # where `kiezbox up` has its data, unless it is told another folder


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


def is_node_named(folder: Path | None) -> bool:
    """Whether somebody has said which node is meant: by this option, or in the environment."""
    return folder is not None or _CRISIS_FOLDER in os.environ


def at_node(folder: Path | None) -> settings.Settings:
    """The settings of the node with this crisis folder; else as the environment, or the `kiezbox up` in ./data, says.

    Raises OperatorError for settings that make no sense.
    """
    if not is_node_named(folder):
        take_addresses(_UP)
    found = settings.read()
    if folder is None:
        return found
    return found.model_copy(update={"crisis": found.crisis.model_copy(update={"folder": folder})})
