from __future__ import annotations

import re

from dashboards import alerts
from tests.conftest import ROOT
from tests.dashboards.support import all_queries


def test_every_statement_belongs_to_a_panel_a_variable_an_annotation_or_a_rule() -> None:
    there = {f"{file.parent.name}/{file.stem}" for file in (ROOT / "dashboards" / "sql").glob("*/*.sql")}
    there |= {f"alerts/{file.stem}" for file in (ROOT / "crisis" / "alarm" / "sources" / "sql").glob("*.sql")}

    made = {f"alerts/{kind.name}" for kind in alerts.RULES if kind.rule is None}  # read the list of alarms alone
    asked = {str(query) for query in all_queries.ALL if query not in all_queries.READABLE}
    assert there == asked - made


def test_every_variable_is_quoted_by_grafana() -> None:
    """Whoever writes a link to a dashboard chooses the value: only `:sqlstring` keeps it a text of SQL."""
    files = [
        *(ROOT / "dashboards" / "sql").glob("*/*.sql"),
        *(ROOT / "crisis" / "alarm" / "sources" / "sql").glob("*.sql"),
    ]

    assert files
    assert {file.name for file in files if re.search(r"\$\{(?!\w+:sqlstring\})|'\$\{", file.read_text())} == set()
