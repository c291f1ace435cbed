"""A whole `kiezbox up` that starts two years behind, as a machine without a clock module does, and is then set right.

libfaketime gives its clock to every process of it but the broker: NATS is a Go program, which asks the kernel itself.
That is no matter here, as MQTT has no times. PostgreSQL's timers count by the monotonic clock, which nobody can set.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from kiezbox import db
from kiezbox.settings import DatabaseSettings
from stack.embedded import postgres
from tests.api.crisis.support import applications
from tests.conftest import absent
from tests.system.support.kiezbox_up import HANGING_SECONDS, OURS, Up, up, wait_for
from tests.system.test_hub_clock import FAKETIME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(300)]

BEHIND = "-730d"
CALL = "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"
# A status is stored at once, because that a box is there cannot wait; its time alone, ahead of the hub, is rejected.
FIGURES = """
SELECT (SELECT count(*) FROM reading WHERE measured_at >= $1)::int AS readings,
       (SELECT count(*) FROM reading WHERE measured_at < $1)::int AS elsewhere,
       (SELECT count(*) FROM reject WHERE topic NOT LIKE '%/status')::int AS rejects,
       (SELECT count(*) FROM deferred)::int AS waiting
"""


@dataclass(frozen=True, slots=True)
class Hub:
    """`kiezbox up` by a clock that the test sets."""

    up: Up
    environment: Mapping[str, str]
    headers: Mapping[str, str]

    def get(self, path: str) -> str:
        """What its API answers, whatever the status."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.up.http}{path}", headers={**self.headers, "Accept-Language": "en"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text: str = answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()
        return text

    def banners(self, path: str) -> str:
        """What a page says above everything else."""
        (found,) = re.findall('<div id="outages".*?</div>', self.get(path))
        return html.unescape(found)

    def is_ready(self, part: str) -> bool:
        """Whether `/readyz` has nothing against a part."""
        return all(each["ok"] for each in json.loads(self.get("/readyz"))["parts"] if each["name"] == part)

    def kiezbox(self, *arguments: str) -> tuple[int, str]:
        """The exit code and the output of a command, by the same clock."""
        command = [*OURS, *arguments, "--data", str(self.up.data)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment)
        return done.returncode, done.stdout + done.stderr

    def call(self) -> dict[str, Any]:
        """The call for help as staff's programs see it."""
        (found,) = json.loads(self.get("/crisis/situation"))["distress"]
        call: dict[str, Any] = found
        return call


def set_clock(file: Path, offset: str) -> None:
    """As libfaketime writes it; every process reads it again at once."""
    written = file.with_suffix(".new")
    written.write_text(offset)
    written.replace(file)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where PostgreSQL's user can reach the data, and the clock."""
    if not FAKETIME.is_file():
        absent("libfaketime")
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def hub(folder: Path) -> Iterator[Hub]:
    set_clock(folder / "clock", BEHIND)
    clock = {
        "LD_PRELOAD": str(FAKETIME),
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
        "FAKETIME_NO_CACHE": "1",
    }
    headers = applications.tokens(folder / "data" / "crisis")["anna"]
    with up(folder / "data", "--no-sim", environment=clock) as running:
        yield Hub(running, {**os.environ, **clock}, headers)


def call_for_help(port: int, at: datetime) -> None:
    client = Client(CallbackAPIVersion.VERSION2, client_id="button")
    client.connect("127.0.0.1", port)
    client.loop_start()
    said = {"v": 1, "id": CALL, "at": round(at.timestamp() * 1000), "kind": "fire", "text": "Rauch im Keller"}
    client.publish("kb/v1/71-01/distress", json.dumps(said).encode(), qos=1).wait_for_publish(HANGING_SECONDS)
    client.disconnect()
    client.loop_stop()


async def figures(data: Path, since: datetime) -> dict[str, int]:
    settings = DatabaseSettings.model_validate({"url": postgres.for_folder(data).url()})
    async with db.connect(settings, "tests") as connection:
        row = await connection.fetchrow(FIGURES, since)
    assert row is not None
    return dict(row)


@contextlib.contextmanager
def box(hub: Hub, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A simulated box by the right clock; it ends once all that it measured is stored."""
    bundle = folder / "71-01.json"
    code, said = hub.kiezbox("box", "credential", "new", "71-01", "--bundle", str(bundle))
    assert code == 0, said
    command = [
        *(sys.executable, "-m", "firmware_sim", "box", "--id", "71-01", "--bundle", str(bundle), "--plain"),
        *("--data", str(folder / "sim"), "--interval", "0.2", "--count", "40", "--resend-after", "3"),
        *("--drain-seconds", "60", "--report", str(folder / "report.json")),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_hub_that_starts_two_years_behind_loses_nothing_says_so_and_is_right_once_its_clock_is(
    hub: Hub, folder: Path
) -> None:
    began_at = datetime.now(UTC).replace(microsecond=0)
    with box(hub, folder) as sending:
        called_at = datetime.now(UTC)
        call_for_help(hub.up.mqtt, called_at)
        wait_for("/readyz says it", lambda: not hub.is_ready("clock"))
        wait_for("the page says it", lambda: "The hub's clock is wrong" in hub.banners("/"))
        wait_for("residents read it", lambda: "clock of this page is wrong" in hub.banners("/crisis?lang=en"))
        wait_for("the log says it", lambda: hub.up.has("THE HUB'S CLOCK IS BEHIND"))
        wait_for("staff see the call", lambda: "Rauch im Keller" in hub.get("/crisis/situation"))
        waiting, doctor, before = hub.kiezbox("ledger"), hub.kiezbox("doctor"), hub.call()

        set_clock(folder / "clock", "+0")
        wait_for("/readyz is well", lambda: hub.is_ready("clock"))
        wait_for("the call has its time", lambda: hub.call()["received"]["at"] != before["received"]["at"])
        wait_for("the pages are well", lambda: "clock" not in hub.banners("/") + hub.banners("/crisis?lang=en"))
        code = sending.wait(HANGING_SECONDS)
    measured = json.loads((folder / "report.json").read_text())
    found = asyncio.run(figures(hub.up.data, began_at))
    whole, well, after = hub.kiezbox("ledger"), hub.kiezbox("doctor"), hub.call()
    ended = hub.up.end(signal.SIGTERM)

    assert waiting[0] == 3
    assert "WAITING FOR THE HUB'S CLOCK" in waiting[1]
    assert doctor[0] == 1
    assert "the hub's clock is behind" in doctor[1]
    assert (code, measured["waiting"], measured["dropped"], measured["rejected"]) == (0, 0, 0, 0)
    assert found == {"readings": measured["measured_readings"], "elsewhere": 0, "rejects": 0, "waiting": 0}
    assert whole[0] == 0, whole[1]
    assert "the hub's clock" not in well[1]
    assert abs(datetime.fromisoformat(after["received"]["at"]) - called_at) < timedelta(milliseconds=2)
    assert ended == 0
