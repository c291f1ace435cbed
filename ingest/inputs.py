"""What the store does for messages of other makes: repeats by their keys, names that nobody mapped, new boxes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import structs

from devices.declarations import KEPT_BYTES_MAX, KEPT_MAX
from devices.readings import Message
from ingest.arrays import literals
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ingest.registry import Registry
    from ingest.results import Result
    from kiezbox.db import Connection

    _Name = tuple[str, str, str, str, str]  # format, box, source, name, unit

_sql = partial(sql.load, "ingest")

_NAMES_OF_BOX_MAX = 100
_NAMES_MAX = 20_000
_KEY_CHARACTERS = 200  # as the table's constraint


def content_of(result: Result) -> Message:
    """The message in a result of another make."""
    content = result.arrival.content
    assert isinstance(content, Message)
    return content


async def drop_repeats(connection: Connection, results: Sequence[Result]) -> bool:
    """Empty the messages whose keys are known already, and count all that was in them as duplicate.

    Returns whether there was one. What comes out of the database (rejects, what waited) is read again on purpose.
    """
    by_key: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        content = content_of(result)
        if content.key is not None and result.arrival.origin is None:
            by_key.setdefault((str(content.input), content.key[:_KEY_CHARACTERS]), []).append(result)
    if not by_key:
        return False
    keys = sorted(by_key)
    heard_at = [by_key[key][0].arrival.delivery.received_at for key in keys]
    columns: list[list[Any]] = [[of_format for of_format, _ in keys], [key for _, key in keys], heard_at]
    rows = await connection.fetch(_sql("insert_input_keys"), *literals(columns))
    new = {(row["format"], row["key"]) for row in rows}
    repeats = [result for key, same in by_key.items() for result in (same[1:] if key in new else same)]
    for result in repeats:
        _empty(result)
    return bool(repeats)


def _empty(result: Result) -> None:
    content = content_of(result)
    result.duplicate = content.reading_count + len(content.rejected)
    result.reasons, result.is_repeated, result.keeps_unmapped = {}, True, False
    emptied = structs.replace(content, samples=(), rejected=(), unmapped=(), status=None)
    result.arrival = structs.replace(result.arrival, content=emptied)


async def note_boxes(connection: Connection, results: Sequence[Result], registry: Registry) -> set[str]:
    """Note by which format boxes were first heard; the boxes to learn after the commit."""
    found: dict[str, str] = {}
    for result in results:
        content = content_of(result)
        if content.box is not None and content.box not in registry.inputs:
            found.setdefault(content.box, str(content.input))
    if found:
        await connection.execute(_sql("set_inputs"), *literals(zip(*sorted(found.items()), strict=True)))
    return set(found)


async def note_declarations(connection: Connection, results: Sequence[Result]) -> list[tuple[str, str, bytes]]:
    """Keep what devices announced; format, topic and payload of each, to learn after the commit."""
    found = []
    for result in results:
        content, at = content_of(result), result.arrival.delivery.received_at
        if content.declares is None:
            continue
        (topic, payload), name = content.declares, str(content.input)
        if payload.strip():
            await connection.execute(_sql("put_declaration"), name, topic, payload, at, KEPT_MAX, KEPT_BYTES_MAX)
        else:
            await connection.execute(_sql("delete_declaration"), name, topic)
        found.append((name, topic, payload))
    return found


async def note_names(connection: Connection, results: Sequence[Result]) -> None:
    """Count the names that nobody mapped. Of boxes that nobody registered no value is kept."""
    counts: dict[_Name, int] = {}
    newest: dict[_Name, tuple[float | None, datetime]] = {}
    first: dict[_Name, datetime] = {}
    for result in results:
        content, at = content_of(result), result.arrival.delivery.received_at
        for each in content.unmapped:
            key = (str(content.input), result.box, each.source, each.name, each.unit)
            counts[key] = counts.get(key, 0) + 1
            first.setdefault(key, at)
            newest[key] = (each.value if result.keeps_unmapped else None, at)
    if not counts:
        return
    keys = sorted(counts)
    columns = [
        *zip(*keys, strict=True),
        [newest[key][0] for key in keys],
        [counts[key] for key in keys],
        [first[key] for key in keys],
        [newest[key][1] for key in keys],
    ]
    await connection.execute(_sql("upsert_input_names"), *literals(columns), _NAMES_OF_BOX_MAX, _NAMES_MAX)
