"""The table `quantity`: rows that operators add, change and remove. Each function runs in the caller's transaction.

What a quantity may be is checked before (devices/quantity_rules.py); the table's constraints are the last resort.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kiezbox.db import Connection, Record

COLUMNS = (
    *("name", "unit", "low", "high", "standard_name", "label_de", "label_en"),
    *("bad", "suspect", "averaging", "decimals", "is_about_box"),
)


async def listed(connection: Connection) -> Sequence[Record]:
    """All quantities in the order of names, each with the number of its series (`series`)."""
    return await connection.fetch(sql.load("storage", "list_quantities"))


async def lock(connection: Connection) -> None:
    """Let nobody else change the catalogue, or begin the first series of a quantity, until the transaction ends."""
    await connection.execute(sql.load("storage", "lock_quantities"))


async def put(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a quantity, or change the one of that name. `values` has every column of COLUMNS."""
    await connection.execute(sql.load("storage", "put_quantity"), *(values[column] for column in COLUMNS))


async def remove(connection: Connection, name: str) -> None:
    """Remove a quantity that has no series, with its limits and classes."""
    await connection.execute(sql.load("storage", "remove_quantity"), name)


async def limits(connection: Connection, name: str) -> Sequence[Record]:
    """The limits of a quantity, with who sets them, in the order of their sources."""
    return await connection.fetch(sql.load("storage", "limits_of_quantity"), name)


async def classes(connection: Connection, name: str) -> Sequence[Record]:
    """What values of a quantity are called, with who says so, from the least value up."""
    return await connection.fetch(sql.load("storage", "classes_of_quantity"), name)
