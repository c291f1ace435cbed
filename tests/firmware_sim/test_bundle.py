from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from firmware_sim import bundle, link
from firmware_sim.bundle import Credential
from firmware_sim.errors import SimulatorError
from firmware_sim.settings import BrokerSettings
from tests.firmware_sim.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path


def entry(box: str, **mqtt: object) -> dict[str, Any]:
    known = {"host": "hub.lan", "port": 8883, "tls": False, "ca": None}
    own = {"username": box, "password": f"secret of {box}", "client_id": f"{box}-4f2a"}
    return {"v": 1, "box": box, "mqtt": {**known, **own, **mqtt}}


def written(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "bundle.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_a_bundle_of_one_box_is_read(tmp_path: Path) -> None:
    found = bundle.read(written(tmp_path, entry("71-01")))

    assert (found.host, found.port, found.tls, found.ca) == ("hub.lan", 8883, False, None)
    assert found.credentials == {"71-01": Credential("71-01", "secret of 71-01", "71-01-4f2a")}


def test_a_bundle_of_many_boxes_gives_each_its_own(tmp_path: Path) -> None:
    found = bundle.read(written(tmp_path, [entry("71-01"), entry("71-02")]))
    broker = BrokerSettings(credentials=found.credentials)

    assert [broker.password_of(box) for box in ("71-01", "71-02", "71-03")] == [
        "secret of 71-01",
        "secret of 71-02",
        None,
    ]
    assert [broker.client_id_of(box) for box in ("71-01", "71-03")] == ["71-01-4f2a", "71-03"]


def test_what_newer_versions_add_beside_it_is_ignored(tmp_path: Path) -> None:
    assert bundle.read(written(tmp_path, entry("71-01") | {"hub_key": "abc"})).host == "hub.lan"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ([], "names 0 brokers"),
        (["text"], "is not one that"),
        ({"v": 1, "box": "71-01"}, "is not one that"),
        (entry("71-01") | {"v": 2}, "version 2"),
        ([entry("71-01"), entry("71-02", host="other.lan")], "names 2 brokers"),
    ],
)
def test_a_file_that_is_no_bundle_says_what_is_wrong(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(SimulatorError, match=said):
        bundle.read(written(tmp_path, content))


def test_a_useless_authority_is_explained() -> None:
    with pytest.raises(SimulatorError, match="cannot use the bundle's certificate authority"):
        link.tls_context(BrokerSettings(tls=True, ca="no certificate"))


def test_a_fleet_without_enough_credentials_does_not_start(tmp_path: Path) -> None:
    file = written(tmp_path, entry("71-01"))

    done = run("fleet", "--boxes", 6, "--bundle", file, "--data", tmp_path / "data")

    assert done.returncode == 1
    assert "no credential for 71-02, 71-03, 72-01 and 2 more: kiezbox box credential new" in done.stderr


@pytest.mark.parametrize("option", [("--username", "x"), ("--password", "x"), ("--tls",)])
def test_options_that_the_bundle_brings_are_refused_beside_it(tmp_path: Path, option: tuple[str, ...]) -> None:
    done = run("box", "--id", "71-01", "--bundle", written(tmp_path, entry("71-01")), *option)

    assert done.returncode == 2
    assert "brings user names" in done.stderr
