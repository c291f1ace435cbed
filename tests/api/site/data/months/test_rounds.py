"""Files by month: whole or not there, made once, in versions when late data come, of public boxes only."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import gzip
import hashlib
import io
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

from api.site.data.months import archive, making, rounds
from kiezbox.errors import OperatorError, Unavailable
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.support import waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from api.site.data.months.archive import Version
    from kiezbox.db import Pool
    from kiezbox.settings import Settings

NOW = datetime(2025, 12, 3, tzinfo=UTC)
LATE = NewReading(value=7.25, measured_at=datetime(2025, 11, 2, tzinfo=UTC), delay=timedelta(days=29))
# Midnight in Berlin: the last of October, and the first of November.
EDGES = (
    NewReading(value=1, measured_at=datetime(2025, 10, 31, 22, 59, 59, tzinfo=UTC)),
    NewReading(value=2, measured_at=datetime(2025, 10, 31, 23, tzinfo=UTC)),
)


def limited(settings: Settings, **limits: object) -> Settings:
    return settings.model_copy(update={"opendata": settings.opendata.model_copy(update=limits)})


def cells(folder: Path, version: Version) -> list[dict[str, str]]:
    file = version.file("csv.gz")
    assert file is not None
    text = gzip.decompress(archive.path_of(folder, version, file.name).read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text)))


async def test_a_month_has_all_readings_of_its_civil_days(pool: Pool, settings: Settings, folder: Path) -> None:
    await rows.commit(pool, *EDGES, *rows.minutes(3), NewReading(box="71-02", value=-0.5), NewReading(measured_at=NOW))

    await rounds.once(settings, NOW)

    november, october = archive.read(folder).newest()
    assert [november.month, october.month] == ["2025-11", "2025-10"]
    assert [row["value"] for row in cells(folder, november)] == ["2.0", "0.0", "1.0", "2.0", "-0.5"]
    assert [row["value"] for row in cells(folder, october)] == ["1.0"]
    assert (november.readings, november.boxes) == (5, ("71-01", "71-02"))


async def test_both_formats_hold_the_same_and_the_checksums_fit(pool: Pool, settings: Settings, folder: Path) -> None:
    await rows.commit(pool, *rows.minutes(3, flag=1), *rows.minutes(2, box="71-02"))

    await rounds.once(settings, NOW)

    (version,) = archive.read(folder).newest()
    file = version.file("parquet")
    assert file is not None
    table = parquet.read_table(archive.path_of(folder, version, file.name))
    assert [float(row["value"]) for row in cells(folder, version)] == table["value"].to_pylist()
    assert [row["box"] for row in cells(folder, version)] == table["box"].to_pylist()
    assert table.schema.field("measured_at").type.tz == "UTC"
    for each in version.files:
        content = archive.path_of(folder, version, each.name).read_bytes()
        assert (each.sha256, each.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert f"{each.sha256}  {each.name}" in archive.path_of(folder, version, archive.CHECKSUMS).read_text()
    assert "Kiez 71" in archive.path_of(folder, version, archive.LICENCE).read_text(encoding="utf-8")


async def test_a_month_that_is_not_over_is_not_made(pool: Pool, settings: Settings, folder: Path) -> None:
    await rows.commit(pool, *rows.minutes(3))

    lines = await rounds.once(settings, datetime(2025, 12, 1, 20, tzinfo=UTC))

    assert (lines, archive.read(folder).versions) == ([], ())


async def test_late_data_make_a_version_beside_the_old_one(pool: Pool, settings: Settings, folder: Path) -> None:
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, NOW)
    await rows.commit(pool, LATE)

    await rounds.once(settings, NOW + timedelta(days=1))

    new, old = archive.read(folder).of("2025-11")
    assert ((new.number, new.readings), (old.number, old.readings)) == ((2, 4), (1, 3))
    assert len(cells(folder, old)) == 3
    assert "7.25" in {row["value"] for row in cells(folder, new)}


async def test_a_round_without_news_makes_nothing(pool: Pool, settings: Settings, folder: Path) -> None:
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, NOW)
    before = archive.read(folder)

    lines = await rounds.once(settings, NOW + timedelta(days=1))

    assert lines == []
    assert archive.read(folder).versions == before.versions
    assert archive.read(folder).checked_at == NOW + timedelta(days=1)


async def test_parts_that_are_there_are_not_read_again(
    pool: Pool, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.commit(pool, *rows.minutes(3), *rows.minutes(2, box="71-02"))
    write, written = making._write_part, []

    async def failing(database: object, work: Path, month: making.Month, box: str) -> None:
        written.append(box)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        await write(database, work, month, box)  # type: ignore[arg-type]  # the test has no need of its type

    monkeypatch.setattr(making, "_write_part", failing)
    with pytest.raises(OSError, match="No space"):
        await rounds.once(settings, NOW)
    failed = archive.read(folder)
    await rounds.once(settings, NOW)

    assert written == ["71-01", "71-02", "71-02"]
    assert (failed.versions, failed.failed_at) == ((), NOW)
    assert [len(cells(folder, version)) for version in archive.read(folder).versions] == [5]
    assert archive.read(folder).failed_at is None
    assert list((folder / archive.MAKING).iterdir()) == []


async def test_a_nearly_full_disk_is_said_and_what_was_begun_is_removed(
    pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *rows.minutes(3))

    with pytest.raises(OperatorError, match="the disk is nearly full") as raised:
        await rounds.once(limited(settings, free_mb_min=10**9), NOW)

    assert "KIEZBOX_OPENDATA_FREE_MB_MIN" in raised.value.hint
    assert list((folder / archive.MAKING).iterdir()) == []


async def test_what_is_kept_long_enough_goes_and_its_number_is_not_used_again(
    pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *EDGES, *rows.minutes(3))
    await rounds.once(settings, NOW)
    await rows.commit(pool, LATE)
    await rounds.once(settings, NOW)

    await rounds.once(limited(settings, old_version_days=30), NOW + timedelta(days=31))
    kept = [(version.month, version.number) for version in archive.read(folder).versions]
    await rounds.once(limited(settings, months_max=1), NOW + timedelta(days=1))

    assert kept == [("2025-11", 2), ("2025-10", 1)]
    assert [(version.month, version.number) for version in archive.read(folder).versions] == [("2025-11", 2)]
    assert archive.next_number(folder, "2025-11") == 3


@contextlib.asynccontextmanager
async def without_readings(pool: Pool) -> AsyncIterator[None]:
    """While retention has removed readings of all months that are over."""
    await pool.execute("INSERT INTO retention (relation, since) VALUES ('reading', '2025-11-20Z')")
    await pool.execute("DELETE FROM stored_reading WHERE measured_at < '2025-11-20Z'")
    try:
        yield
    finally:
        await pool.execute("DELETE FROM retention")


async def test_months_of_which_readings_are_gone_stay_as_they_are(pool: Pool, settings: Settings, folder: Path) -> None:
    await rows.commit(pool, *EDGES, *rows.minutes(3))
    await rounds.once(settings, NOW)
    async with without_readings(pool):
        lines = await rounds.once(settings, NOW)

    assert lines == []
    assert [version.readings for version in archive.read(folder).newest()] == [4, 1]


async def test_of_a_month_whose_readings_are_gone_a_version_without_a_hidden_box_is_made_from_its_files(
    pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *rows.minutes(3), *rows.minutes(2, box="71-02"), *rows.minutes(4, box="71-03"))
    await rounds.once(settings, NOW)
    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-02'")
    await rounds.once(settings, NOW)  # while its readings are there: of them
    await pool.execute("UPDATE box SET is_public = NULL WHERE id = '71-02'")
    shutil.rmtree(folder / archive.MONTHS / "2025-11" / "v2")
    (of_readings,) = (each for each in archive.read(folder).versions if each.number == 2)
    async with without_readings(pool):
        await pool.execute("UPDATE box SET is_public = false WHERE id = '71-02'")

        await rounds.once(settings, NOW)
        again = await rounds.once(settings, NOW)
        without = archive.read(folder).newest()[0]
        await pool.execute("UPDATE box SET is_public = NULL WHERE id = '71-02'")
        await rounds.once(settings, NOW)
        whole = archive.read(folder).newest()[0]

    assert (without.boxes, without.readings, again) == (("71-01", "71-03"), 7, [])
    assert {row["box"] for row in cells(folder, without)} == {"71-01", "71-03"}
    assert without.files[0].sha256 == of_readings.files[0].sha256  # the same bytes as if it had never been there
    parquet_file = without.file("parquet")
    assert parquet_file is not None
    assert parquet.read_table(archive.path_of(folder, without, parquet_file.name)).column("box").to_pylist() == [
        *(["71-01"] * 3),
        *(["71-03"] * 4),
    ]
    assert (whole.boxes, whole.readings) == (("71-01", "71-02", "71-03"), 9)


async def test_a_damaged_file_is_named_and_no_version_is_made_from_it(
    pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *rows.minutes(3), *rows.minutes(2, box="71-02"))
    await rounds.once(settings, NOW)
    (version,) = archive.read(folder).versions
    path = archive.path_of(folder, version, version.files[0].name)
    path.write_bytes(path.read_bytes()[:-40])
    async with without_readings(pool):
        await pool.execute("UPDATE box SET is_public = false WHERE id = '71-01'")

        lines = await rounds.once(settings, NOW)

    assert "2025-11, version 1 cannot be made again without hidden boxes" in lines[-1]
    assert "backup" in lines[-1]
    assert archive.read(folder).newest() == []


async def test_two_processes_do_not_write_the_same_folder(settings: Settings, folder: Path) -> None:
    with archive.locked(folder), pytest.raises(OperatorError, match="another process"):
        await rounds.once(settings, NOW)


async def test_without_a_folder_the_setting_is_named(settings: Settings) -> None:
    with pytest.raises(OperatorError) as raised:
        await rounds.once(limited(settings, folder=None), NOW)

    assert "KIEZBOX_OPENDATA_FOLDER" in raised.value.hint


async def test_a_changed_licence_comes_to_the_files_that_are_there(
    pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, NOW)

    await rounds.once(limited(settings, licence="cc-zero", attribution=None), NOW)

    (version,) = archive.read(folder).versions
    assert "CC0 1.0" in archive.path_of(folder, version, archive.LICENCE).read_text(encoding="utf-8")


async def test_a_version_with_a_box_that_is_not_public_any_more_is_withheld_until_it_is_again(
    pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *rows.minutes(3), *rows.minutes(2, box="71-02"))
    await rounds.once(settings, NOW)
    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-02'")

    await rounds.once(settings, NOW)
    without = archive.read(folder)
    await pool.execute("UPDATE box SET is_public = NULL WHERE id = '71-02'")
    await rounds.once(settings, NOW)

    assert [(each.number, each.is_withheld) for each in without.versions] == [(2, False), (1, True)]
    assert {row["box"] for row in cells(folder, without.newest()[0])} == {"71-01"}
    assert [each.number for each in archive.read(folder).of("2025-11")] == [3, 2, 1]


async def test_a_box_that_is_hidden_while_its_month_is_made_is_in_no_file(
    pool: Pool, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.commit(pool, *rows.minutes(3), *rows.minutes(2, box="71-02"))
    make = making.make

    async def slow(*given: object, **limits: object) -> making.Made | None:
        made = await make(*given, **limits)  # type: ignore[arg-type]  # passed on as they are
        await pool.execute("UPDATE box SET is_public = false WHERE id = '71-02'")
        return made

    monkeypatch.setattr(making, "make", slow)
    await rounds.once(settings, NOW)

    (version,) = archive.read(folder).versions
    assert {row["box"] for row in cells(folder, version)} == {"71-01"}


async def test_that_a_box_of_the_files_was_hidden_is_noticed_before_the_next_day(
    pool: Pool, settings: Settings
) -> None:
    await rows.commit(pool, *rows.minutes(3), *rows.minutes(2, box="71-02"))
    before = await rounds.shows_hidden(settings)
    await rounds.once(settings, NOW)
    made = await rounds.shows_hidden(settings)
    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-02'")
    hidden = await rounds.shows_hidden(settings)
    await rounds.once(settings, NOW)

    assert (before, made, hidden, await rounds.shows_hidden(settings)) == (False, False, True, False)


async def test_a_month_is_not_put_together_where_there_is_no_room_for_it_beside_its_parts(
    pool: Pool, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.commit(pool, *rows.minutes(3))
    usage = shutil.disk_usage(folder.parent)._replace(free=1_000_100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)

    with pytest.raises(OperatorError, match="the disk is nearly full"):
        await rounds.once(limited(settings, free_mb_min=1), NOW)

    assert list((folder / archive.MAKING).iterdir()) == []


async def test_half_a_month_does_not_fill_a_disk_that_is_full(
    pool: Pool, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.commit(pool, *rows.minutes(3))

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        await rounds.once(settings, NOW)

    (work,) = (folder / archive.MAKING).iterdir()
    assert not (work / "whole").exists()


async def test_a_removal_that_was_stopped_half_way_is_finished_in_the_next_round(
    pool: Pool, settings: Settings, folder: Path
) -> None:
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, NOW)
    (version,) = archive.read(folder).versions
    archive.path_of(folder, version, archive.VERSION).unlink()

    await rounds.once(settings, NOW)

    assert list(archive.path_of(folder, version).iterdir()) == []
    assert [each.number for each in archive.read(folder).versions] == [2]


@pytest.mark.parametrize(
    ("index", "is_due"),
    [
        (archive.Index(), True),
        (archive.Index(checked_at=NOW - timedelta(hours=23)), False),
        (archive.Index(checked_at=NOW - timedelta(hours=25)), True),
        (archive.Index(checked_at=NOW - timedelta(hours=1), failed_at=NOW), True),
        (archive.Index(checked_at=NOW + timedelta(days=9)), True),  # the clock was wrong
    ],
)
def test_a_round_is_due_once_a_day_and_after_a_failure(tmp_path: Path, index: archive.Index, *, is_due: bool) -> None:
    archive.write(tmp_path, index)

    assert rounds._is_due(tmp_path, NOW) is is_due


async def test_it_waits_for_the_database_and_stops_when_asked(
    pool: Pool, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.commit(pool, *rows.minutes(3))
    outcomes: list[object] = [Unavailable("database"), None]
    once, stop = rounds.once, asyncio.Event()

    async def unsteady(*_args: object) -> list[str]:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        stop.set()
        return await once(settings, NOW)

    monkeypatch.setattr(rounds, "once", unsteady)
    monkeypatch.setattr(rounds, "_RETRY_FIRST_SECONDS", 0.01)
    monkeypatch.setattr(os, "nice", lambda _by: 0)  # for good: not of the tests

    async with asyncio.timeout(30):
        await rounds.serve(settings, stop)

    assert outcomes == []
    assert [version.month for version in archive.read(folder).versions] == ["2025-11"]


@pytest.mark.slow
async def test_a_killed_round_leaves_nothing_half_and_the_next_one_goes_on(
    pool: Pool, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for box in ("71-01", "71-02", "71-03"):
        await rows.commit(pool, *rows.minutes(200, box=box))
    with monkeypatch.context() as patch:
        patch.setattr(making, "_join", lambda _work, _month: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(OSError, match="No space"):
            await rounds.once(settings, NOW)
    (work,) = (folder / archive.MAKING).iterdir()
    (work / "71-02.readings").unlink()  # this box is to be read again, and there the round waits for us:
    os.mkfifo(work / "71-02.csv.gz.new")

    async def start() -> asyncio.subprocess.Process:
        environment = {
            **os.environ,
            "KIEZBOX_DATABASE_URL": settings.database.url.get_secret_value(),
            "KIEZBOX_API_PUBLIC_BOXES": "all",
            "KIEZBOX_OPENDATA_FOLDER": str(folder),
            "KIEZBOX_OPENDATA_FREE_MB_MIN": "0",
        }
        command = (sys.executable, "-m", "stack.cli", "export", "--once")
        return await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)

    inode = (folder / ".lock").stat().st_ino

    def is_working() -> bool:
        """Whether somebody has the lock; to try to take it would be in the way."""
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
        return any(" FLOCK " in line and f":{inode} " in line for line in lines)

    first = await start()
    await waiting.until(is_working)
    first.kill()
    await first.wait()
    shown = archive.read(folder).versions
    (work / "71-02.csv.gz.new").unlink()
    second = await start()
    said, _ = await second.communicate()

    assert shown == ()
    assert b"2025-11, version 1: 600 readings of 3 boxes" in said
    (version,) = archive.read(folder).versions
    assert len(cells(folder, version)) == 600
