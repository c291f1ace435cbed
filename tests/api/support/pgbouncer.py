"""PgBouncer in transaction mode, in front of the PostgreSQL of the tests."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from stack.embedded.os_user import Account
from stack.embedded.program import Program
from tests.conftest import absent, answers_on, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiezbox.settings import DatabaseSettings


@contextlib.contextmanager
def pgbouncer(database: DatabaseSettings, port: int, **options: str) -> Iterator[SecretStr]:
    """The URL of the database through a PgBouncer with four connections; `options` go into its configuration."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        absent("PgBouncer")
    url = urlsplit(database.url.get_secret_value())
    name, user = url.path.lstrip("/"), url.username or "kiezbox"
    found = {"host": parse_qs(url.query)["host"][0]} if url.query else {"host": url.hostname, "port": url.port}
    target = " ".join(f"{key}={value}" for key, value in {**found, "dbname": name}.items())
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": 4,
        "max_client_conn": 300,
        **options,
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        lines = ["[databases]", f"{name} = {target} user={user}", "[pgbouncer]"]
        lines += [f"{key} = {value}" for key, value in settings.items()]
        (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
        account = _owner(found["host"]) if os.geteuid() == 0 else None  # it refuses to run as root
        if account is not None:
            shutil.chown(folder, account.uid, account.gid)
        command = (program, "-q", str(folder / "pgbouncer.ini"))
        with running(Program("pgbouncer", command, account=account), folder, answers_on(port)):
            yield SecretStr(f"postgresql://{user}@127.0.0.1:{port}/{name}")


def _owner(socket_folder: object) -> Account:
    """Who may reach PostgreSQL's socket."""
    entry = pwd.getpwuid(Path(str(socket_folder)).stat().st_uid)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
