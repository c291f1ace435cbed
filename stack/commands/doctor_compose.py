"""`kiezbox doctor --compose`: whether the secrets that docker-compose.yml takes from .env are fit for production."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from stack.findings import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRETS = (
    "POSTGRES_PASSWORD",
    "KIEZBOX_DB_PASSWORD",
    "KIEZBOX_INGEST_DB_PASSWORD",
    "KIEZBOX_API_DB_PASSWORD",
    "KIEZBOX_API_WRITER_DB_PASSWORD",
    "KIEZBOX_MAINTAIN_DB_PASSWORD",
    "GRAFANA_DB_PASSWORD",
    "KIEZBOX_MQTT_PASSWORD",
    "GRAFANA_ADMIN_PASSWORD",
)
SHARED = "KIEZBOX_BOX_PASSWORD"  # of all boxes together, before each had a credential
LENGTH_MIN = 16
_FIT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # stands unescaped in a URL
_MAKE_ONE = 'make one: echo "k$(openssl rand -hex 20)"'
# Words that people type as a placeholder: even a long secret with one of them is easy to guess.
_KNOWN = re.compile(
    r"change.?me|password|passwort|secret|geheim|kiezbox|grafana|postgres|admin|example|test|1234|qwert", re.IGNORECASE
)


def read(file: Path) -> dict[str, str]:
    """The variables of an .env file, as Compose reads them. Raises OSError; UnicodeDecodeError when it is not text."""
    return {name: value or "" for name, value in dotenv_values(file, interpolate=False).items()}


def examine(folder: Path) -> list[Finding]:
    """One finding for each secret, and for the file itself."""
    file = folder / ".env"
    if not (folder / "docker-compose.yml").is_file():
        return [Finding(Level.FAIL, "compose", f"there is no docker-compose.yml in {folder}", "go to its folder")]
    try:
        found = read(file)
        mode = stat.S_IMODE(file.stat().st_mode)
    except FileNotFoundError:
        return [Finding(Level.FAIL, "compose", f"{file} is missing", "cp .env.example .env, and fill it in")]
    except (OSError, UnicodeDecodeError) as error:
        return [Finding(Level.FAIL, "compose", f"{file} cannot be read: {error}")]
    wrong = [finding for name in SECRETS if (finding := judge(name, found)) is not None]
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        wrong.append(Finding(Level.WARN, "compose", f"others on this machine can read {file}", f"chmod 600 {file}"))
    if found.get(SHARED):
        text = f"{SHARED} lets every box in that knows it, as any box, until the broker is closed"
        advice = (
            "give each box a credential, then: docker compose run --rm broker broker close; and take it out of .env"
        )
        wrong.append(Finding(Level.WARN, "compose", text, advice))
    return wrong or [Finding(Level.OK, "compose", f"every secret in {file} is set and of its own")]


def judge(name: str, values: Mapping[str, str]) -> Finding | None:
    """What is wrong with a secret; None when nothing is. Never shows its value."""
    value = values.get(name, "")
    same = [other for other in SECRETS if other != name and value and values.get(other) == value]
    faults = (
        (not value, "is not set"),
        (len(value) < LENGTH_MIN, f"is shorter than {LENGTH_MIN} characters"),
        (not _FIT.fullmatch(value), "must begin with a letter and hold only letters, digits, - and _"),
        (_KNOWN.search(value), "holds a word that everybody tries"),
        (len(set(value)) < LENGTH_MIN // 2, "repeats few characters"),
        (same, f"is the same as {', '.join(same)}"),
    )
    fault = next((text for is_wrong, text in faults if is_wrong), None)
    return None if fault is None else Finding(Level.FAIL, "compose", f"{name} {fault}", _MAKE_ONE)
