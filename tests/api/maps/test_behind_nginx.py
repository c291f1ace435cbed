"""deploy/nginx/kiezbox.conf with the real nginx: the API and Grafana under one address, as Grafana's map needs it."""

from __future__ import annotations

import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from dashboards import options
from stack.embedded.program import Program
from tests.api.conftest import serving
from tests.conftest import ROOT, absent, answers_on, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kiezbox.settings import Settings

pytestmark = pytest.mark.slow

_FILE = ROOT / "deploy" / "nginx" / "kiezbox.conf"
_MAIN = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr; master_process off;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/kiezbox.conf;
}}
"""


class _Echo(BaseHTTPRequestHandler):
    """Stands where Grafana would: answers with the path and the host that it was asked for."""

    def do_GET(self) -> None:
        content = f"{self.path} {self.headers['Host']} {self.headers['Upgrade'] or '-'}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:  # tests read assertions
        pass


@pytest.fixture
def echo_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


async def test_grafanas_map_finds_the_ground_at_the_address_of_its_page(
    settings: Settings, tmp_path: Path, echo_port: int, free_port: Callable[[], int]
) -> None:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        absent("nginx")
    folder, port = tmp_path / "nginx", free_port()
    folder.mkdir()
    text = _FILE.read_text(encoding="utf-8")
    for found, wanted in (("127.0.0.1:8000", settings.api.port), ("127.0.0.1:3000", echo_port)):
        assert found in text
        text = text.replace(found, f"127.0.0.1:{wanted}")
    text = re.sub(r"listen 8080;", f"listen 127.0.0.1:{port};", text)
    (folder / "kiezbox.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder), encoding="utf-8")
    command = (program, "-c", str(folder / "nginx.conf"), "-p", str(folder))

    async with serving(settings), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        with running(Program("nginx", command), folder, answers_on(port)):
            ground = await client.get(options.GROUND_PATH, headers={"Accept-Encoding": "gzip"})
            page = await client.get("/grafana/d/kiezbox-lagebild?var-district=71")
            bare = await client.get("/grafana")
            live = await client.get("/grafana/api/live/ws", headers={"Connection": "Upgrade", "Upgrade": "websocket"})

    assert ground.headers["content-type"] == "application/geo+json"
    assert {feature["properties"]["class"] for feature in ground.json()["features"]} == {"bezirk"}
    assert page.text == f"/grafana/d/kiezbox-lagebild?var-district=71 127.0.0.1:{port} -"
    assert (bare.status_code, bare.headers["location"].endswith("/grafana/")) == (301, True)
    assert live.text.endswith(" websocket")
