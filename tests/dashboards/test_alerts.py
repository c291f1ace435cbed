from __future__ import annotations

import json
import re

import pytest

from crisis.alarm import kinds
from dashboards import alerts, bundle, dashboard_list, drawing
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


def test_the_rules_are_those_of_the_one_list() -> None:
    assert set(RULES) == {f"kiezbox-{kind.slug}" for kind in kinds.KINDS.values() if kind.rule is not None}
    assert set(alerts.MESSAGES) == {kind.name for kind in alerts.RULES}
    for kind in alerts.RULES:
        drawn = RULES[f"kiezbox-{kind.slug}"]
        assert kind.rule is not None
        assert drawn["data"][1]["model"]["conditions"][0]["evaluator"] == {
            "params": [kind.rule.bound],
            "type": kind.rule.compare,
        }
        assert drawn["for"] == f"{kind.rule.hold_seconds}s"
        assert drawn["labels"]["severity"] == str(kind.severity)


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
    kind = next(kind for kind in alerts.RULES if rule["uid"] == f"kiezbox-{kind.slug}")
    message = alerts.MESSAGES[kind.name]
    written = json.dumps(rule["annotations"])

    assert set(re.findall(r"\$labels\.(\w+)", written)) <= {*message.labels, "name"}
    assert set(re.findall(r"\$values\.(\w)", written)) <= {step["refId"] for step in rule["data"]}
    assert "%(" not in written


def test_an_alert_on_a_phone_says_name_place_and_since_when() -> None:
    annotations = RULES["kiezbox-unreachable"]["annotations"]

    assert annotations["summary"] == (
        "Box {{ $labels.box }}{{ with $labels.name }} ({{ . }}){{ end }} schweigt seit "
        "{{ humanizeDuration $values.C.Value }}."
    )
    assert annotations["description"].startswith("Box {{ $labels.box }} schweigt länger als dreimal")
