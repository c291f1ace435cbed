from __future__ import annotations

from dashboards import alerts
from tests.conftest import ROOT


def test_each_rule_has_its_line_in_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")

    for rule in alerts.RULES:
        assert f"## {rule.name.replace('_', '-')}\n" in runbook, rule.name
        assert rule.title in runbook
