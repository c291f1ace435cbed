"""`kiezbox rejects`: what was rejected and why; its bytes, printed so that no terminal obeys them; another attempt."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from devices.boxes import NO_BOX, OTHERS
from devices.wire import details
from ingest import retry as reject_retry
from ingest.rejects import RejectFilter
from kiezbox import db, sql
from kiezbox.errors import OperatorError, Reason
from stack import command_line, moments, startup
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kiezbox.settings import DatabaseSettings

_ROW_BYTES = 16  # of a dump
_TOPIC_CHARACTERS = 80
_TEXT_CHARACTERS = 2_000


app = command_line.app(
    "rejects",
    no_args_is_help=True,
    help="What was rejected: list it, look at its bytes, and try again after a fix.",
)
BoxOption = Annotated[
    str | None, typer.Option("--box", metavar="ID", help="One box; - for messages that named none.", show_default="all")
]
ReasonOption = Annotated[
    list[Reason] | None, typer.Option("--reason", help="Why they were rejected; may be repeated.", show_default="all")
]


@app.command(
    name="list",
    epilog=command_line.examples(
        "kiezbox rejects list", "kiezbox rejects list --box 71-01 --reason bad_time --since 24h"
    ),
)
def list_(
    *,
    reason: ReasonOption = None,
    box: BoxOption = None,
    since: command_line.SinceOption = "all",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rejects to show at the most.")] = 50,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Go on before this one.")] = None,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """List what was rejected, the newest first: id, time, box, reason, detail."""
    choice = RejectFilter(None, reason or None, box, moments.since(since, datetime.now(UTC)))
    found = asyncio.run(find(startup.begin_beside(data).database, choice, before, limit))
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else str(found))


@app.command(epilog=command_line.examples("kiezbox rejects show 17", "kiezbox rejects show 17 --bytes 0"))
def show(
    *,
    number: Annotated[int, typer.Argument(metavar="ID", help="The id that kiezbox rejects list shows.")],
    bytes_max: Annotated[int, typer.Option("--bytes", min=0, help="Bytes to show; 0 shows all.")] = 1024,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Show one rejected message with its bytes, as numbers and as text."""
    found = asyncio.run(one(startup.begin_beside(data).database, number))
    typer.echo(json.dumps(reject_json(found), indent=2) if as_json else describe(found, bytes_max))


@app.command(
    epilog=command_line.examples(
        "kiezbox rejects retry 17",
        "kiezbox rejects retry --reason unknown_quantity --since 7d --dry-run",
        "kiezbox rejects retry --all",
    )
)
def retry(
    *,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Which ones.", show_default=False)] = None,
    reason: ReasonOption = None,
    box: BoxOption = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Received since then: 30m, 24h, 7d or a time.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Read rejected messages again, after a fix, and store what can be stored now.

    They count as received when they came: the ledger of that minute says stored instead of rejected. What is still
    rejected stays. Stop it or run it twice as you like: every message is stored once.
    """
    start = None if since is None else moments.since(since, datetime.now(UTC))
    choice = RejectFilter(ids or None, reason or None, box, start)
    if choice.is_everything != everything:
        raise OperatorError(
            "--all goes with no id and no filter" if everything else "which ones? give ids, a filter, or --all",
            "kiezbox rejects list shows what there is; --dry-run changes nothing",
        )
    found = asyncio.run(reject_retry.retry(startup.begin_beside(data), choice, is_dry=dry_run))
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else str(found))


@dataclass(frozen=True, slots=True)
class Page:
    """Rejects, the newest first."""

    rows: Sequence[Mapping[str, Any]]
    removed: Sequence[Mapping[str, Any]] = ()  # by reason: how many are not kept any more, and when the last one went
    others: int = 0  # messages that were never meant for us: counted since the ledger begins, never kept

    @property
    def more(self) -> int:
        """How many follow."""
        return self.rows[0]["more"] if self.rows else 0

    def as_json(self) -> dict[str, Any]:
        """For machines. `next` is the id for --before."""
        items = [{key: _plain(row[key]) for key in row if key != "more"} for row in map(dict, self.rows)]
        removed = [{key: _plain(value) for key, value in row.items()} for row in map(dict, self.removed)]
        next_id = self.rows[-1]["id"] if self.more else None
        return {"items": items, "next": next_id, "removed": removed, "others": self.others}

    def __str__(self) -> str:
        """For people: a line each."""
        lines = [line(row) for row in self.rows] or ["nothing was rejected" if not self.removed else "none is kept"]
        if self.more:
            lines.append(f"{self.more:,} more: --before {self.rows[-1]['id']}")
        if self.removed:
            counts = ", ".join(f"{row['rows']:,} {row['reason']}" for row in self.removed)
            last = moments.written(max(row["last_at"] for row in self.removed))
            lines.append(f"no longer kept, for their age or their number: {counts}; the last one went {last}")
        if self.others:
            lines.append(f"counted and never kept: {self.others:,} messages that were not for us (not_kiezbox)")
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
        text = "".join(map(_printable, part))
        lines.append(f"{start + offset:08x}  {part.hex(' '):<{3 * _ROW_BYTES - 1}}  |{text}|")
    return "\n".join(lines)


def _printable(byte: int) -> str:
    """A byte as ASCII, or a dot when that is not printable."""
    text = chr(byte)
    return text if text.isascii() and text.isprintable() else "."


def describe(row: Mapping[str, Any], bytes_max: int) -> str:
    """One reject with its bytes; of many bytes the first so many, 0 shows all."""
    payload: bytes = row["payload"]
    excerpt = payload if bytes_max == 0 else payload[:bytes_max]
    what = f"{row['readings']} readings of the message; its others are stored" if row["readings"] else "whole message"
    lines = [
        f"id        {row['id']}",
        f"received  {moments.written(row['received_at'])}",
        f"box       {row['box'] or NO_BOX}",
        f"topic     {details.one_line(row['topic'])}",
        f"reason    {row['reason']} ({what})",
        f"detail    {details.one_line(row['detail'])}",
        f"bytes     {len(payload):,}",
        f"text      {details.one_line(excerpt.decode(errors='replace'), _TEXT_CHARACTERS)}",
        "",
        dump(excerpt),
    ]
    if len(excerpt) < len(payload):
        lines.append(f"... {len(payload) - len(excerpt):,} more bytes: --bytes 0 shows all")
    return "\n".join(lines)


async def find(database: DatabaseSettings, choice: RejectFilter, before: int | None, limit: int) -> Page:
    """The newest of the chosen rejects, before an id if given. Raises Unavailable."""
    async with db.connect(database, "kiezbox-rejects") as connection:
        await migrate.verify(connection)
        rows = await connection.fetch(sql.load("stack.commands", "list_rejects"), *choice.arguments(), before, limit)
        removed = await connection.fetch(sql.load("stack.commands", "removed_rejects"))
        others = await connection.fetchrow(sql.load("stack.commands", "count_others"), OTHERS)
    assert others is not None
    return Page([dict(row) for row in rows], [dict(row) for row in removed], others["messages"])


async def one(database: DatabaseSettings, number: int) -> dict[str, Any]:
    """One reject with its bytes. Raises Unavailable; OperatorError when no reject has this id."""
    async with db.connect(database, "kiezbox-rejects") as connection:
        await migrate.verify(connection)
        row = await connection.fetchrow("SELECT * FROM reject WHERE id = $1", number)
    if row is None:
        raise OperatorError(
            f"no reject has the id {number}", "it was retried, or removed for its age; kiezbox rejects list"
        )
    return dict(row)


def reject_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """One reject with its bytes, for machines: `payload` in hexadecimal digits."""
    return {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else value
