from __future__ import annotations

from tests.conftest import ROOT
from tests.dashboards.support import all_queries


def test_every_statement_belongs_to_a_panel_a_variable_an_annotation_or_a_rule() -> None:
    there = {f"{file.parent.name}/{file.stem}" for file in (ROOT / "dashboards" / "sql").glob("*/*.sql")}

    assert there == {str(query) for query in all_queries.ALL}
