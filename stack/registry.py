"""What commands about boxes share: a connection to a database of this schema, and who makes a change."""

from __future__ import annotations

import asyncio
import getpass
import os
from typing import TYPE_CHECKING, TypeVar

from kiezbox import db
from kiezbox.errors import OperatorError
from stack import startup
from storage import migrate
from storage.box_errors import BoxError
from storage.box_history import Author, Via

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from kiezbox.db import Connection
    from kiezbox.settings import Settings

T = TypeVar("T")


def author() -> Author:
    """The user of the machine: who they are says the machine, not Kiezbox."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without an entry in /etc/passwd
        name = f"uid {os.getuid()}"
    return Author(name, Via.COMMAND)


def run(data: Path, work: Callable[[Connection, Settings], Awaitable[T]]) -> T:
    """Work with the database of the settings, or of the `kiezbox up` that runs on `data`.

    Raises Unavailable; OperatorError for a change that is not made.
    """

    async def connected() -> T:
        settings = startup.begin_beside(data)
        async with db.connect(settings.database, "kiezbox-box") as connection:
            await migrate.verify(connection)
            return await work(connection, settings)

    try:
        return asyncio.run(connected())
    except BoxError as error:
        raise OperatorError(error.message, error.hint) from None
