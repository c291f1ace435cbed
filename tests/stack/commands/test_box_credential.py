"""`kiezbox box credential` and `kiezbox broker apply`, from a password to a connection at a real broker."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from tests.stack.broker.support.brokers import MOSQUITTO, NATS, running_broker
from tests.stack.broker.support.clients import connected
from tests.stack.support.command import kiezbox

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings
    from tests.stack.broker.support.brokers import Broker
    from tests.stack.broker.support.clients import Tester

    Run = Callable[..., subprocess.CompletedProcess[str]]

HUB_PASSWORD = "k4f0a9c3e7b15d28c60e1"


@pytest.fixture
def run(database: DatabaseSettings, tmp_path: Path) -> Run:
    """The command with a database and the hub's password, in a folder of its own."""

    def run(*arguments: str, broker: Broker | None = None) -> subprocess.CompletedProcess[str]:
        environment = {"KIEZBOX_DATABASE_URL": database.url.get_secret_value(), "KIEZBOX_MQTT_PASSWORD": HUB_PASSWORD}
        if broker is not None:
            names = {"KIND": broker.kind, "FOLDER": broker.folder, "PID_FILE": broker.pid_file}
            environment |= {f"KIEZBOX_BROKER_{name}": str(value) for name, value in names.items()}
            environment["KIEZBOX_BROKER_ADDRESS"] = f"127.0.0.1:{broker.box_port}"
        return kiezbox(*arguments, environment=environment, folder=tmp_path)

    return run


@pytest.mark.parametrize("kind", [NATS, MOSQUITTO])
def test_a_box_signs_in_with_what_it_was_given_until_that_is_revoked(run: Run, tmp_path: Path, kind: str) -> None:
    with running_broker(kind, tmp_path / "broker", []) as broker:
        given = run("box", "credential", "new", "71-01", "--bundle", "71-01.json", broker=broker)
        other = run("box", "credential", "new", "71-02", "--json", broker=broker)
        assert (given.returncode, other.returncode) == (0, 0), given.stderr + other.stderr
        file = tmp_path / "71-01.json"
        mine, theirs = json.loads(file.read_text())["mqtt"], json.loads(other.stdout)["mqtt"]
        with (
            _signed_in(mine) as box,
            _signed_in(theirs) as neighbour,
            connected(broker.hub_port, "kiezbox-ingest", "worker", password=HUB_PASSWORD) as ingest,
        ):
            refusals = [box.refusal, neighbour.refusal, ingest.refusal]
            revoked = run("box", "credential", "revoke", "71-01", broker=broker)
            is_ended = box.is_gone.wait(10)
            with _signed_in(mine) as again:
                is_refused = again.refusal is not None

            assert revoked.stdout == "revoked: 71-01\n"
            assert refusals == [None, None, None]
            assert (is_ended, is_refused) == (True, True)
            assert (neighbour.is_in, ingest.is_in) == (True, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def _signed_in(bundle: dict[str, str]) -> AbstractContextManager[Tester]:
    return connected(int(bundle["port"]), bundle["username"], bundle["client_id"], password=bundle["password"])


def test_a_list_shows_who_may_sign_in_and_no_hash(run: Run, tmp_path: Path) -> None:
    run("box", "credential", "new", "71-01")
    run("box", "credential", "new", "71-01", "--for", "node", "--area", "district-72")
    run("box", "credential", "revoke", "71-01", "--for", "sensor")
    applied = run("broker", "apply", "--for", "nats", "--folder", str(tmp_path))

    listed = run("box", "credential", "list", "--json")

    found = {each["user"]: each for each in json.loads(listed.stdout)}
    assert applied.returncode == 0, applied.stderr
    assert found["71-01"]["revoked_at"] is not None
    assert (found["71-01-node"]["areas"], found["71-01-node"]["revoked_at"]) == (["district-72"], None)
    assert found["kiezbox-ingest"]["kind"] == "ingest"
    assert "$2b$" not in listed.stdout
    assert '"71-01"' not in (tmp_path / "kiezbox-users.conf").read_text()


def test_a_second_apply_changes_nothing(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "nats"
    folder.mkdir()
    run("broker", "apply", "--for", "nats", "--folder", str(folder))
    before = (folder / "kiezbox-users.conf").read_text()

    again = run("broker", "apply", "--for", "nats", "--folder", str(folder))

    assert again.stdout.startswith("nothing was new")
    assert (folder / "kiezbox-users.conf").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("box", "credential", "new", "hub"), "hub is a name of the hub's own", "another id"),
        (("box", "credential", "new", "71-01", "--for", "ingest"), "'ingest' is not one of", "'meshtastic'"),
        (("box", "credential", "new", "71-01", "--for", "meshtastic"), "has the root of its topics", "msh/EU_868/!1"),
        (("box", "credential", "revoke", "71-09"), "there is no box 71-09", "kiezbox box list"),
        (("broker", "apply"), "which broker", "--for nats --folder"),
        (("broker", "apply", "--for", "nats", "--folder", "nowhere"), "No such file or directory", "make the folder"),
        (
            ("broker", "apply", "--for", "nats", "--folder", ".", "--pid-file", "none"),
            "the broker was not told",
            "its users are written",
        ),
        (
            ("broker", "apply", "--for", "nats", "--folder", ".", "--reload", "echo away; exit 3"),
            "the broker was not told: echo away; exit 3: away",
            "run it again",
        ),
    ],
)
def test_what_cannot_be_done_says_why_and_what_to_do(
    run: Run, arguments: tuple[str, ...], said: str, hint: str
) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bundle_s_file_that_is_there_stays_and_no_password_is_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "71-01.json").write_text("mine")

    done = run("box", "credential", "new", "71-01", "--bundle", "71-01.json")

    assert (done.returncode, (tmp_path / "71-01.json").read_text()) == (2, "mine")
    assert json.loads(run("box", "credential", "list", "--json").stdout) == []


def test_without_the_hub_s_password_nothing_is_written(database: DatabaseSettings, tmp_path: Path) -> None:
    environment = {"KIEZBOX_DATABASE_URL": database.url.get_secret_value()}

    done = kiezbox("broker", "apply", "--for", "nats", "--folder", str(tmp_path), environment=environment)

    assert done.returncode == 2
    assert "set KIEZBOX_MQTT_PASSWORD" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_operator_reads_everything_until_they_are_removed(run: Run, tmp_path: Path) -> None:
    with running_broker(NATS, tmp_path / "broker", []) as broker:
        made = json.loads(run("broker", "user", "new", "anna", "--json", broker=broker).stdout)
        with connected(broker.hub_port, "anna", "look", password=made["password"]) as anna:
            codes = anna.subscribe("kb/#", "$SYS/#")
            removed = run("broker", "user", "remove", "anna", broker=broker)
            is_ended = anna.is_gone.wait(10)
        again = run("broker", "user", "remove", "anna", broker=broker)

    assert (codes, removed.returncode, is_ended) == ([0, 0x80], 0, True)
    assert (again.returncode, "no operator is called anna" in again.stderr) == (2, True)


def test_nobody_becomes_an_operator_under_the_name_of_a_box(run: Run) -> None:
    run("box", "credential", "new", "71-01")

    done = run("broker", "user", "new", "71-01")

    assert (done.returncode, "71-01 is a user of another kind: sensor" in done.stderr) == (2, True)


def test_several_boxes_get_one_bundle_or_none_of_them_a_credential(run: Run, tmp_path: Path) -> None:
    failed = run("box", "credential", "new", "71-01", "no/box", "--bundle", "fleet.json")
    before = run("box", "credential", "list", "--json")
    done = run("box", "credential", "new", "71-01", "71-02", "--bundle", "fleet.json")

    assert (failed.returncode, json.loads(before.stdout)) == (2, [])
    assert done.returncode == 0, done.stderr
    assert [each["box"] for each in json.loads((tmp_path / "fleet.json").read_text())] == ["71-01", "71-02"]


def test_retiring_a_box_says_that_it_may_still_sign_in(run: Run) -> None:
    run("box", "credential", "new", "71-01")
    run("box", "register", "71-02")

    with_one, without = run("box", "retire", "71-01"), run("box", "retire", "71-02")

    assert "kiezbox box credential revoke 71-01" in with_one.stderr
    assert (without.returncode, without.stderr) == (0, "")
