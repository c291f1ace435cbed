"""Devices of other makes: who may send over HTTP, what names they send, and what operators say these mean.

Each function runs in the caller's transaction.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from kiezbox import sql
from storage.box_errors import BoxStateError, InvalidBoxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiezbox.db import Connection
    from storage.box_history import Author

_SECRET_BYTES = 17  # 28 characters: no device that is known here cuts a path of that length
_BOXES = re.compile(r"[a-z0-9*?][a-z0-9*?-]{0,31}")
_NAME_CHARACTERS = 200
_NOTE_CHARACTERS = 200
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
ANY_BOX = "*"
_sql = partial(sql.load, "storage")


async def new_sender(
    connection: Connection, author: Author, of_format: str, boxes: Sequence[str], note: str
) -> tuple[int, str]:
    """Make a sender: its number, and the secret, which is shown this once. Raises InvalidBoxError."""
    for each in boxes:
        if not _BOXES.fullmatch(each):
            raise InvalidBoxError(
                f"{each!r} is no box id, and no pattern of one", "write esp8266-1234567, or esp8266-*"
            )
    if len(note) > _NOTE_CHARACTERS or not note.isprintable():
        raise InvalidBoxError("a note is one line", f"write at most {_NOTE_CHARACTERS} characters")
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=").lower()
    digest = hashlib.sha256(secret.encode()).digest()
    number = await connection.fetchval(_sql("insert_sender"), of_format, digest, list(boxes), note, author.name)
    return number, secret


async def senders(connection: Connection) -> list[dict[str, Any]]:
    """All senders in the order in which they were made."""
    return [dict(row) for row in await connection.fetch(_sql("list_senders"))]


async def revoke_sender(connection: Connection, author: Author, number: int) -> None:
    """Let a sender send no more. Raises BoxStateError when there is none that does."""
    if await connection.fetchval(_sql("revoke_sender"), number, author.name) is None:
        raise BoxStateError(f"no sender {number} that may send", "kiezbox inputs sender list shows all of them")


async def unmapped(connection: Connection, of_format: str | None, box: str | None) -> list[dict[str, Any]]:
    """The names that nobody has mapped, the newest first."""
    return [dict(row) for row in await connection.fetch(_sql("list_unmapped"), of_format, box)]


async def mappings(connection: Connection) -> list[dict[str, Any]]:
    """What operators said names mean."""
    return [dict(row) for row in await connection.fetch(_sql("list_mappings"))]


async def map_name(
    connection: Connection,
    author: Author,
    name: tuple[str, str, str],
    quantity: str | None,
    *,
    unit: str | None = None,
    source: str | None = None,
) -> int:
    """Say what a name (format, box or `*`, name) means; None: it is not worth storing. How many rejects wait for it.

    Raises InvalidBoxError for what cannot be. Processes that store read it within a minute.
    """
    of_format, box, written = name
    if not written or len(written) > _NAME_CHARACTERS or not written.isprintable():
        raise InvalidBoxError(f"{written!r} is no name", "kiezbox inputs list shows the names that were sent")
    if source is not None and not _SOURCE.fullmatch(source):
        raise InvalidBoxError(f"{source!r} is no source", "write lower-case letters, digits and hyphens: sds011")
    if quantity is not None and not await connection.fetchval(
        "SELECT count(*) FROM quantity WHERE name = $1", quantity
    ):
        raise InvalidBoxError(
            f"there is no quantity {quantity}", "kiezbox quantity list shows all; kiezbox quantity add adds one"
        )
    await connection.execute(_sql("put_mapping"), of_format, box, written, quantity, unit, source, author.name)
    await connection.execute(_sql("forget_unmapped"), of_format, box, written)
    found: int = await connection.fetchval(_sql("count_unmapped_rejects"), of_format, box)
    return found


async def unmap(connection: Connection, name: tuple[str, str, str]) -> None:
    """Take back what was said about a name. Raises BoxStateError when nothing was."""
    if await connection.fetchval(_sql("delete_mapping"), *name) is None:
        raise BoxStateError(f"nothing was said about {name[2]!r} of {name[0]}", "kiezbox inputs mappings shows all")
