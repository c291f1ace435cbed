"""`kiezbox node cert`: what it makes is served, and believed by whoever has the authority."""

from __future__ import annotations

import io
import ssl
import stat
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import httpx
import pytest

from api.http.connections import tls
from kiezbox.settings import ApiSettings
from stack import cli
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.conftest import unused_port

if TYPE_CHECKING:
    from pathlib import Path


def node_cert(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the command in this process; its exit code and all that it says."""
    said = io.StringIO()
    code = 0
    with redirect_stdout(said), redirect_stderr(said):
        try:
            cli.app(["node", "cert", "--folder", str(folder), *arguments], standalone_mode=False)
        except Exception as error:  # noqa: BLE001 -- as main() does
            code = cli.explain(error)
    return code, said.getvalue()


async def test_a_box_serves_what_the_hub_made_and_staff_s_devices_believe_it(tmp_path: Path) -> None:
    made = node_cert(tmp_path / "hub", "--name", "localhost", "--out", str(tmp_path / "71-01.pem"))
    taken = node_cert(tmp_path / "box", "--install", str(tmp_path / "71-01.pem"))
    api = ApiSettings(port=unused_port(), tls_port=unused_port())
    settings = settings_of(tmp_path / "box", "box").model_copy(update={"api": api})
    trusting = ssl.create_default_context(cafile=tmp_path / "hub" / "authority" / "ca.pem")

    async with serving(settings, is_away=True), httpx.AsyncClient(verify=trusting) as device:
        page = await device.get(f"https://localhost:{api.tls_port}/crisis/sign-in")
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await device.get(f"https://127.0.0.1:{api.tls_port}/crisis/sign-in")

    assert (made[0], taken[0], page.status_code) == (0, 0, 200)
    assert "kiezbox node cert --install 71-01.pem" in made[1]
    assert "good for localhost until" in taken[1]


def test_the_hub_takes_its_own_at_once_and_the_authority_stays(tmp_path: Path) -> None:
    node_cert(tmp_path / "hub", "--name", "hub.kiez.internal")
    first = (tmp_path / "hub" / "authority" / "ca.pem").read_bytes(), (tmp_path / "hub" / tls.FILE).read_bytes()

    node_cert(tmp_path / "hub", "--name", "hub.kiez.internal", "--name", "10.0.0.5")

    assert (tmp_path / "hub" / "authority" / "ca.pem").read_bytes() == first[0]
    assert (tmp_path / "hub" / tls.FILE).read_bytes() != first[1]
    assert tls.load(tmp_path / "hub" / tls.FILE, 443).names == ("hub.kiez.internal", "10.0.0.5")


def test_it_signs_with_the_broker_s_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stack.broker import authority

    (tmp_path / "broker").mkdir()
    authority.certify(tmp_path / "broker", ["hub.lan"], "broker")
    monkeypatch.setenv("KIEZBOX_BROKER_CA_FILE", str(tmp_path / "broker" / "ca.pem"))

    code, said = node_cert(tmp_path / "hub", "--name", "hub.lan")

    assert code == 0
    assert str(tmp_path / "broker" / "ca.pem") in said
    assert not (tmp_path / "hub" / "authority").exists()


def test_nobody_else_reads_a_key(tmp_path: Path) -> None:
    node_cert(tmp_path / "hub", "--name", "hub.lan")
    node_cert(tmp_path / "hub", "--name", "box.lan", "--out", str(tmp_path / "box.pem"))

    keys = [tmp_path / "hub" / tls.FILE, tmp_path / "box.pem", tmp_path / "hub" / "authority" / "ca.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert stat.S_IMODE((tmp_path / "hub").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "make a certificate, or take one?"),
        (("--name", "hub.lan", "--install", "x"), "make a certificate, or take one?"),
        (("--name", "not a name"), "neither a DNS name nor an address"),
        (("--install", "/nowhere/x.pem"), "cannot be read"),
        (("--install", __file__), "cannot be used"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_the_old_certificate_stays(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    node_cert(tmp_path, "--name", "hub.lan")
    before = (tmp_path / tls.FILE).read_bytes()

    code, said = node_cert(tmp_path, *arguments)

    assert code == 2
    assert says in said
    assert "Traceback" not in said
    assert (tmp_path / tls.FILE).read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"authority", tls.FILE}
