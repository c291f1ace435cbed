"""Every query of the dashboards, as it reaches the database: of panels, variables, annotations and alert rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from dashboards import alerts, dashboard_list, queries, variables
from storage.migrate import Tier
from tests.dashboards.support import macros, sample_data
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from datetime import datetime

    from dashboards.panel import Panel

VARIABLES = ("district", "box", "quantity")
ANNOTATIONS = ("modes", "notices")
_HOURS = {"now-6h": 6, "now-24h": 24, "now-7d": 168, "now-30d": 720}
_POINTS = 1_000  # about as many as a panel has pixels


@dataclass(frozen=True, slots=True)
class Query:
    """One statement with Grafana's macros in it, and how far back its dashboard looks at first."""

    folder: str  # of dashboards/sql
    name: str
    hours: int
    panel: Panel | None = None
    made: str = ""  # the SQL, where it is not that of a file

    def __str__(self) -> str:
        return f"{self.folder}/{self.name}"

    def with_codes(self) -> Query:
        """The same, returning codes where a table writes words."""
        return self if self.panel is None else replace(self, panel=None, made=self.panel.asked(self.folder))

    def sql(
        self,
        now: datetime,
        tier: Tier,
        *,
        is_empty: bool = False,
        hours: int | None = None,
        district: str = variables.ALL_VALUE,
        language: str = "de",
        box: str = sample_data.FOLLOWED,
    ) -> str:
        """The SQL as the dashboard sends it at `now`; on an empty database there is nothing to choose from."""
        span = hours or self.hours
        width = max(300_000, span * 3_600_000 // _POINTS // 300_000 * 300_000)
        chosen: dict[str, list[str]] = {"language": [language], "box": [box], "quantity": ["pm2_5"]}
        if is_empty:
            chosen |= {"box": [], "quantity": []}
        raw = {"district": district}
        view = macros.View(now - timedelta(hours=span), now, width, chosen, raw, timescaledb=tier is not Tier.PLAIN)
        return macros.expand(self.statement(language), view)

    def statement(self, language: str = "de") -> str:
        """The SQL with Grafana's macros and variables in it."""
        if self.made:
            return self.made
        if self.panel is None:
            return queries.statement(self.folder, self.name)
        words = catalogues.words(domains.DASHBOARDS, languages.find(language) or languages.GERMAN)
        return self.panel.statement(self.folder, words)


PANELS = tuple(
    Query(dashboard.name, panel.name, _HOURS[dashboard.time_from], panel)
    for dashboard in dashboard_list.DASHBOARDS
    for panel in dashboard.panels()
    if panel.kind != "text"
)
_GERMAN = catalogues.words(domains.DASHBOARDS, languages.GERMAN)
RULES = tuple(Query("alerts", kind.name, 1, made=alerts.statement(kind, _GERMAN)) for kind in alerts.RULES)
# What people read of an alert: a duration, or how much.
READABLE = tuple(
    Query("readable", kind.name, 1, made=sql)
    for kind in alerts.RULES
    if (sql := alerts.readable(kind, _GERMAN)) is not None
)
ALL = (
    *PANELS,
    *(Query("variables", name, 24) for name in VARIABLES),
    *(Query("annotations", name, 168) for name in ANNOTATIONS),
    *RULES,
    *READABLE,
)
