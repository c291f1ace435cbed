"""A node's certificate: found, served, renewed; and what cannot be used keeps nobody from the residents' page."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from api.http.connections import tls
from api.http.connections.tls import Certificate, UnusableCertificateError
from devices import readings
from kiezbox.settings import ApiSettings, CrisisSettings, Settings
from tests.api.support import certificates

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_in_the_crisis_folder_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    crisis = CrisisSettings(folder=tmp_path)
    named = Settings(crisis=crisis, api=ApiSettings(tls_file=tmp_path / "other.pem"))
    assert tls.path_of(Settings(crisis=crisis)) is None

    certificates.write(tmp_path / "tls.pem", "box.internal")

    assert tls.path_of(Settings(crisis=crisis)) == tmp_path / "tls.pem"
    assert tls.path_of(named) == tmp_path / "other.pem"


def test_it_names_hosts_and_addresses(tmp_path: Path) -> None:
    certificates.write(tmp_path / "tls.pem", "box.internal", addresses=("10.0.0.1", "fd00::1"))

    assert tls.load(tmp_path / "tls.pem", 443).names == ("box.internal", "10.0.0.1", "fd00::1")


@pytest.mark.parametrize("content", [None, b"", b"nonsense", "without key", "without names"])
def test_one_that_cannot_be_used_says_why(tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "tls.pem"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "without key":
        certificates.write(path, "box.internal")
        path.write_bytes(path.read_bytes().partition(b"-----END PRIVATE KEY-----\n")[2])
    elif content == "without names":
        certificates.write(path)

    with pytest.raises(UnusableCertificateError, match=r"\w"):
        tls.load(path, 443)


@pytest.mark.parametrize(
    ("host", "port", "origin"),
    [
        ("10.0.0.1", 443, "https://10.0.0.1"),
        ("box.internal", 8443, "https://box.internal:8443"),
        ("evil.example", 443, "https://box.internal"),
        ("fd00::1", 443, "https://[fd00::1]"),
        ("", 443, "https://box.internal"),
    ],
)
def test_somebody_is_led_to_a_name_that_the_certificate_has(host: str, port: int, origin: str) -> None:
    names = ("box.internal", "10.0.0.1", "fd00::1")
    found = Certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), port, names, readings.moment(0))

    assert found.origin(host) == origin


def test_by_a_clock_that_is_years_behind_it_is_served_all_the_same(tmp_path: Path) -> None:
    certificates.write(tmp_path / "tls.pem", "box.internal")

    found = tls.find(Settings(crisis=CrisisSettings(folder=tmp_path)), datetime(2021, 1, 1, tzinfo=UTC))

    assert found is not None
    assert found.names == ("box.internal",)
