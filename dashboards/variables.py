"""Variables: what one can choose on a dashboard. The SQL of each is sql/variables/<name>.sql."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards import queries
from translations.marks import N_

if TYPE_CHECKING:
    from translations.words import Words

LABELS = {
    "district": N_("District"),
    "box": N_("Box"),
    "quantity": N_("Quantity"),
}
# What `All` stands for in SQL. It is put in as it is, so that it also works where there is nothing to choose from.
ALL_VALUE = "'*'"


def language(words: Words) -> builders.ConstantVariable:
    """The language, for SQL that returns texts. Nobody sees or chooses it."""
    constant = builders.ConstantVariable("language").value(words.language.tag)
    constant.build().hide = sdk.VariableHide.HIDE_VARIABLE
    return constant


def draw(name: str, words: Words) -> builders.QueryVariable:
    """The variable as Grafana's own type."""
    drawn = builders.QueryVariable(name).label(words.text(LABELS[name])).datasource(queries.datasource())
    drawn.query(queries.statement("variables", name)).refresh(sdk.VariableRefresh.ON_TIME_RANGE_CHANGED)
    drawn.sort(sdk.VariableSort.DISABLED)
    if name == "district":
        drawn.multi(True).include_all(True).all_value(ALL_VALUE)
        drawn.current(sdk.VariableOption(selected=True, text=[words.text(N_("All"))], value=["$__all"]))
    return drawn
