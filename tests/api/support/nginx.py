"""nginx in front of an API: TLS with a certificate of its own, and a path prefix below which everything is."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from typing import TYPE_CHECKING

from stack.embedded.program import Program
from tests.conftest import absent, answers_on, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PREFIX = "/kiezbox"
FORWARDED = """
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Forwarded-Prefix /kiezbox;
"""
_CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr; master_process off;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
        location {prefix}/ {{ proxy_pass http://127.0.0.1:{api_port}{path}; proxy_redirect off; {headers} }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, api_port: int, port: int, headers: str = "", path: str = "/") -> Iterator[None]:
    """Serve `https://127.0.0.1:{port}/kiezbox/` from an API. `path` "": the proxy leaves the prefix in the path."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        absent("nginx")
    folder.mkdir()
    subprocess.run(
        (
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
        ),
        check=True,
        capture_output=True,
    )
    text = _CONFIGURATION.format(folder=folder, port=port, prefix=PREFIX, api_port=api_port, path=path, headers=headers)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = (program, "-c", str(folder / "nginx.conf"), "-p", str(folder))
    with running(Program("nginx", command), folder, answers_on(port)):
        yield
