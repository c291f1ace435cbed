from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dashboards import bundle, files
from kiezbox.settings import GrafanaSettings
from tests.dashboards.support import provisioning

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = GrafanaSettings.model_validate(
    {
        "database_url": "postgresql://kiezbox_reader:geheim@db:5432/kiez$box",
        "alert_webhook": "http://hook/$path",
        "alert_emails": ["lage@example.org"],
    }
)


def _written() -> dict[str, Any]:
    return {path: json.loads(text) for path, text in files.contents(bundle.make(SETTINGS)).items()}


def test_a_grafana_that_reads_the_files_holds_what_publish_would_have_pushed() -> None:
    """Both rules of file provisioning are played: fields taken raw, and those in which variables are replaced."""
    made, alerting = bundle.make(SETTINGS), _written()["alerting/kiezbox.yaml"]

    rules = [provisioning.rule(rule) for rule in alerting["groups"][0]["rules"]]
    contacts = provisioning.replaced(alerting["contactPoints"][0]["receivers"])
    datasource = provisioning.replaced(_written()["datasources/kiezbox.yaml"]["datasources"][0])

    for rule, pushed in zip(rules, made.rule_list, strict=True):
        assert {name: value for name, value in rule.items() if name in pushed} == {
            name: value for name, value in pushed.items() if name not in {"ruleGroup", "folderUID"}
        }
        assert (rule["dashboardUid"], str(rule["panelId"])) == (
            rule["annotations"]["__dashboardUid__"],
            rule["annotations"]["__panelId__"],
        )
    assert [contact["settings"] for contact in contacts] == [contact["settings"] for contact in made.contacts]
    assert {name: datasource[name] for name in made.datasource} == made.datasource


def test_a_dollar_too_many_or_too_few_is_found() -> None:
    rule = _written()["alerting/kiezbox.yaml"]["groups"][0]["rules"][0]
    doubled = rule | {"annotations": {"summary": "Box {{ $$labels.box }}"}, "title": "costs $5"}

    assert "$$labels" in provisioning.rule(doubled)["annotations"]["summary"]  # as every alert of files said it
    assert provisioning.rule(doubled)["title"] == "costs "


def test_annotations_have_no_variable_that_newer_versions_would_replace() -> None:
    assert "${" not in json.dumps([rule["annotations"] for rule in bundle.make(SETTINGS).rule_list])


def test_rules_have_a_folder_whose_title_no_folder_of_dashboards_has() -> None:
    """Grafana looks for the folder of rules by title and for those of dashboards by uid, at the same time."""
    written = _written()
    titles = {provider["folder"] for provider in written["dashboards/kiezbox.yaml"]["providers"]}

    assert written["alerting/kiezbox.yaml"]["groups"][0]["folder"] not in titles


def test_a_contact_point_that_nobody_wants_is_taken_away_and_the_others_stay() -> None:
    settings = SETTINGS.model_copy(update={"alert_webhook": None})

    alerting = json.loads(files.contents(bundle.make(settings))["alerting/kiezbox.yaml"])

    assert [point["uid"] for point in alerting["contactPoints"][0]["receivers"]] == ["kiezbox-email"]
    assert alerting["deleteContactPoints"] == [{"orgId": 1, "uid": "kiezbox-webhook"}]
    assert "deleteContactPoints" not in _written()["alerting/kiezbox.yaml"]


def test_the_files_hold_no_password() -> None:
    written = files.contents(bundle.make(SETTINGS))

    assert not any("geheim" in text for text in written.values())
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
