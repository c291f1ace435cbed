from __future__ import annotations

import pytest
from pydantic import SecretStr

from kiezbox import settings
from kiezbox.settings import DatabaseSettings, MqttSettings, Settings
from stack import configuration
from tests.conftest import ROOT


def test_the_page_in_docs_is_what_the_settings_say() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert page == f"{configuration.markdown()}\n", "run: kiezbox settings --markdown > docs/configuration.md"


def test_the_page_lists_exactly_the_settings() -> None:
    rows = [line for line in configuration.markdown().splitlines() if line.startswith("| `")]

    assert [row.split("`")[1] for row in rows] == list(settings.names())
    assert all(description in rows[i] for i, (_, description) in enumerate(settings.names().values()))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://kiezbox@127.0.0.1:5432/kiezbox", "postgresql://kiezbox@127.0.0.1:5432/kiezbox"),
        ("postgresql://kiezbox:geheim@db/kiezbox", "postgresql://kiezbox:********@db/kiezbox"),
        ("postgresql://a:p%40ss:w@db/k", "postgresql://a:********@db/k"),
        ("postgresql://kiezbox@/kiezbox?host=/run/x&port=5432", "postgresql://kiezbox@/kiezbox?host=/run/x&port=5432"),
        ("postgresql://db/kiezbox", "postgresql://db/kiezbox"),
        ("postgresql://db/kiezbox?user=a&password=geheim", "********"),
        ("just a password", "********"),
        ("host=db password=geheim", "********"),
    ],
)
def test_a_secret_is_shown_without_its_password(url: str, shown: str) -> None:
    assert configuration.masked(SecretStr(url)) == shown


def test_the_table_marks_what_the_environment_sets_and_masks_passwords() -> None:
    found = Settings(
        database=DatabaseSettings(url=SecretStr("postgresql://kiezbox:geheim@db/kiezbox")),
        mqtt=MqttSettings(username="hub", password=SecretStr("geheim")),
    )

    lines = configuration.table(found, {"KIEZBOX_MQTT_USERNAME": "hub"}).splitlines()

    assert "* KIEZBOX_MQTT_USERNAME=hub" in lines
    assert "  KIEZBOX_MQTT_PASSWORD=********" in lines
    assert "  KIEZBOX_DATABASE_URL=postgresql://kiezbox:********@db/kiezbox" in lines
    assert not any("geheim" in line for line in lines)
    assert [line[2:].split("=")[0] for line in lines] == list(settings.names())
