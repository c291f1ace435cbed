from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from kiezbox import tls
from kiezbox.settings import MqttSettings

if TYPE_CHECKING:
    from pathlib import Path


def test_without_tls_there_is_no_context_whatever_the_files_are(tmp_path: Path) -> None:
    assert tls.context(MqttSettings(tls=False, tls_ca_file=tmp_path / "missing.pem")) is None


def test_the_certificate_of_the_broker_and_its_name_are_checked() -> None:
    context = tls.context(MqttSettings(tls=True))

    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("name", ["tls_ca_file", "tls_cert_file"])
@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_that_is_missing_or_no_pem_is_an_os_error(tmp_path: Path, name: str, content: str | None) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    with pytest.raises(OSError, match=r"."):
        tls.context(MqttSettings.model_validate({"tls": True, name: file, "tls_key_file": file}))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"), "Connection refused"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "TLS fails: "),
        (OSError("no number"), "no number"),
    ],
)
def test_an_error_of_tls_is_not_taken_for_one_of_the_system(error: OSError, said: str) -> None:
    assert tls.reason(error).startswith(said)
