"""What `kiezbox doctor` says of certificates: for whom, until when, and whether the port answers with them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.http.connections import tls
from kiezbox.settings import ApiSettings
from stack import served_certificates
from stack.findings import Level
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.conftest import unused_port
from tests.stack.commands.test_node_cert import node_cert

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import Settings

NOW = datetime.now(UTC)


@pytest.fixture
def certified(tmp_path: Path) -> Settings:
    """A node with a certificate of its own, which does not run."""
    assert node_cert(tmp_path / "hub", "--name", "localhost")[0] == 0
    api = ApiSettings(port=unused_port(), tls_port=unused_port())
    return settings_of(tmp_path / "hub", "hub").model_copy(update={"api": api})


async def said(settings: Settings, now: datetime = NOW) -> list[tuple[Level, str]]:
    return [(each.level, each.text) for each in await served_certificates.staff(settings, now)]


async def test_it_names_the_port_the_names_and_the_end(certified: Settings) -> None:
    path = tls.path_of(certified)
    assert path is not None
    until_at = tls.load(path, 8443).until_at
    what = f"HTTPS at 127.0.0.1:{certified.api.tls_port} (localhost): the certificate"

    async with serving(certified, is_away=True):
        well = await said(certified)
        soon = await said(certified, until_at - timedelta(days=29))
        over = await said(certified, until_at)
        other = node_cert(certified.crisis.folder, "--name", "localhost")[0], await said(certified)

    assert well == [(Level.OK, f"{what} is good until {until_at:%Y-%m-%d}")]
    assert soon == [(Level.WARN, f"{what} ends on {until_at:%Y-%m-%d}")]
    assert over == [(Level.FAIL, f"{what} ended on {until_at:%Y-%m-%d}")]
    assert (other[0], other[1][1][0]) == (0, Level.WARN)
    assert "answers with another certificate" in other[1][1][1]


async def test_a_port_that_does_not_answer_is_said(certified: Settings) -> None:
    _, (level, text) = await said(certified)

    assert level is Level.WARN
    assert text.startswith(f"HTTPS at 127.0.0.1:{certified.api.tls_port} does not answer")


async def test_a_certificate_that_cannot_be_used_is_said(certified: Settings) -> None:
    path = tls.path_of(certified)
    assert path is not None
    path.write_text("no certificate")
    unusable = await said(certified)
    shutil.rmtree(certified.crisis.folder)

    assert [level for level, _ in unusable] == [Level.FAIL]
    assert await said(certified) == [], "without a certificate there is nothing to say"
