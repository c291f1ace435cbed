"""The broker of `kiezbox up`: a stranger on loopback may do what a sensor does, and nothing else."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stack.embedded import nats
from stack.ports import Address
from tests.conftest import answers_on, unused_port
from tests.conftest import running as running_program
from tests.stack.broker.support import clients
from tests.system.support.kiezbox_up import HANGING_SECONDS, Up, up, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

pytestmark = pytest.mark.system

_numbers = itertools.count(1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's user can reach."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def running() -> Iterator[Up]:
    """One `kiezbox up` for several tests."""
    with (
        tempfile.TemporaryDirectory(prefix="kiezbox-tests-", ignore_cleanup_errors=True) as name,
        up(Path(name) / "data", "--interval", "0.5", "--boxes", "2", has_box=True) as found,
    ):
        yield found


def client(
    port: int, username: str | None = None, password: str | None = None
) -> AbstractContextManager[clients.Tester]:
    """An MQTT client with or without a name; a stranger, unless it has a password."""
    return clients.connected(port, username, f"stranger-{next(_numbers)}", password=password)


def environment_of(running: Up) -> dict[str, str]:
    lines = (running.data / "environment").read_text().splitlines()
    return dict(line.removeprefix("export ").partition("=")[::2] for line in lines)


def kiezbox(running: Up, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stack.cli", *words, "--data", str(running.data)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANGING_SECONDS)


def reading(seq: int, value: float) -> bytes:
    sample = {"at": int(time.time() * 1000), "source": "core", "values": {"pm2_5": value}}
    return json.dumps({"v": 1, "boot": "a1", "seq": seq, "samples": [sample]}).encode()


def values_of(running: Up, box: str) -> list[float]:
    items: list[dict[str, Any]] = running.get(f"/v1/latest?box={box}")["items"]
    return [item["value"] for item in items]


def test_one_packet_of_a_stranger_to_jetstream_stops_nothing(running: Up) -> None:
    with client(running.mqtt) as stranger:
        for stream in ("$MQTT_msgs", "$MQTT_rmsgs", "$MQTT_sess", "$MQTT_out"):
            stranger.publish([(f"$JS/API/STREAM/{what}/{stream}", b"", False) for what in ("DELETE", "PURGE")])
        stranger.publish([("kb/v1/after-attack/telemetry", reading(1, 8.5), False)])

    wait_for("readings still flow", lambda: values_of(running, "after-attack") == [8.5])


def test_a_stranger_hears_no_call_for_help_and_gives_no_answer_or_order(running: Up) -> None:
    with client(running.mqtt) as stranger:
        for topic in ("kb/#", "$SYS/#", "$JS/#", "$MQTT/#", "kb/v1/+/distress", "kb/v1/71-01/command", "msh/#", "#"):
            assert stranger.subscribe(topic) == [clients.REFUSED]
        assert stranger.subscribe("kb/v1/quiet/ack", "kb/v1/71-01/ack") == [0, 0]
        for topic in ("kb/v1/quiet/ack", "kb/v1/71-01/command", "kb/v1/all/bulletin", "kb/v1/71-01/sync/up"):
            stranger.publish([(topic, b"forged", False)])
        stranger.publish([("kb/v1/quiet/distress", b'{"v": 1, "text": "Rauch"}', False)])
        stranger.publish([("kb/v1/quiet/telemetry", reading(1, 1.0), False)])

        wait_for("the ack of what it sent", lambda: any(topic == "kb/v1/quiet/ack" for topic, *_ in stranger.received))

    assert {topic for topic, *_ in stranger.received} <= {"kb/v1/quiet/ack", "kb/v1/71-01/ack"}
    assert b"forged" not in {payload for _, payload, _ in stranger.received}


@pytest.mark.parametrize("username", ["71-01", "unheard-of", "kiezbox-ingest", "hub", "box", "71-01-node"])
@pytest.mark.parametrize("password", [None, "", "wrong"])
def test_nobody_signs_in_with_a_name_and_no_or_a_wrong_password(
    running: Up, username: str, password: str | None
) -> None:
    with client(running.mqtt, username, password) as stranger:
        assert not stranger.is_in


def test_a_credential_made_beside_it_works_at_once_and_ends_at_once(running: Up) -> None:
    made = kiezbox(running, "box", "credential", "new", "roof", "--json")
    assert made.returncode == 0, made.stderr
    with client(running.mqtt, "roof", json.loads(made.stdout)["mqtt"]["password"]) as roof:
        assert roof.is_in
        roof.publish([("kb/v1/roof/telemetry", reading(1, 3.5), False)])
        wait_for("its reading", lambda: values_of(running, "roof") == [3.5])
        assert kiezbox(running, "box", "credential", "revoke", "roof").returncode == 0

        wait_for("its connection ends", lambda: not roof.is_in)
    with client(running.mqtt) as stranger:  # as before
        assert stranger.is_in


def test_only_its_owner_can_read_the_passwords(running: Up) -> None:
    for name in ("environment", "broker-passwords.json"):
        assert stat.S_IMODE((running.data / name).stat().st_mode) == 0o600
    environments = {child: child.environ() for child in running.processes() if "firmware_sim" in child.cmdline()}
    box = running.listener(running.box_http).environ()

    secret = environment_of(running)["KIEZBOX_MQTT_PASSWORD"]
    assert len(environments) == 1
    for environment in (*environments.values(), box):
        assert secret not in environment.values()
    assert not any(secret in line for line in running.lines)


@pytest.mark.slow
def test_after_a_kill_at_any_moment_of_the_first_start_the_next_one_comes_up(folder: Path) -> None:
    command = [sys.executable, "-m", "stack.cli", "up", "--data", str(folder / "data"), "--no-sim", "--no-box"]
    ports = ["--http", "28331", "--mqtt", "28332"]
    for wanted in ("broker-passwords.json", "nats/kiezbox-users.conf"):
        with (
            (folder / "first").open("wb") as sink,
            subprocess.Popen([*command, *ports], stdout=sink, stderr=sink, env={**os.environ}) as first,
        ):
            wait_for(wanted, (folder / "data" / wanted).exists)
            first.kill()

    with up(folder / "data", "--interval", "0.5", "--boxes", "1") as running:
        wait_for("readings", lambda: len(running.get("/v1/latest")["items"]) > 0)
        before = environment_of(running)["KIEZBOX_MQTT_PASSWORD"]
        assert running.end(signal.SIGTERM) == 0
    with up(folder / "data", "--interval", "0.5", "--boxes", "2") as running:
        wait_for("a second box", lambda: len({item["box"] for item in running.get("/v1/latest")["items"]}) == 2)
        assert environment_of(running)["KIEZBOX_MQTT_PASSWORD"] == before


@pytest.mark.slow
def test_on_another_address_strangers_are_refused_and_it_says_how_to_make_a_credential(folder: Path) -> None:
    with up(folder / "data", "--no-sim", mqtt_host="0.0.0.0") as running:
        with client(running.mqtt) as stranger:
            assert not stranger.is_in

        assert running.has("asks boxes for a password: kiezbox box credential new ID")


@contextlib.contextmanager
def grabbing(port: int, client_id: str) -> Iterator[None]:
    """A stranger who begins clean sessions of this name all the time: the broker deletes what waits in it."""
    stop = threading.Event()

    def grab() -> None:
        while not stop.wait(0.01):
            with (
                contextlib.suppress(OSError, AssertionError),
                clients.connected(port, None, client_id, password=None),
            ):
                pass

    thread = threading.Thread(target=grab)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.slow
def test_at_an_upgrade_a_stranger_who_knows_the_old_client_ids_deletes_no_call_that_waits(folder: Path) -> None:
    mqtt = unused_port()
    old = nats.Nats(folder / "data" / "nats", Address("127.0.0.1", mqtt))  # it asks nobody
    old.prepare()
    with running_program(old.program(), folder, answers_on(mqtt)):
        for session, topic in (("kiezbox-ingest", "telemetry"), ("kiezbox-crisis-hub-calls", "distress")):
            with clients.connected(mqtt, None, session, durable=True, password=None) as hub:
                hub.subscribe(f"kb/v1/+/{topic}", qos=1)
        with client(mqtt) as sender:
            call = json.dumps({"v": 1, "text": "wartet"}).encode()
            sender.publish([("kb/v1/esp/distress", call, False), ("kb/v1/esp/telemetry", reading(1, 4.5), False)])

    with (
        grabbing(mqtt, "kiezbox-crisis-hub-calls"),
        grabbing(mqtt, "kiezbox-ingest"),
        up(folder / "data", "--no-sim", mqtt_port=mqtt) as running,
    ):
        wait_for("the reading", lambda: values_of(running, "esp") == [4.5])
        calls = "SELECT body->>'text' FROM crisis_event WHERE kind = 'distress_received'"
        wait_for("the call", lambda: running.psql(calls).strip() == "wartet")
        wait_for("they come in", lambda: running.has("senders without a credential are let in again"))
        with client(mqtt) as sender:
            assert sender.is_in


@pytest.mark.slow
def test_a_data_folder_from_before_credentials_lets_its_senders_in_until_it_is_closed(folder: Path) -> None:
    with up(folder / "data", "--interval", "0.5", "--boxes", "1") as running:
        wait_for("readings", lambda: len(running.get("/v1/latest")["items"]) > 0)
        running.psql("UPDATE broker_access SET closed_at = NULL; INSERT INTO box (id, last_seen) VALUES ('esp', now())")
        assert running.end(signal.SIGTERM) == 0
    with up(folder / "data", "--no-sim", mqtt_host="0.0.0.0") as running:
        wait_for("it is said", lambda: running.has("the data is from before boxes had credentials"))
        for username in (None, "esp"):
            with client(running.mqtt, username) as sender:
                assert sender.is_in
                sender.publish([("kb/v1/esp/telemetry", reading(1 if username else 2, 4.5), False)])
        wait_for("its reading", lambda: values_of(running, "esp") == [4.5])

        refused = kiezbox(running, "broker", "close")
        closed = kiezbox(running, "broker", "close", "--yes")

        assert (refused.returncode, closed.returncode) == (2, 0), closed.stderr
        assert "esp" in refused.stderr
        for username in (None, "esp"):
            with client(running.mqtt, username) as sender:
                assert not sender.is_in
