"""The settings as text: docs/configuration.md, a table with their values, secrets masked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from kiezbox import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = "kiezbox settings --markdown"
_HEAD = f"""# Configuration

Every setting is an environment variable. A process reads them once, when it starts, and refuses to start with a value
that makes no sense; `kiezbox doctor` also finds names that nothing reads. `kiezbox settings` shows what a process
started here and now would use. `kiezbox up` brings its own broker and database and sets their addresses itself.

This page is written by `{COMMAND} > docs/configuration.md`, and a test compares it with the code.
"""


def markdown() -> str:
    """The page, without its last line break: one table a section."""
    lines = [_HEAD]
    for section, model in settings.sections().items():
        lines += [f"## {section}", "", (model.__doc__ or "").strip(), ""]
        lines += _rows(f"{settings.PREFIX}{section.upper()}_")
    for name in settings.plain():
        lines += [f"## {name}", "", *_rows(f"{settings.PREFIX}{name.upper()}")]
    return "\n".join(lines[:-1])


def _rows(prefix: str) -> list[str]:
    """The table of the variables with this prefix, and an empty line."""
    rows = [
        f"| `{name}` | {f'`{_cell(default)}`' if default else ''} | {_cell(description)} |"
        for name, (default, description) in settings.names().items()
        if name.startswith(prefix)
    ]
    return ["| variable | default | meaning |", "| --- | --- | --- |", *rows, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def table(found: settings.Settings, environment: Mapping[str, str]) -> str:
    """Each setting with its value now (secrets masked); `*` marks those that the environment sets."""
    values = {
        f"{settings.PREFIX}{section}_{name}".upper(): getattr(getattr(found, section), name)
        for section, model in settings.sections().items()
        for name in model.model_fields
    } | {f"{settings.PREFIX}{name}".upper(): getattr(found, name) for name in settings.plain()}
    lines = []
    for variable, value in values.items():
        text = masked(value) if isinstance(value, SecretStr) else settings.written(value)
        lines.append(f"{'*' if variable in environment else ' '} {variable}={text}")
    return "\n".join(lines)


def masked(secret: SecretStr) -> str:
    """A secret as people may see it: a URL without its password; of anything else only asterisks."""
    parts = urlsplit(secret.get_secret_value())
    if not parts.scheme or not parts.path.startswith("/") or "password" in parts.query:
        return "********"
    hidden = f"{parts.username}:********" if parts.password else parts.username
    user = f"{hidden}@" if hidden else ""
    return parts._replace(netloc=user + parts.netloc.rpartition("@")[2]).geturl()
