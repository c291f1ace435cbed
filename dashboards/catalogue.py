"""All pages, in the order in which they stand in the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards import betrieb, box, lagebild, luft, umwelt

if TYPE_CHECKING:
    from dashboards.pages import Page

PAGES: tuple[Page, ...] = (lagebild.PAGE, umwelt.PAGE, luft.PAGE, box.PAGE, betrieb.PAGE)
