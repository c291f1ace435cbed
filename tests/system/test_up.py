"""`kiezbox up` as a real process: what its documentation promises."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crisis.accounts import store
from crisis.trust import registry
from stack.embedded import postgres
from tests.api.crisis.support import applications
from tests.conftest import ROOT, unused_port
from tests.system.support.kiezbox_up import HANGING_SECONDS, Up, all_ended, command, up, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.system


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's user can reach."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def running() -> Iterator[Up]:
    """One `kiezbox up` with five boxes for several tests, in circumstances that some people have."""
    with (
        tempfile.TemporaryDirectory(prefix="kiezbox-tests-", ignore_cleanup_errors=True) as name,
        up(
            Path(name) / 'Kiez Büro\'s "data"',
            *("--interval", "0.5"),
            has_box=True,
            umask=0o077,
            environment={"LANG": "C"},
            without=("HOME", "LC_ALL", "LC_CTYPE"),
        ) as found,
    ):
        wait_for("the first reading", lambda: len(found.get("/v1/latest")["items"]) > 0)
        yield found
        assert found.end(signal.SIGTERM) == 0


def newest(running: Up) -> datetime:
    """When the newest reading was measured."""
    return max(datetime.fromisoformat(item["measured_at"]) for item in running.get("/v1/latest")["items"])


def refused(data: Path, http: int, mqtt: int, box_http: int | None = None) -> str:
    """What `kiezbox up` says when it does not start."""
    done = subprocess.run(
        command(data, http, mqtt, box_http=box_http),
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGING_SECONDS,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


def test_each_process_has_a_database_role_of_its_own(running: Up) -> None:
    variables = dict(
        line.removeprefix("export ").split("=", 1)
        for line in shlex.split((running.data / "environment").read_text())
        if line != "export"
    )
    expected = {
        "kiezbox-ingest|kiezbox_ingest",
        "kiezbox-maintenance|kiezbox_maintain",
        "kiezbox-api|kiezbox_api",
        "kiezbox-api-feed|kiezbox_api",
        "kiezbox-alarm|kiezbox_api",
        "kiezbox-alarm|kiezbox_api_writer",
        "kiezbox-crisis|kiezbox_api_writer",
    }

    query = "SELECT DISTINCT application_name, usename FROM pg_stat_activity WHERE application_name ~ '^kiezbox-'"
    psql = [str(postgres.binary("psql")), "-X", "-A", "-t", "-c", query, variables["KIEZBOX_DATABASE_URL"]]
    found: set[str] = set()

    def are_all_connected() -> bool:
        done = subprocess.run(psql, capture_output=True, text=True, check=True)
        found.clear()
        found.update(done.stdout.split())
        return found >= expected

    wait_for("each of them is connected", are_all_connected)

    assert found == expected


def test_readings_of_five_boxes_come_out_of_the_api(running: Up) -> None:
    wait_for("five boxes in /v1/latest", lambda: len({item["box"] for item in running.get("/v1/latest")["items"]}) == 5)

    items = running.get("/v1/latest")["items"]
    assert {item["quantity"] for item in items} >= {"temperature_outside", "battery_voltage"}


def test_it_says_where_things_are(running: Up) -> None:
    said = "\n".join(running.lines)

    assert f"http://127.0.0.1:{running.http}/" in said
    assert f"MQTT       127.0.0.1:{running.mqtt}" in said
    assert str(running.data) in said
    (database,) = [line for line in running.lines if line.startswith("  database")]
    psql = shlex.split(database.removeprefix("  database"))
    counted = subprocess.run(
        [*psql, "-Atc", "SELECT count(*) > 0 FROM box"], capture_output=True, text=True, check=True
    )
    assert counted.stdout == "t\n"


def test_the_command_that_it_names_leads_a_shell_to_kiezbox_and_to_this_up(running: Up) -> None:
    (line,) = [line for line in running.lines if line.startswith("  commands")]
    named = line.removeprefix("  commands").partition("   (then")[0]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}

    done = subprocess.run(
        ["sh", "-ec", f"{named}\nkiezbox user add zoe --role viewer --no-password\nkiezbox box list"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd="/",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "71-01" in done.stdout
    assert (running.data / "crisis" / store.FILE).is_file()


def test_each_line_of_a_child_carries_its_name(running: Up) -> None:
    names = {line.split("|")[0].strip() for line in running.lines if "|" in line}

    assert names >= {"nats", "postgres", "migrate", "ingest", "maintain", "export", "api", "box", "sim"}


def test_nothing_listens_but_the_three_ports_and_only_on_loopback(running: Up) -> None:
    listening = running.listening()

    assert {address for address, _ in listening} == {"127.0.0.1"}
    assert {port for _, port in listening} >= {running.http, running.mqtt, running.box_http}
    assert len(listening) == 4  # with NATS's own protocol, which cannot be turned off


def test_doctor_finds_it_and_finds_it_well(running: Up) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stack.cli", "doctor", "--data", str(running.data)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert f"process {running.process.pid}" in done.stdout
    assert "fail" not in done.stdout


def test_a_second_start_on_the_same_data_is_refused(running: Up) -> None:
    said = refused(running.data, unused_port(), unused_port())

    assert f"already runs on {running.data} (process {running.process.pid})" in said
    assert "--data DIR" in said


@pytest.mark.parametrize("option", ["--http", "--mqtt", "--box-http"])
def test_a_port_in_use_is_named_with_its_program_and_the_option(running: Up, folder: Path, option: str) -> None:
    taken = {"--http": running.http, "--mqtt": running.mqtt, "--box-http": running.box_http}
    ports = {name: unused_port() for name in taken} | {option: taken[option]}

    said = refused(folder / "data", ports["--http"], ports["--mqtt"], ports["--box-http"])

    holder = running.listener(taken[option])
    assert f"port {ports[option]} " in said
    assert f"(process {holder.pid})" in said
    assert f"kiezbox up {option} " in said


def test_a_box_runs_beside_the_hub_and_shows_what_was_decided_there(running: Up) -> None:
    folder = running.data / "crisis"
    headers = applications.tokens(folder)["dana"]
    body = json.dumps({"action": "set", "area": "all", "mode": "emergency", "reason": "Stromausfall"}).encode()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{running.http}/crisis/mode", body, {**headers, "Content-Type": "application/json"}
    )

    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 200

    def shown() -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{running.box_http}/api/mode", timeout=30) as found:
            mode: dict[str, Any] = json.load(found)
            return mode

    wait_for("the box knows", lambda: shown()["is_emergency"])
    assert (shown()["mode"], shown()["stale"]) == (2, False)
    with registry.opened(folder) as opened:
        assert [(member.name, member.areas, member.key is None) for member in opened.members()] == [
            ("71-01", ("district-71",), False)
        ]


@pytest.mark.parametrize("part", [("stack.cli", "ingest"), ("postgres",), ("nats-server",)])
def test_a_child_that_is_killed_starts_again_and_readings_flow_on(running: Up, part: tuple[str, ...]) -> None:
    before = newest(running)
    name = {"postgres": "postgres", "nats-server": "nats"}.get(part[-1], part[-1])

    running.child(*part).kill()

    wait_for("it is said", lambda: running.has(f"up       | {name} was killed by SIGKILL; it starts again in"))
    wait_for("newer readings", lambda: _newer(running, before))


def _newer(running: Up, before: datetime) -> bool:
    try:
        return newest(running) > before
    except OSError:  # 503 while the database starts
        return False


@pytest.mark.parametrize("number", [pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGINT])
def test_a_signal_stops_everything_in_order_and_leaves_no_process(folder: Path, number: signal.Signals) -> None:
    order = [
        ("sim", "end: "),
        ("api", "stopping"),
        ("ingest", "stopping"),
        ("postgres", "shutdown"),
        ("nats", "Exiting"),
    ]
    with up(folder / "data", "--interval", "0.5") as running:
        wait_for("boxes", lambda: running.has("connected: "))
        processes = running.processes()

        code = running.end(number)

    assert code == 0
    assert len(processes) > len(order)
    assert all_ended(processes)
    said = [
        next(i for i, line in enumerate(running.lines) if line.startswith(name) and text in line)
        for name, text in [*order, ("up", "everything has stopped")]
    ]
    assert said == sorted(said)
    assert not (folder / "data" / "environment").exists()


@pytest.mark.slow
def test_a_second_signal_ends_at_once_what_hangs(folder: Path) -> None:
    with up(folder / "data", "--no-sim") as running:
        processes = running.processes()
        running.child("stack.cli", "api").suspend()
        running.process.send_signal(signal.SIGTERM)
        wait_for("it stops", lambda: running.has("stopping in order"))

        assert running.end(signal.SIGTERM) == 1

    wait_for("no process is left", lambda: all_ended(processes))


@pytest.mark.slow
def test_nothing_outlives_an_up_that_is_killed_and_the_next_start_has_the_data(folder: Path) -> None:
    with up(folder / "data", "--interval", "0.2") as running:
        wait_for("readings", lambda: len(running.get("/v1/latest")["items"]) > 0)
        processes, kept = running.processes(), running.get("/v1/latest")["items"]
        running.process.kill()
        wait_for("no process is left", lambda: all_ended(processes))

    with up(folder / "data", "--no-sim") as again:
        boxes = {item["box"] for item in again.get("/v1/latest")["items"]}
        assert {item["box"] for item in kept} <= boxes
        assert not again.has("sim ")


@pytest.mark.slow
def test_a_newer_schema_stops_it_with_the_reason(folder: Path) -> None:
    with up(folder / "data", "--no-sim") as running:
        environment = (running.data / "environment").read_text()
        url = next(word for word in shlex.split(environment) if "DATABASE_URL" in word).partition("=")[2]
        (database,) = [line for line in running.lines if line.startswith("  database")]
        psql = shlex.split(database.removeprefix("  database"))[0]
        subprocess.run(
            [psql, url, "-qc", "INSERT INTO schema_migration VALUES ('9999_future', 'x', now())"], check=True
        )
        assert running.end(signal.SIGTERM) == 0

    done = subprocess.run(
        command(folder / "data", unused_port(), unused_port()), capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "the database is newer than this program: it has 9999_future" in done.stdout
    assert "migrate ended with exit code 2" in done.stderr


@pytest.mark.slow
def test_variables_about_another_broker_are_not_used_and_that_is_said(folder: Path) -> None:
    elsewhere = {"KIEZBOX_DATABASE_URL": "postgresql://other/db", "KIEZBOX_MQTT_HOST": "broker.example.org"}

    with up(folder / "data", "--no-sim", environment=elsewhere) as running:
        assert running.has("brings its own broker and database: KIEZBOX_DATABASE_URL, KIEZBOX_MQTT_HOST")
        assert running.get("/v1/latest")["items"] == []
        assert running.end(signal.SIGHUP) == 0, "a closed terminal stops it as Ctrl-C does"


def _can_import(user: int) -> bool:
    """Whether a user can read this Python and the project."""
    code = [sys.executable, "-c", "import stack"]
    try:
        return (
            subprocess.run(code, user=user, extra_groups=[], capture_output=True, check=False, cwd="/").returncode == 0
        )
    except PermissionError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here already runs as an ordinary user")
def test_an_ordinary_user_can_run_it(folder: Path) -> None:
    nobody = 65534
    if not _can_import(nobody):
        pytest.skip(f"only root can enter the folders of this Python, or of {ROOT}")
    folder.chmod(0o755)
    (folder / "home").mkdir()
    os.chown(folder / "home", nobody, nobody)

    with up(folder / "home" / "data", user=nobody, environment={"HOME": str(folder / "home")}) as running:
        wait_for("readings", lambda: len(running.get("/v1/latest")["items"]) > 0)
        processes = running.processes()
        assert {process.uids().real for process in processes} == {nobody}
        assert running.end(signal.SIGTERM) == 0

    assert all_ended(processes)
