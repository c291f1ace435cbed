"""Staff's pages over HTTPS where there is a certificate, on a real server with both ports."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from api.http.connections import tls
from crisis.accounts import accounts, store
from crisis.model.roles import Role
from kiezbox.settings import ApiSettings
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.api.crisis.support.browser import PASSWORD, text_of
from tests.api.support import certificates
from tests.conftest import unused_port
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

# The tests' client is on loopback, where plain HTTP goes on: a trusted proxy names another address.
FROM_THE_WIFI = {"X-Forwarded-For": "10.1.2.3", "Host": "box.internal"}
STAFF = ("/crisis/staff", "/crisis/staff/account?lang=de", "/crisis/sign-in", "/crisis/badge", "/crisis/sign-in/factor")
RESIDENTS = ("/crisis", "/crisis/bulletin", "/crisis/alerts.atom", "/api/mode", "/livez", "/generate_204")


@dataclass(frozen=True, slots=True)
class Both:
    """A box that serves both: a client without TLS, one with it, and where the certificate is."""

    plain: httpx.AsyncClient
    secure: httpx.AsyncClient
    port: int
    file: Path


@contextlib.asynccontextmanager
async def box(folder: Path, names: tuple[str, ...] | None) -> AsyncIterator[Both]:
    """A served box, with a certificate for these names, or without one."""
    ports = unused_port(), unused_port()
    settings = settings_of(folder, "box").model_copy(update={"api": ApiSettings(port=ports[0], tls_port=ports[1])})
    with store.opened(folder) as found:
        accounts.add(found, "anna", Role.OPERATOR, PASSWORD, datetime.now(UTC))
    if names is not None:
        certificates.write(folder / tls.FILE, *names)
    async with (
        serving(settings, is_away=True) as served,
        httpx.AsyncClient(verify=False, base_url=served.url) as plain,
        httpx.AsyncClient(verify=False, base_url=f"https://127.0.0.1:{ports[1]}") as secure,
    ):
        yield Both(plain, secure, ports[1], folder / tls.FILE)


async def test_staff_are_led_to_https_and_residents_are_not(tmp_path: Path) -> None:
    async with box(tmp_path, ("box.internal",)) as both:
        staff = [await both.plain.get(path, headers=FROM_THE_WIFI) for path in STAFF]
        residents = [await both.plain.get(path, headers=FROM_THE_WIFI) for path in RESIDENTS]
        form = await both.plain.post(
            "/crisis/sign-in", data={"account": "anna", "password": PASSWORD}, headers=FROM_THE_WIFI
        )
        over_tls = await both.secure.get("/crisis/sign-in")
        entered = await both.secure.post("/crisis/sign-in", data={"account": "anna", "password": PASSWORD})

    origin = f"https://box.internal:{both.port}"
    assert [answer.headers.get("location") for answer in staff] == [f"{origin}{path}" for path in STAFF]
    assert all("https" not in answer.headers.get("location", "") for answer in residents)
    assert form.headers["location"] == f"{origin}/crisis/sign-in"
    assert "set-cookie" not in form.headers
    assert over_tls.status_code == 200
    assert "not encrypted" not in text_of(over_tls)
    cookies = entered.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("secure" in each.lower() for each in cookies)


async def test_a_foreign_host_is_never_where_somebody_is_led(tmp_path: Path) -> None:
    async with box(tmp_path, ("box.internal",)) as both:
        answer = await both.plain.get("/crisis/staff", headers=FROM_THE_WIFI | {"Host": "evil.example"})

    assert answer.headers["location"] == f"https://box.internal:{both.port}/crisis/staff"


async def test_on_the_machine_itself_plain_http_goes_on_with_a_warning(tmp_path: Path) -> None:
    async with box(tmp_path, ("box.internal",)) as both:
        answer = await both.plain.get("/crisis/sign-in")

    assert answer.status_code == 200
    assert "This connection is not encrypted" in text_of(answer)


async def test_without_a_certificate_plain_http_goes_on_with_a_warning(tmp_path: Path) -> None:
    async with box(tmp_path, None) as both:
        answer = await both.plain.get("/crisis/sign-in", headers=FROM_THE_WIFI)
        with pytest.raises(httpx.ConnectError):
            await both.secure.get("/crisis/sign-in")

    assert answer.status_code == 200
    assert "This connection is not encrypted" in text_of(answer)


async def test_with_a_broken_certificate_residents_are_served_and_the_log_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / tls.FILE).write_bytes(b"broken")

    async with box(tmp_path, None) as both:
        answer = await both.plain.get("/crisis", headers=FROM_THE_WIFI)
        staff = await both.plain.get("/crisis/sign-in", headers=FROM_THE_WIFI)

    assert (answer.status_code, staff.status_code) == (200, 200)
    (record,) = [each for each in caplog.records if each.levelno == logging.CRITICAL]
    assert record.message.startswith("THE CERTIFICATE CANNOT BE USED")
    assert "kiezbox node cert" in record.__dict__["do"]


async def test_a_taken_port_for_https_keeps_residents_from_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        api = ApiSettings(port=unused_port(), tls_port=other.getsockname()[1])
        settings = settings_of(tmp_path, "box").model_copy(update={"api": api})
        certificates.write(tmp_path / tls.FILE, "box.internal")
        async with serving(settings, is_away=True) as served, httpx.AsyncClient(base_url=served.url) as plain:
            residents = await plain.get("/crisis", headers=FROM_THE_WIFI)
            staff = await plain.get("/crisis/sign-in", headers=FROM_THE_WIFI)

    assert (residents.status_code, staff.status_code) == (200, 200)
    (record,) = [each for each in caplog.records if each.levelno == logging.CRITICAL]
    assert "KIEZBOX_API_TLS_PORT" in record.__dict__["why"].hint


async def test_a_renewed_certificate_is_served_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "_WATCH_SECONDS", 0.02)
    async with box(tmp_path, ("box.internal",)) as both:
        before = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", both.port))
        fresh = certificates.write(both.file, "box.internal", "other.internal")

        async def is_served() -> bool:
            seen = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", both.port))
            return ssl.PEM_cert_to_DER_cert(seen) == fresh

        await until(is_served)

    assert ssl.PEM_cert_to_DER_cert(before) != fresh
