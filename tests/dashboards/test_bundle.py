from __future__ import annotations

from dashboards import alerts, bundle
from kiezbox.settings import GrafanaSettings


def test_an_alert_links_to_its_part_of_the_runbook() -> None:
    made = bundle.make(GrafanaSettings(runbook_url="http://127.0.0.1/runbook.md"))

    links = {rule["uid"]: rule["annotations"]["runbook_url"] for rule in made.rule_list}

    assert links["kiezbox-pm2-5"] == "http://127.0.0.1/runbook.md#pm2-5"
    assert len(links) == len(alerts.RULES)


def test_rules_name_the_receiver_only_where_there_is_one() -> None:
    silent = bundle.make(GrafanaSettings())
    told = bundle.make(GrafanaSettings(alert_emails=("lage@example.org",)))

    assert silent.contacts == ()
    assert "notification_settings" not in silent.rule_list[0]
    assert {rule["notification_settings"]["receiver"] for rule in told.rule_list} == {"Kiezbox"}


def test_each_call_for_help_is_a_message_of_its_own_at_once() -> None:
    told = bundle.make(GrafanaSettings(alert_emails=("lage@example.org",)))

    distress = next(rule for rule in told.rule_list if rule["uid"] == "kiezbox-distress")

    assert distress["notification_settings"]["group_by"] == ["..."]
    assert distress["notification_settings"]["group_wait"] == "0s"


def test_a_mail_is_headed_by_what_the_first_alert_says() -> None:
    (mail,) = bundle.make(GrafanaSettings(alert_emails=("lage@example.org",))).contacts

    assert mail["settings"]["subject"] == (
        '{{ if eq .Status "resolved" }}Entwarnung: {{ end }}{{ (index .Alerts 0).Annotations.summary }}'
        "{{ if gt (len .Alerts) 1 }} ({{ len .Alerts }} Alarme){{ end }}"
    )
