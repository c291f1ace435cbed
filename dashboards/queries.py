"""SQL as Grafana sends it to the database, for panels, variables, annotations and alert rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards import hyphens
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

DATASOURCE_UID = "kiezbox-database"
DATASOURCE_TYPE = "grafana-postgresql-datasource"


def datasource() -> sdk.DataSourceRef:
    """The database, as panels, variables and annotations name it."""
    return sdk.DataSourceRef(type_val=DATASOURCE_TYPE, uid=DATASOURCE_UID)


def statement(folder: str, name: str) -> str:
    """The SQL of a panel, a variable, an annotation or a rule, with Grafana's macros in it: sql/<folder>/<name>.sql.

    Those of `alerts` lie with the list of alarms, because the hub asks them as well.
    """
    if folder == "alerts":
        return sql.load("crisis.alarm.sources", name)
    return sql.load("dashboards", f"{folder}/{name}")


def worded(statement: str, columns: Mapping[str, Mapping[str, str] | None]) -> str:
    """The SQL of a table with words for the codes of its columns: of a whole value, and of one in brackets in a text.

    Numbers have None; long words in texts get soft hyphens.

    Grafana (13.2) makes a row as high as the text that the database returned needs, not that which a value mapping
    writes: longer words would run into the row below.
    """
    drawn = ", ".join(_worded(name, words) for name, words in columns.items())
    return f"SELECT {drawn}\nFROM (\n{statement.rstrip()}\n) AS asked"


def _worded(column: str, words: Mapping[str, str] | None) -> str:
    if words is None:
        return column
    if not words:
        return f"{hyphens.in_sql(column)} AS {column}"
    found = column
    for code, word in words.items():
        found = f"replace({found}, {_literal(f'[{code}]')}, {_literal(word)})"
    whole = " ".join(f"WHEN {_literal(code)} THEN {_literal(word)}" for code, word in words.items())
    return f"CASE {column} {whole} ELSE {found} END AS {column}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Query(variants.Dataquery):
    """A query as Grafana's PostgreSQL data source takes it."""

    raw_sql: str
    format: Literal["table", "time_series"] = "table"
    ref_id: str = "A"

    def to_json(self) -> dict[str, Any]:
        """The query as it stands in a panel's targets."""
        return {
            "refId": self.ref_id,
            "datasource": datasource(),
            "editorMode": "code",
            "rawQuery": True,
            "format": self.format,
            "rawSql": self.raw_sql,
        }
