"""Every question that dashboards ask, as it reaches the database: of panels, variables, marks and rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from dashboards import alerts, catalogue, pages, panels
from storage.migrate import Tier
from tests.dashboards import history, macros

if TYPE_CHECKING:
    from datetime import datetime

    from dashboards.panels import Panel

VARIABLES = ("district", "box", "quantity")
MARKS = ("modes", "notices")
_HOURS = {"now-6h": 6, "now-24h": 24, "now-7d": 168, "now-30d": 720}
_POINTS = 1_000  # about as many as a panel has pixels


@dataclass(frozen=True, slots=True)
class Question:
    """One SQL with Grafana's macros in it, and how far back its page looks at first."""

    page: str
    name: str
    hours: int
    panel: Panel | None = None

    def __str__(self) -> str:
        return f"{self.page}/{self.name}"

    def sql(
        self,
        now: datetime,
        tier: Tier,
        *,
        is_empty: bool = False,
        hours: int | None = None,
        district: str = pages.ALL_VALUE,
    ) -> str:
        """As the page sends it at `now`; on an empty database there is nothing to choose from."""
        span = hours or self.hours
        width = max(300_000, span * 3_600_000 // _POINTS // 300_000 * 300_000)
        chosen = {"language": ["de"], "box": [history.FOLLOWED], "quantity": ["pm2_5"]}
        if is_empty:
            chosen |= {"box": [""], "quantity": [""]}
        raw = {"district": district}
        view = macros.View(now - timedelta(hours=span), now, width, chosen, raw, timescaledb=tier is not Tier.PLAIN)
        return macros.expand(panels.statement(self.page, self.name), view)


PANELS = tuple(
    Question(page.name, panel.name, _HOURS[page.since], panel)
    for page in catalogue.PAGES
    for panel in page.panels()
    if panel.kind != "text"
)
RULES = tuple(Question("alerts", rule.name, 1) for rule in alerts.RULES)
ALL = (
    *PANELS,
    *(Question("variables", name, 24) for name in VARIABLES),
    *(Question("annotations", name, 168) for name in MARKS),
    *RULES,
)
