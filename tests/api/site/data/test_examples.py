"""The examples on /data work as they stand there: each is run against a server."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.site.data import examples
from api.site.data.examples import Places
from api.site.data.months import rounds
from tests.api.conftest import serving
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.conftest import absent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

DAY = datetime(2025, 11, 23, tzinfo=UTC)


@pytest.fixture
async def places(pool: Pool, settings: Settings) -> AsyncIterator[Places]:
    """A server with a month, a day and an hour ago."""
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    await rows.commit(pool, *rows.minutes(20), NewReading(value=21.5, measured_at=hour_ago))
    await rounds.once(settings, datetime(2025, 12, 3, tzinfo=UTC))
    async with serving(settings) as served:
        yield Places(
            served.url, "71-01", f"{DAY:%Y-%m-%dT%H:%M:%SZ}", f"{DAY + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}", 1
        )


async def run(*command: str, cwd: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    return out.decode()


async def test_curl_brings_json_geojson_csv_and_the_stream(places: Places, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        absent("curl")
    commands = [line for line in examples.of("curl", places).splitlines() if line.startswith("curl")]

    newest, on_a_map, day = [await run("sh", "-c", command, cwd=tmp_path) for command in commands[:3]]
    stream = await asyncio.create_subprocess_shell(commands[3], stdout=asyncio.subprocess.PIPE)
    sent, _ = await stream.communicate()

    assert [each["value"] for each in json.loads(newest)["items"]] == [21.5]
    assert json.loads(on_a_map)["type"] == "FeatureCollection"
    assert len(list(csv.DictReader(day.splitlines()))) == 20
    assert (stream.returncode, len(commands)) == (28, 4)  # the time was up
    assert sent


async def test_python_checks_a_month_and_computes_means(places: Places, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(examples.of("Python", places), encoding="utf-8")

    said = await run(sys.executable, "-W", "error", "example.py", cwd=tmp_path)

    assert said == "2025-11 71-01: 9.5 °C, 20 readings\n"


@pytest.mark.slow
async def test_r_reads_hourly_means_and_draws_them(places: Places, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        absent("Rscript")
    (tmp_path / "example.R").write_text(examples.of("R", places), encoding="utf-8")

    said = await run("Rscript", "--vanilla", "example.R", cwd=tmp_path)

    assert "21.5" in said
    assert (tmp_path / "Rplots.pdf").stat().st_size > 1000
