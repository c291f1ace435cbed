"""The brokers with the configuration in deploy/, except for addresses and folders."""

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


def program(name: str, folder: Path, port: int) -> Program:
    """A broker by its name over `folder`, on loopback. Skips the test where it is not installed; in CI, fails it."""
    return {"nats": _nats, "mosquitto": _mosquitto}[name](folder, port)


def _nats(folder: Path, port: int) -> Program:
    moved = _moved(
        "nats",
        {
            "0.0.0.0:1883": f"127.0.0.1:{port}",
            "127.0.0.1:4222": "127.0.0.1:-1",
            "127.0.0.1:8222": "127.0.0.1:-1",
            "/var/lib/nats": str(folder),
        },
    )
    file = folder / "kiezbox.conf"
    file.write_text(moved, encoding="utf-8")
    return Program("nats", (str(nats.binary()), "-c", str(file)))


def _mosquitto(folder: Path, port: int) -> Program:
    path = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        conftest.absent("Mosquitto")
    moved = _moved(
        "mosquitto",
        {
            "listener 1883 0.0.0.0": f"listener {port} 127.0.0.1",
            "persistence_location /var/lib/mosquitto/": f"persistence_location {folder}/",
        },
    )
    # Started as root, it would switch to the user `mosquitto`, who cannot enter the folder.
    as_root = "user root\n" if os.geteuid() == 0 else ""
    file = folder / "kiezbox.conf"
    file.write_text(moved + as_root, encoding="utf-8")
    return Program("mosquitto", (path, "-c", str(file)))


def _moved(name: str, changes: dict[str, str]) -> str:
    text = (_DEPLOY / name / "kiezbox.conf").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"deploy/{name}/kiezbox.conf no longer says {old}"
        text = text.replace(old, new)
    return text
