"""The brokers with the limits in deploy/, with other addresses and folders, and open: they ask nobody who they are."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from stack.embedded import nats
from stack.embedded.program import Program
from tests import conftest

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("nats", "mosquitto")
_DEPLOY = conftest.ROOT / "deploy"
_USERS = ("pid_file:", "no_auth_user:", "include ")  # what belongs to the users that `kiezbox broker apply` writes


def program(name: str, folder: Path, port: int) -> Program:
    """A broker by its name over `folder`, on loopback. Skips the test where it is not installed; in CI, fails it."""
    return {"nats": _nats, "mosquitto": _mosquitto}[name](folder, port)


def _nats(folder: Path, port: int) -> Program:
    shipped = (_DEPLOY / "nats" / "kiezbox.conf").read_text(encoding="utf-8").splitlines()
    file = folder / "kiezbox.conf"
    file.write_text(_moved("\n".join(line for line in shipped if not line.strip().startswith(_USERS)), folder, port))
    return Program("nats", (str(nats.binary()), "-c", str(file)))


def _moved(text: str, folder: Path, port: int) -> str:
    """The text with addresses of loopback and another folder."""
    changes = {
        "0.0.0.0:1883": f"127.0.0.1:{port}",
        "127.0.0.1:4222": "127.0.0.1:-1",
        "127.0.0.1:8222": "127.0.0.1:-1",
        "/var/lib/nats": str(folder),
    }
    for old, new in changes.items():
        assert old in text, f"deploy/nats/kiezbox.conf no longer says {old}"
        text = text.replace(old, new)
    return text + "\n"


def _mosquitto(folder: Path, port: int) -> Program:
    path = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        conftest.absent("Mosquitto")
    # Started as root, it would switch to the user `mosquitto`, who cannot enter the folder.
    as_root = ["user root"] if os.geteuid() == 0 else []
    file = folder / "kiezbox.conf"
    file.write_text("\n".join([*conftest.open_mosquitto(folder, port), *as_root]) + "\n", encoding="utf-8")
    return Program("mosquitto", (path, "-c", str(file)))
