from __future__ import annotations

import json
import re
from typing import Literal

import pytest

from crisis.alarm import kinds
from dashboards import alarm_queries, alerts, bundle, dashboard_list, drawing
from kiezbox.settings import GrafanaSettings
from tests.conftest import ROOT

RULES = {rule["uid"]: rule for rule in bundle.make(GrafanaSettings()).rule_list}


@pytest.mark.parametrize("language", ["de", "en"])
def test_each_kind_of_the_list_has_its_part_of_the_runbook(language: str) -> None:
    runbook = (ROOT / "crisis" / "alarm" / "runbook" / f"{language}.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^## (.+)$", runbook, re.MULTILINE)) == {kind.slug for kind in kinds.KINDS.values()}


def test_alerts_lead_to_the_runbook_of_our_own_api() -> None:
    made = bundle.make(GrafanaSettings(), "https://hub.example/kiezbox")

    assert {rule["annotations"]["runbook_url"].partition("#")[0] for rule in made.rule_list} == {
        "https://hub.example/kiezbox/runbook"
    }


def test_the_rules_are_those_of_the_one_list_but_for_tests_of_the_channels() -> None:
    assert set(RULES) == {f"kiezbox-{kind.slug}" for kind in kinds.KINDS.values() if kind.name != kinds.TEST}
    assert set(alerts.MESSAGES) == {kind.name for kind in alerts.RULES}
    for kind in alerts.RULES:
        drawn = RULES[f"kiezbox-{kind.slug}"]
        assert drawn["for"] == "0s"
        assert drawn["labels"]["severity"] == str(kind.severity)


@pytest.mark.parametrize("kind", alerts.RULES, ids=lambda kind: kind.name)
def test_only_a_call_and_the_hub_s_silence_have_a_limit_that_the_list_has_not_judged(kind: kinds.Kind) -> None:
    (limit,) = RULES[alerts.uid(kind)]["data"][1]["model"]["conditions"][0]["evaluator"]["params"]

    assert limit == {kinds.DISTRESS: 2, kinds.HUB_SILENT: 180}.get(kind.name, 0)


@pytest.mark.parametrize("kind", [kind for kind in alerts.RULES if kind.rule is not None], ids=lambda kind: kind.name)
def test_what_the_database_is_asked_while_no_hub_says_it_has_the_bound_of_the_list(kind: kinds.Kind) -> None:
    assert kind.rule is not None
    sign = ">" if kind.rule.compare == "gt" else "<"
    asked = RULES[alerts.uid(kind)]["data"][0]["model"]["rawSql"]

    assert f"WHERE rule.{alarm_queries.NUMBERS[kind.name]} {sign} {kind.rule.bound:g}" in asked


@pytest.mark.parametrize("uid", RULES)
def test_an_alert_opens_the_panel_that_shows_it(uid: str) -> None:
    """Grafana's link takes both numbers or none; the address with the box is for a mail that is read on a phone."""
    annotations = RULES[uid]["annotations"]
    dashboards = {dashboard.uid: dashboard for dashboard in dashboard_list.DASHBOARDS}
    dashboard = dashboards[annotations["__dashboardUid__"]]

    assert int(annotations["__panelId__"]) in drawing.numbers(dashboard).values()
    assert f"/d/{dashboard.uid}" in annotations["dashboard"]
    assert annotations["dashboard"].startswith("{{ reReplaceAll")
    assert ("var-box={{ $labels.box }}" in annotations["dashboard"]) == (dashboard.name == "box")


@pytest.mark.parametrize("uid", RULES)
def test_an_alert_names_only_labels_and_numbers_that_it_has(uid: str) -> None:
    rule = RULES[uid]
    written = json.dumps(rule["annotations"])

    assert set(re.findall(r"\$labels\.(\w+)", written)) <= set(alerts.LABELS)
    assert set(re.findall(r"\$values\.(\w)", written)) <= {step["refId"] for step in rule["data"]}
    assert "%(" not in written


def test_an_alert_on_a_phone_says_name_place_and_since_when() -> None:
    annotations = RULES["kiezbox-unreachable"]["annotations"]

    assert annotations["summary"].endswith(
        "$labels.title }}{{ with $labels.name }} ({{ . }}){{ end }}"
        "{{ if gt $values.A.Value 1.0 }}: seit {{ humanizeDuration $values.C.Value }}"
        "{{ else }}: schweigt seit {{ humanizeDuration $values.C.Value }}{{ end }}"
    )
    assert RULES["kiezbox-distress"]["annotations"]["summary"].startswith(
        "{{ $labels.title }}{{ with $labels.box }}, Box {{ . }}{{ end }}"
    )


@pytest.mark.parametrize(("language", "sign"), [("de", ","), ("en", ".")])
def test_a_number_with_decimals_is_written_as_the_language_does(language: Literal["de", "en"], sign: str) -> None:
    made = bundle.make(GrafanaSettings(language=language))
    heat = next(rule for rule in made.rule_list if rule["uid"] == "kiezbox-heat")

    assert f'{{{{ reReplaceAll "[.]" "{sign}" (printf "%.1f" $values.C.Value) }}}} °C' in heat["annotations"]["summary"]


@pytest.mark.parametrize(("setting", "left_out"), [("instead", True), ("always", False)])
def test_grafana_leaves_out_what_kiezbox_itself_tells(setting: Literal["instead", "always"], left_out: bool) -> None:
    made = bundle.make(GrafanaSettings(alert_rules=setting))
    asked = [json.dumps(rule["data"]) for rule in made.rule_list if rule["uid"] != "kiezbox-hub-silent"]

    assert {"NOT alarm.tells" in each for each in asked} == {left_out}


@pytest.mark.parametrize(
    ("written", "read"), [("true", "always"), ("0", "never"), (False, "never"), ("instead", "instead")]
)
def test_the_setting_of_before_goes_on_meaning_the_same(written: str | bool, read: str) -> None:
    assert GrafanaSettings.model_validate({"alert_rules": written}).alert_rules == read
