"""Settings: KIEZBOX_* environment variables as typed sections, read once in main() and handed down in sections.

A module for the sections of each part: what it can be set to, with limits, defaults, and descriptions, which are the
text of docs/configuration.md.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from kiezbox.errors import OperatorError
from kiezbox.settings.crisis import AlarmSettings, CrisisSettings, MapSettings, RadioSettings
from kiezbox.settings.http import ApiSettings, OidcSettings
from kiezbox.settings.opendata import OpendataSettings
from kiezbox.settings.process import LogSettings, ProcessSettings
from kiezbox.settings.readings import IngestSettings, MaintenanceSettings
from kiezbox.settings.receive import ReceiveSettings
from kiezbox.settings.section import Section
from kiezbox.settings.servers import BridgeSettings, BrokerSettings, DatabaseSettings, GrafanaSettings, MqttSettings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "OTHERS",
    "PREFIX",
    "AlarmSettings",
    "ApiSettings",
    "BridgeSettings",
    "BrokerSettings",
    "CrisisSettings",
    "DatabaseSettings",
    "GrafanaSettings",
    "IngestSettings",
    "LogSettings",
    "MaintenanceSettings",
    "MapSettings",
    "MqttSettings",
    "OidcSettings",
    "OpendataSettings",
    "ProcessSettings",
    "RadioSettings",
    "ReceiveSettings",
    "Section",
    "Settings",
    "names",
    "plain",
    "read",
    "sections",
    "unknown",
    "written",
]

PREFIX = "KIEZBOX_"
RADIO_SOCKET = "radio.sock"  # in the crisis folder
_LIST = 'a JSON list, as ["one", "two"]'


class Settings(BaseSettings):
    """All settings. `KIEZBOX_DATABASE_URL` is `database.url`: the first word names the section."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="_", env_nested_max_split=1, extra="forbid", frozen=True
    )

    database: DatabaseSettings = DatabaseSettings()
    mqtt: MqttSettings = MqttSettings()
    broker: BrokerSettings = BrokerSettings()
    ingest: IngestSettings = IngestSettings()
    receive: ReceiveSettings = ReceiveSettings()
    bridge: BridgeSettings = BridgeSettings()
    api: ApiSettings = ApiSettings()
    maintenance: MaintenanceSettings = MaintenanceSettings()
    crisis: CrisisSettings = CrisisSettings()
    map: MapSettings = MapSettings()
    radio: RadioSettings = RadioSettings()
    alarm: AlarmSettings = AlarmSettings()
    oidc: OidcSettings = OidcSettings()
    opendata: OpendataSettings = OpendataSettings()
    grafana: GrafanaSettings = GrafanaSettings()
    log: LogSettings = LogSettings()
    process: ProcessSettings = ProcessSettings()
    role: Literal["hub", "box"] = Field(
        default="hub",
        description="`hub` serves everything; `box` serves the crisis pages alone, without a database.",
    )

    @property
    def map_folder(self) -> Path:
        """Where the maps of this node are."""
        return self.map.folder or self.crisis.folder / "map"

    @property
    def radio_socket(self) -> Path:
        """Where `kiezbox radio` serves the others on this machine."""
        return self.radio.socket or self.crisis.folder / RADIO_SOCKET


def sections() -> dict[str, type[Section]]:
    """The sections by name; the settings outside of them are in `plain()`."""
    found = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {name: model for name, model in found.items() if isinstance(model, type) and issubclass(model, Section)}


def plain() -> tuple[str, ...]:
    """The names of the settings that belong to no section: `role` is `KIEZBOX_ROLE`."""
    return tuple(name for name in Settings.model_fields if name not in sections())


def names() -> dict[str, tuple[str, str]]:
    """Every environment variable that Kiezbox reads: (default, description)."""
    found: dict[str, tuple[str, str]] = {}
    for section, model in sections().items():
        for name, entry in model.model_fields.items():
            found[f"{PREFIX}{section}_{name}".upper()] = (written(entry.default), entry.description or "")
    for name in plain():
        entry = Settings.model_fields[name]
        found[f"{PREFIX}{name}".upper()] = (written(entry.default), entry.description or "")
    return found


def written(value: object) -> str:
    """A value as it is written into an environment variable. A secret is not masked."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple | bool):
        return json.dumps(value)
    return "" if value is None else str(value)


def read() -> Settings:
    """The settings of this process. Raises OperatorError, which names every environment variable that is wrong."""
    try:
        return Settings()
    except SettingsError:  # a list is read before anything is validated
        lines = [f"{name}: Input should be {_LIST}" for name in _unreadable_lists()]
    except ValidationError as error:
        found = [("_".join(map(str, item["loc"])).upper(), item["msg"]) for item in error.errors()]
        lines = [f"{PREFIX}{name}: {message.replace('a valid tuple', _LIST)}" for name, message in found]
    raise OperatorError(
        "settings are wrong:\n  " + "\n  ".join(lines), "docs/configuration.md lists every setting with its default"
    )


def _unreadable_lists() -> list[str]:
    found = []
    for name, (default, _) in names().items():
        if default.startswith("[") and name in os.environ:
            try:
                json.loads(os.environ[name])
            except ValueError:
                found.append(name)
    return found


def unknown() -> list[str]:
    """KIEZBOX_* variables in the environment that no setting reads: most often a typing mistake."""
    known = names()
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known and name not in OTHERS)


# Read by the tests and the stack, not by a process of the product.
OTHERS = frozenset(
    {
        "KIEZBOX_TEST_DATABASE_URL",
        "KIEZBOX_TEST_MAP",
        "KIEZBOX_TEST_COLLECT",
        "KIEZBOX_TEST_KILLS",
        "KIEZBOX_CHAOS",
        "KIEZBOX_CHAOS_SEED",
        "KIEZBOX_CHAOS_ROUNDS",
    }
)
