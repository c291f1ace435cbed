"""SQL as Grafana sends it to the database, for panels, variables, annotations and alert rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.models import dashboard as sdk

from kiezbox import sql

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
