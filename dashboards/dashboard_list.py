"""All dashboards, in the order in which they stand in the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards import betrieb, box, lagebild, luft, umwelt

if TYPE_CHECKING:
    from dashboards.dashboard import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (
    lagebild.DASHBOARD,
    umwelt.DASHBOARD,
    luft.DASHBOARD,
    box.DASHBOARD,
    betrieb.DASHBOARD,
)
