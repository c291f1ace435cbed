"""Certificates of the private authority, by a strict client, and at both brokers."""

from __future__ import annotations

import asyncio
import os
import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from pydantic import SecretStr

from kiezbox import mqtt
from kiezbox.errors import OperatorError, Unavailable
from kiezbox.settings import MqttSettings
from stack import probe, served_certificates
from stack.broker import authority, users
from stack.broker.certificates import Authority, Pair
from stack.findings import Level
from storage import credentials
from storage.credentials import Credential, Kind
from tests.conftest import absent
from tests.stack.broker.support.brokers import HASHES, MOSQUITTO, NATS, PASSWORD, running_broker
from tests.stack.broker.support.clients import SECONDS
from tests.system.test_hub_clock import FAKETIME

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("kind", [NATS, MOSQUITTO])
async def test_a_box_and_the_hub_speak_tls_with_a_broker_of_the_private_authority(tmp_path: Path, kind: str) -> None:
    authority.certify(tmp_path, ["localhost", "127.0.0.1"], "broker")
    known = users.of(
        [
            credentials.of_box("71-01", Kind.SENSOR, HASHES),
            Credential("kiezbox-ingest", Kind.INGEST, HASHES),
            Credential("kiezbox-probe", Kind.PROBE, HASHES),
        ]
    )
    certificate = tmp_path / "broker.pem", tmp_path / "broker.key"
    with running_broker(kind, tmp_path / "broker", known, certificate=certificate) as broker:
        settings = MqttSettings(
            port=broker.hub_port, password=SecretStr(PASSWORD), tls=True, tls_ca_file=tmp_path / "ca.pem"
        )
        box = settings.model_copy(update={"port": broker.box_port, "username": "71-01"})
        async with (
            mqtt.session(settings.for_session("kiezbox-ingest"), "kiezbox-ingest", ("kb/v1/+/telemetry",)) as above,
            mqtt.session(box, "71-01-x", ("kb/v1/71-01/ack",), durable=False) as below,
        ):
            await mqtt_connected(above, below)
            below.publish("kb/v1/71-01/telemetry", b"{}", qos=1)
            (found,) = await above.burst()
            await probe.mqtt(settings)
            (finding,) = await served_certificates.broker(settings, datetime.now(UTC))
            assert (finding.level, "good until 20" in finding.text) == (Level.OK, True)
            with pytest.raises(Unavailable, match="its certificate is not trusted: "):
                await probe.mqtt(settings.model_copy(update={"tls_ca_file": None}))

    assert found.topic == "kb/v1/71-01/telemetry"


async def mqtt_connected(*sessions: mqtt.Session) -> None:
    async with asyncio.timeout(SECONDS):
        for session in sessions:
            await session.connected.wait()


def test_the_authority_stays_when_another_certificate_is_made(tmp_path: Path) -> None:
    authority.certify(tmp_path, ["hub.lan"], "broker")
    before = (tmp_path / "ca.pem").read_text(), (tmp_path / "ca.key").read_text(), (tmp_path / "broker.pem").read_text()

    authority.certify(tmp_path, ["hub.lan", "10.0.0.5"], "broker")

    after = (tmp_path / "ca.pem").read_text(), (tmp_path / "ca.key").read_text(), (tmp_path / "broker.pem").read_text()
    assert after[:2] == before[:2]
    assert after[2] != before[2]


def test_only_its_owner_reads_the_authority_s_key(tmp_path: Path) -> None:
    authority.certify(tmp_path, ["hub.lan"], "broker")

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"ca.pem": 0o644, "ca.key": 0o600, "broker.pem": 0o644, "broker.key": 0o640}


def test_a_strict_verifier_takes_the_chain_also_when_its_clock_is_years_behind(tmp_path: Path) -> None:
    authority.certify(tmp_path, ["hub.lan"], "broker")

    at = str(int(datetime(2020, 1, 2, tzinfo=UTC).timestamp()))
    strict = [
        "openssl",
        "verify",
        "-x509_strict",
        "-attime",
        at,
        "-purpose",
        "sslserver",
        "-verify_hostname",
        "hub.lan",
    ]
    files = ["-CAfile", str(tmp_path / "ca.pem"), str(tmp_path / "broker.pem")]
    done = subprocess.run([*strict, *files], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_certificate_names_names_and_addresses_and_ends_before_its_authority() -> None:
    made = Authority.new("Kiezbox", NOW)

    late = made.issue(["Hub.lan", "10.0.0.5", "2001:db8::1"], NOW.replace(year=2050))

    found = x509.load_pem_x509_certificate(late.certificate.encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hub.lan"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.5", "2001:db8::1"]
    assert found.not_valid_after_utc == made.certificate.not_valid_after_utc


@pytest.mark.parametrize("name", ["", "hub.lan:8883", "https://hub.lan", "hub lan", "-hub", "a" * 64, "*"])
def test_what_is_no_name_of_a_server_gets_no_certificate(name: str) -> None:
    with pytest.raises(OperatorError, match="neither a DNS name nor an address"):
        Authority.new("Kiezbox", NOW).issue([name], NOW)


def test_half_an_authority_is_not_replaced(tmp_path: Path) -> None:
    authority.certify(tmp_path, ["hub.lan"], "broker")
    (tmp_path / "ca.key").unlink()

    with pytest.raises(OperatorError, match=r"ca\.key is missing"):
        authority.certify(tmp_path, ["hub.lan"], "broker")


def test_a_key_of_another_authority_is_noticed() -> None:
    one, other = Authority.new("Kiezbox", NOW).pem(), Authority.new("Kiezbox", NOW).pem()

    with pytest.raises(OperatorError, match="does not belong"):
        Authority.of(Pair(one.certificate, other.key))


def test_a_python_client_trusts_the_authority_alone(tmp_path: Path) -> None:
    authority.certify(tmp_path, ["hub.lan"], "broker")

    context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT

    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize("out", ["ca", "../broker", "", "a/b"])
def test_a_certificate_s_files_stay_in_the_folder_and_off_the_authority_s(tmp_path: Path, out: str) -> None:
    with pytest.raises(OperatorError, match="no name for a certificate's files"):
        authority.certify(tmp_path, ["hub.lan"], out)


def test_an_authority_vouches_for_its_first_names_and_local_ones_and_no_others() -> None:
    made = Authority.new("Kiezbox", NOW, ["mqtt.example.org", "203.0.113.5"])

    for name in ("mqtt.example.org", "a.mqtt.example.org", "203.0.113.5", "hub.lan", "71-01.kiez.internal", "10.0.0.5"):
        made.issue([name], NOW)
    for name in ("example.org", "bank.example", "203.0.113.6", "notlan", "8.8.8.8"):
        with pytest.raises(OperatorError, match="was not made for"):
            made.issue([name], NOW)


def test_openssl_believes_a_limited_authority_its_own_names_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = Authority.new("Kiezbox", datetime.now(UTC), ["hub.lan"])
    monkeypatch.setattr(Authority, "_check_permitted", lambda *_: None)  # a thief does not check
    (tmp_path / "ca.pem").write_text(limited.pem().certificate)
    said = {}
    for name in ("hub.lan", "10.0.0.5", "bank.example"):
        (tmp_path / "leaf.pem").write_text(limited.issue([name], datetime.now(UTC), for_browsers=True).certificate)
        verify = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(tmp_path / "ca.pem")]
        done = subprocess.run([*verify, str(tmp_path / "leaf.pem")], capture_output=True, text=True, check=False)
        said[name] = done.returncode, "permitted subtree violation" in done.stderr

    assert said == {"hub.lan": (0, False), "10.0.0.5": (0, False), "bank.example": (2, True)}


def test_a_certificate_for_browsers_is_short_enough_for_all_of_them() -> None:
    made = Authority.new("Kiezbox", NOW, ["hub.lan"]).issue(["hub.lan"], NOW, for_browsers=True)

    found = x509.load_pem_x509_certificate(made.certificate.encode())
    assert (found.not_valid_after_utc - found.not_valid_before_utc).days <= 825


@pytest.mark.parametrize("behind", [timedelta(days=3), timedelta(days=4 * 365)])
def test_by_a_clock_that_is_behind_the_authority_s_no_certificate_for_browsers_is_made(behind: timedelta) -> None:
    made = Authority.new("Kiezbox", NOW, ["hub.lan"])

    with pytest.raises(OperatorError, match="clock is wrong: it shows 202"):
        made.issue(["hub.lan"], NOW - behind, for_browsers=True)
    assert made.issue(["hub.lan"], NOW - behind).certificate, "the broker's begins in 2020"


HANDSHAKE = """
import ssl, sys
from datetime import datetime
from pathlib import Path
from kiezbox import tls
from kiezbox.settings import MqttSettings

def handshake(certificate):
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(certificate, certificate.with_suffix(".key"))
    here = tls.context(MqttSettings(tls=True, tls_ca_file=certificate.with_name("ca.pem")))
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = here.wrap_bio(down, up, server_hostname="hub.lan")
    server = there.wrap_bio(up, down, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            return tls.reason(error)
    return client.version()

print(datetime.now().year, *map(handshake, map(Path, sys.argv[1:])), sep="|")
"""


@pytest.mark.slow
def test_a_machine_years_behind_takes_the_broker_s_certificate_and_one_that_begins_today_only_once_its_clock_is_right(
    tmp_path: Path,
) -> None:
    if not FAKETIME.is_file():
        absent("libfaketime")
    authority.certify(tmp_path, ["hub.lan"], "broker")
    public = authority.opened(tmp_path, []).issue(["hub.lan"], datetime.now(UTC), for_browsers=True)
    (tmp_path / "public.pem").write_text(public.certificate)
    (tmp_path / "public.key").write_text(public.key)

    code = [sys.executable, "-c", HANDSHAKE, str(tmp_path / "broker.pem"), str(tmp_path / "public.pem")]
    behind = {**os.environ, "LD_PRELOAD": str(FAKETIME), "FAKETIME": "@2021-05-01 12:00:00"}
    said = [subprocess.run(code, capture_output=True, text=True, check=True, env=env).stdout for env in (behind, None)]

    assert said[0].strip() == "2021|TLSv1.3|its certificate is not trusted: certificate is not yet valid"
    assert said[1].strip().endswith("|TLSv1.3|TLSv1.3")
