from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dashboards import bundle, files
from kiezbox.settings import GrafanaSettings

if TYPE_CHECKING:
    from pathlib import Path


def test_provisioned_files_hold_no_password_and_escape_what_grafana_would_expand() -> None:
    settings = GrafanaSettings.model_validate(
        {"database_url": "postgresql://kiezbox_reader:geheim@db:5432/kiezbox", "alert_webhook": "http://hook/$path"}
    )

    written = files.contents(bundle.make(settings))

    assert not any("geheim" in text for text in written.values())
    rules = json.loads(written["alerting/kiezbox.yaml"])
    assert "{{ $$labels.box }}" in rules["groups"][0]["rules"][0]["annotations"]["summary"]
    assert rules["contactPoints"][0]["receivers"][0]["settings"]["url"] == "http://hook/$$path"
    assert json.loads(written["datasources/kiezbox.yaml"])["datasources"][0]["secureJsonData"] == {
        "password": "$KIEZBOX_GRAFANA_READER_PASSWORD"
    }
    assert len([path for path in written if path.endswith(".json")]) == 5


def test_files_are_written_once_and_then_only_where_they_differ(tmp_path: Path) -> None:
    made = bundle.make(GrafanaSettings())
    first = files.write(made, tmp_path)
    (tmp_path / first[0][1]).write_text("{}", encoding="utf-8")

    second = files.write(made, tmp_path)

    assert {action for action, _ in first} == {"created"}
    assert [action for action, _ in second] == ["updated", *["unchanged"] * (len(first) - 1)]
