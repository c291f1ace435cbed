"""Competing programs: installed once, at exact versions, into a cache folder outside of the project."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rig import servers

if TYPE_CHECKING:
    from collections.abc import Callable

MQ_BRIDGE = "mq-bridge==1.2.0"
NODE_RED = Path(__file__).with_name("node-red")


def mq_bridge() -> Path:
    """A Python that has mq-bridge."""

    def make(folder: Path) -> None:
        _run("mq-bridge", sys.executable, "-m", "venv", "--copies", str(folder))
        _run("mq-bridge", str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", MQ_BRIDGE)

    return _made("mq-bridge", MQ_BRIDGE.encode() + sys.version.encode(), make) / "bin" / "python"


def telegraf() -> str:
    """The path of a Telegraf, at whatever version it is.

    Its Go module makes one that has only what is needed: `go install -tags
    custom,inputs.mqtt_consumer,outputs.postgresql,parsers.json_v2 github.com/influxdata/telegraf/cmd/telegraf@v1.37.2`.
    """
    path = shutil.which("telegraf")
    if path is None:
        raise servers.missing("Telegraf", "it is not on the PATH")
    return path


def node_red() -> Path:
    """The folder of a Node-RED."""
    if shutil.which("npm") is None:
        raise servers.missing("Node-RED", "npm is not installed (make services)")

    def make(folder: Path) -> None:
        folder.mkdir()
        shutil.copy(NODE_RED / "package.json", folder)
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        _run("Node-RED", "npm", "install", *options, folder=folder)

    return _made("node-red", (NODE_RED / "package.json").read_bytes(), make)


def _made(name: str, recipe: bytes, make: Callable[[Path], None]) -> Path:
    """The folder of a recipe, made if it is missing: complete, or not at all."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kiezbox" / "benchmarks"
    target = cache / f"{name}-{hashlib.sha256(recipe).hexdigest()[:12]}"
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    print(f"installing {name} into {target}", flush=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        make(Path(work) / "made")
        (Path(work) / "made").rename(target)
    return target


def _run(what: str, *command: str, folder: Path | None = None) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise servers.missing(what, lines[-1])
