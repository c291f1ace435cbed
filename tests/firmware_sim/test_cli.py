"""The command as people and other programs use it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from firmware_sim import cli
from firmware_sim.outbox import FILE
from tests.firmware_sim.support import hub as hubs
from tests.firmware_sim.support.hub import listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kiezbox.settings import MqttSettings

COMMAND = (sys.executable, "-m", "firmware_sim")
READINGS = 16  # of one measurement
_HANGING_SECONDS = 60

NotYet = sqlite3.OperationalError  # the table is not there yet


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=_HANGING_SECONDS,
        check=False,
        **options,
    )


@contextlib.contextmanager
def started(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_line(process: subprocess.Popen[str], part: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if part in line:
            return line
    pytest.fail(f"the simulator ended without saying {part!r}")


def wait_until(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _HANGING_SECONDS
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def names_in(data: Path, box: str) -> list[tuple[str, int]]:
    """What waits for a box, read beside the simulator, oldest first."""
    if not (data / FILE).exists():
        return []
    with closing(sqlite3.connect(f"file:{data / FILE}?mode=ro", uri=True)) as db, contextlib.suppress(NotYet):
        return db.execute("SELECT boot, seq FROM message WHERE box = ? ORDER BY id", (box,)).fetchall()
    return []


def test_a_fleet_with_a_count_ends_when_the_hub_has_exactly_that(broker: MqttSettings, tmp_path: Path) -> None:
    with listening(broker, "+") as hub:
        done = run(
            *("fleet", "--boxes", 40, "--count", 5, "--interval", 0.05, "--port", broker.port),
            *("--data", tmp_path / "data", "--report", tmp_path / "report.json"),
        )
        heard = {(one.box, *one.name) for one in hub.telemetry if one.box[:1] == "7"}

    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["boxes"], report["messages"], report["acked"], report["waiting"]) == (40, 200, 200, 0)
    assert report["measured_readings"] == report["acked_readings"] == 200 * READINGS
    assert (report["dropped"], report["rejected"]) == (0, 0)
    assert report["published"] >= 200
    assert len(heard) == 200
    assert {seq for _, _, seq in heard} == {1, 2, 3, 4, 5}


def test_elsewhere_than_in_a_terminal_the_output_is_plain_lines(broker: MqttSettings, tmp_path: Path) -> None:
    with listening(broker, "+"):
        done = run("fleet", "--boxes", 2, "--count", 1, "--port", broker.port, "--data", tmp_path)

    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert "2 boxes (71-01 to 71-02)" in lines[0]
    # On one line or on two: that is for the broker to say.
    connected = [line.partition(" connected: ")[2] for line in lines]
    assert {name for names in connected if names for name in names.split(", ")} == {"71-01", "71-02"}
    assert "end: " in lines[-1]
    assert "32 readings measured in 2 messages" in lines[-1]


def test_in_a_terminal_a_table_is_kept_up_to_date(broker: MqttSettings, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    options: dict[str, Any] = {"stdout": theirs, "stderr": theirs, "env": os.environ | {"TERM": "xterm"}}
    box = ("box", "--id", "sim-tty", "--interval", "0.2", "--port", str(broker.port), "--data", str(tmp_path))
    with listening(broker, "sim-tty"), subprocess.Popen([*COMMAND, *box], **options) as process:
        os.close(theirs)
        shown, deadline = b"", time.monotonic() + _HANGING_SECONDS
        while shown.count(b"boxes connected") < 3 and time.monotonic() < deadline:
            if select.select([ours], [], [], 1)[0]:
                shown += os.read(ours, 65536)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # the other end was closed; a full terminal would keep it from ending
            while True:
                shown += os.read(ours, 65536)
    os.close(ours)

    assert process.returncode == 0
    assert "acknowledged by the hub" in shown.decode()
    assert b"1 of 1" in shown
    assert b"\x1b[" in shown


def test_without_a_hub_the_drain_limit_ends_it_and_what_is_left_is_counted(
    broker: MqttSettings, tmp_path: Path
) -> None:
    done = run(
        *("box", "--id", "sim-left", "--count", 3, "--interval", 0.01, "--drain-seconds", 0.5, "--port", broker.port),
        *("--data", tmp_path / "data", "--report", tmp_path / "report.json"),
    )

    assert done.returncode == 1
    assert "3 messages (48 readings) are left" in done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["waiting"] == 3
    assert len(names_in(tmp_path / "data", "sim-left")) == 3


def test_sigterm_ends_it_in_order_and_leaves_what_is_unsent_for_the_next_start(
    broker: MqttSettings, tmp_path: Path
) -> None:
    box = ("box", "--id", "sim-term", "--interval", 0.05, "--port", broker.port, "--data", tmp_path)
    with listening(broker, "sim-term", hubs.nothing) as hub:
        with started(*box) as process:
            wait_until(lambda: len(hub.telemetry) >= 5)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=_HANGING_SECONDS)
        left = names_in(tmp_path, "sim-term")
        wait_until(lambda: hub.statuses[-1].body["online"] is False)

        assert (process.returncode, err) == (0, "")
        assert "end: " in out.splitlines()[-1]
        assert set(hub.names()) <= set(left)


def test_after_sigkill_everything_in_the_outbox_arrives_under_its_old_name(
    broker: MqttSettings, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    box = ("box", "--id", "sim-kill", "--data", tmp_path)
    with started(*box, "--interval", 0.001, "--port", free_port()) as process:  # where no broker is
        wait_until(lambda: len(names_in(tmp_path, "sim-kill")) > 100)
        process.send_signal(signal.SIGKILL)
        process.wait(_HANGING_SECONDS)
    left = names_in(tmp_path, "sim-kill")
    assert [seq for _, seq in left] == list(range(1, len(left) + 1))
    assert len({boot for boot, _ in left}) == 1

    with listening(broker, "sim-kill") as hub:
        with started(*box, "--interval", 3600, "--port", broker.port) as process:
            wait_until(lambda: len(hub.names()) >= 20)
            process.send_signal(signal.SIGKILL)  # once more, in the middle of sending
        done = run(*box, "--count", 1, "--replays-per-second", 1000, "--resend-after", 1, "--port", broker.port)

        assert done.returncode == 0
        assert set(left) <= set(hub.names())
    assert names_in(tmp_path, "sim-kill") == []


def test_one_data_folder_is_for_one_process(tmp_path: Path, free_port: Callable[[], int]) -> None:
    port = free_port()
    with started("box", "--id", "71-01", "--port", port, "--data", tmp_path) as first:
        wait_for_line(first, "71-01")

        second = run("box", "--id", "71-02", "--port", port, "--data", tmp_path)

        assert second.returncode == 1
        assert f"in use by another firmware-sim (process {first.pid})" in second.stderr
        assert "Traceback" not in second.stderr


def test_a_corrupt_outbox_is_reported_and_measuring_goes_on(broker: MqttSettings, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"nonsense" * 1000)

    with listening(broker, "sim-broken"):
        done = run("box", "--id", "sim-broken", "--count", 1, "--port", broker.port, "--data", tmp_path)

    assert done.returncode == 0
    assert "THE OUTBOX IS CORRUPT" in done.stdout
    assert (tmp_path / f"{FILE}.corrupt-1").exists()


def test_the_environment_gives_options_too(broker: MqttSettings, tmp_path: Path) -> None:
    environment = os.environ | {
        "FIRMWARE_SIM_PORT": str(broker.port),
        "FIRMWARE_SIM_DATA": str(tmp_path),
        "FIRMWARE_SIM_ID": "sim-env",
    }
    with listening(broker, "sim-env") as hub:
        done = run("box", "--count", 1, env=environment)

        assert done.returncode == 0
        assert len(hub.telemetry) == 1


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("box",), "--id"),
        (("box", "--id", "Straße"), "an id has"),
        (("box", "--id", "71-01", "--interval", "-1"), "--interval"),
        (("box", "--id", "71-01", "--ca-file", "ca.pem"), "--tls"),
        (("fleet", "--boxes", "0"), "--boxes"),
        (("fleet", "--boxes", "1000000"), "6120"),
        (("fleet", "--samples-per-message", "1000"), "--samples-per-message"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], part: str
) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(cli.app, arguments)

    assert done.exit_code == 2
    assert part in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_more_boxes_than_open_files_are_refused_with_what_helps(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f'ulimit -n 200; exec "$@" --data {tmp_path}', "sh", *COMMAND, "fleet", "--boxes", "1000"],
        capture_output=True,
        text=True,
        timeout=_HANGING_SECONDS,
        check=False,
    )

    assert done.returncode == 1
    assert "the limit is 200" in done.stderr
    assert "ulimit -n" in done.stderr


@pytest.mark.parametrize(
    ("command", "part"), [((), "fleet"), (("box",), "Run one box"), (("fleet",), "Run many boxes")]
)
def test_help_says_what_a_command_does(command: tuple[str, ...], part: str) -> None:
    done = CliRunner().invoke(cli.app, [*command, "--help"])

    assert done.exit_code == 0
    assert part in done.stdout
