"""Cases of tests/support/mean_cases.py in a database, and where its rollups say something else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from devices.quantities import Averaging
from kiezbox import db
from tests.support import mean_cases
from tests.support.mean_cases import BERLIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kiezbox.settings import DatabaseSettings
    from tests.support.mean_cases import Bucket, Case, Reading

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)  # all cases
_COLUMNS = "bucket, avg, count, coverage, is_valid, growth, is_by_message"
# Each relation that says the means of a width, in the civil zone or another; $1 is a series, $2 and $3 the bounds.
_ASKED = {
    ("5m", None): (
        "reading_5m_between(ARRAY[$1::int], $2, $3)",
        "reading_points_between(ARRAY[$1::int], $2, $3, 60000)",
    ),
    ("1h", None): (
        "reading_1h_between(ARRAY[$1::int], $2, $3)",
        "reading_points_between(ARRAY[$1::int], $2, $3, 1800000)",
    ),
    ("1d", None): (
        "reading_1d_between(ARRAY[$1::int], $2, $3)",
        "reading_points_between(ARRAY[$1::int], $2, $3, 21600000)",
    ),
    ("1d", "UTC"): ("reading_days_between(ARRAY[$1::int], $2, $3, 'UTC')",),
    ("1d", "America/New_York"): ("reading_days_between(ARRAY[$1::int], $2, $3, 'America/New_York')",),
}

# The five minutes of one kind alone, as shares, in the same columns.
_SHARES = """
(SELECT bucket, count::bigint AS count, 1::float8 AS coverage, true AS is_valid, is_by_message,
        mean_of({kind}::smallint, total / CASE {kind} WHEN 3 THEN length ELSE count END, sine / length) AS avg,
        CASE {kind} WHEN 0 THEN last - min END AS growth
 FROM shares_5m_between(ARRAY[$1::int], $2, $3, {kind}::smallint, true)) AS shares
"""
_KINDS = (Averaging.NONE, Averaging.ARITHMETIC, Averaging.ENERGETIC, Averaging.CIRCULAR)  # as series.averaging has them


async def store(database: DatabaseSettings, cases: Iterable[Case]) -> dict[str, int]:
    """A series for each case, with its readings that are not late; its number by the name of the case."""
    found: dict[str, int] = {}
    async with db.connect(database, "tests") as connection:
        await connection.execute("INSERT INTO box (id) VALUES ('71-01') ON CONFLICT DO NOTHING")
        for case in cases:
            found[case.name] = await connection.fetchval(
                "INSERT INTO series (box, source, quantity) VALUES ('71-01', $1, $2) RETURNING id",
                f"case-{len(found)}",
                case.quantity,
            )
            await _insert(connection, found[case.name], case.readings)
    return found


async def store_late(database: DatabaseSettings, cases: Iterable[Case], series: Mapping[str, int]) -> None:
    """The late readings of the cases, as by hand: their hours are noted as ingest notes them."""
    async with db.connect(database, "tests") as connection:
        for case in cases:
            await _insert(connection, series[case.name], case.late)


async def _insert(connection: db.Connection, series: int, readings: Sequence[Reading]) -> None:
    await connection.execute(
        "INSERT INTO reading (series, measured_at, value, delay_s)"
        " SELECT $1, at, value, 7 FROM unnest($2::timestamptz[], $3::float8[]) AS given (at, value)",
        series,
        [at for at, _ in readings],
        [value for _, value in readings],
    )


async def differences(
    database: DatabaseSettings,
    cases: Iterable[Case],
    series: Mapping[str, int],
    widths: Sequence[str] = ("5m", "1h", "1d"),
    *,
    zone: str = BERLIN,
) -> list[str]:
    """Where a view or a function says something else than the reference; `zone` is the database's civil one."""
    found = []
    async with db.connect(database, "tests") as connection:
        for case in cases:
            for (width, asked), relations in _ASKED.items():
                if width not in widths:
                    continue
                views = [] if asked else [f"reading_{width} WHERE series = $1 AND bucket >= $2 AND bucket < $3"]
                if width == "5m":
                    views.append(_SHARES.replace("{kind}", str(_KINDS.index(Averaging(case.averaging)))))
                wanted = case.buckets(width, asked or zone)
                for relation in (*relations, *views):
                    rows = await connection.fetch(
                        f"SELECT {_COLUMNS} FROM {relation} ORDER BY bucket", series[case.name], SINCE, UNTIL
                    )
                    if not _is_same(case, wanted, rows):
                        found.append(f"{case.name}, {relation}: {[tuple(row) for row in rows[:5]]}, not {wanted[:5]}")
    return found


def _is_same(case: Case, wanted: Sequence[Bucket], rows: Sequence[Any]) -> bool:
    return len(wanted) == len(rows) and all(
        (row["bucket"], row["count"], row["is_valid"], row["is_by_message"])
        == (bucket.begins, bucket.count, bucket.is_valid, False)
        and mean_cases.is_same(case.averaging, bucket.avg, row["avg"])
        and mean_cases.is_same("arithmetic", bucket.coverage, row["coverage"])
        and mean_cases.is_same("arithmetic", bucket.growth, row["growth"])
        for bucket, row in zip(wanted, rows, strict=True)
    )
