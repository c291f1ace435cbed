"""`kiezbox rejects list|show`: what was rejected, why, and its bytes, printed so that no terminal obeys them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devices.boxes import NO_BOX
from devices.wire import details
from kiezbox import db, sql
from kiezbox.errors import OperatorError
from stack import moments
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.rejects import RejectFilter
    from kiezbox.settings import DatabaseSettings

_ROW_BYTES = 16  # of a dump
_TOPIC_CHARACTERS = 80
_TEXT_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Page:
    """Rejects, the newest first."""

    rows: Sequence[Mapping[str, Any]]

    @property
    def more(self) -> int:
        """How many follow."""
        return self.rows[0]["more"] if self.rows else 0

    def as_json(self) -> dict[str, Any]:
        """For machines. `next` is the id for --before."""
        items = [{key: _plain(row[key]) for key in row if key != "more"} for row in map(dict, self.rows)]
        return {"items": items, "next": self.rows[-1]["id"] if self.more else None}

    def __str__(self) -> str:
        """For people: a line each."""
        if not self.rows:
            return "nothing was rejected"
        lines = [line(row) for row in self.rows]
        if self.more:
            lines.append(f"{self.more:,} more: --before {self.rows[-1]['id']}")
        return "\n".join(lines)


def line(row: Mapping[str, Any]) -> str:
    """One reject: id, when, which box, why, how much of the message, where."""
    what = f"{row['readings']} readings of it" if row["readings"] else "the whole message"
    topic = details.one_line(row["topic"], _TOPIC_CHARACTERS)
    head = f"{row['id']:>8}  {moments.written(row['received_at'])}  {row['box'] or NO_BOX:<12}  {row['reason']:<16}"
    return f"{head}  {what}, {row['bytes']:,} bytes on {topic}: {details.one_line(row['detail'])}"


def dump(payload: bytes, start: int = 0) -> str:
    """Bytes as numbers and, where they are printable ASCII, as text: 16 a line."""
    lines = []
    for offset in range(0, len(payload), _ROW_BYTES):
        part = payload[offset : offset + _ROW_BYTES]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)  # noqa: PLR2004 -- printable ASCII
        lines.append(f"{start + offset:08x}  {part.hex(' '):<{3 * _ROW_BYTES - 1}}  |{text}|")
    return "\n".join(lines)


def describe(row: Mapping[str, Any], bytes_max: int) -> str:
    """One reject with its bytes; of many bytes the first so many, 0 shows all."""
    payload: bytes = row["payload"]
    shown = payload if bytes_max == 0 else payload[:bytes_max]
    what = f"{row['readings']} readings of the message; its others are stored" if row["readings"] else "whole message"
    lines = [
        f"id        {row['id']}",
        f"received  {moments.written(row['received_at'])}",
        f"box       {row['box'] or NO_BOX}",
        f"topic     {details.one_line(row['topic'])}",
        f"reason    {row['reason']} ({what})",
        f"detail    {details.one_line(row['detail'])}",
        f"bytes     {len(payload):,}",
        f"text      {details.one_line(shown.decode(errors='replace'), _TEXT_CHARACTERS)}",
        "",
        dump(shown),
    ]
    if len(shown) < len(payload):
        lines.append(f"... {len(payload) - len(shown):,} more bytes: --bytes 0 shows all")
    return "\n".join(lines)


async def find(database: DatabaseSettings, choice: RejectFilter, before: int | None, limit: int) -> Page:
    """The newest of the chosen rejects, before an id if given. Raises Unavailable."""
    async with db.connect(database, "kiezbox-rejects") as connection:
        await migrate.verify(connection)
        rows = await connection.fetch(sql.load("stack.commands", "list_rejects"), *choice.arguments(), before, limit)
    return Page([dict(row) for row in rows])


async def one(database: DatabaseSettings, number: int) -> dict[str, Any]:
    """One reject with its bytes. Raises Unavailable; OperatorError when there is none of that id."""
    async with db.connect(database, "kiezbox-rejects") as connection:
        await migrate.verify(connection)
        row = await connection.fetchrow("SELECT * FROM reject WHERE id = $1", number)
    if row is None:
        raise OperatorError(
            f"no reject has the id {number}", "it was retried, or removed for its age; kiezbox rejects list"
        )
    return dict(row)


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """One reject with its bytes, for machines: `payload` in hexadecimal digits."""
    return {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else value
