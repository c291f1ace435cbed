"""Annotations: marks in the charts, from sql/annotations/<name>.sql."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.models import dashboard as sdk

from dashboards import colors, queries
from translations.marks import N_

if TYPE_CHECKING:
    from translations.words import Words

_TITLES_AND_COLORS = {
    "modes": (N_("Mode"), colors.ORANGE),
    "notices": (N_("Notices"), colors.BLUE),
}


def draw(words: Words) -> list[sdk.AnnotationQuery]:
    """All annotations as Grafana's own type. Every dashboard has them."""
    return [_SqlAnnotation(name, words.text(title), color) for name, (title, color) in _TITLES_AND_COLORS.items()]


class _SqlAnnotation(sdk.AnnotationQuery):
    """An annotation from SQL: Grafana's type of its target knows tags only, and lets more through."""

    def __init__(self, name: str, title: str, color: str) -> None:
        super().__init__(name=title, datasource=queries.datasource(), icon_color=color)
        self._query = queries.Query(queries.statement("annotations", name), ref_id="Anno")

    def to_json(self) -> dict[str, object]:
        tags = sdk.AnnotationTarget(limit=100, match_any=False, tags=[], type_val="tags").to_json()
        return super().to_json() | {"target": tags | self._query.to_json()}
