"""What the SDK fills in without our having said it. Each such value is on this list with a reason."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.models import dashboard as sdk
from grafana_foundation_sdk.models import geomap

from dashboards import dashboard_list, drawing
from tests.dashboards.support import grafana_schema, sdk_defaults
from translations import catalogues, domains, languages

_ALIKE = "what we want, and said where it can be said"
_PLACE = "the builder of the layout places panels"
_NOTHING = "does nothing at this value"
REASONS: dict[str, dict[str, str]] = {
    "dashboard": {
        "editable": _ALIKE,
        "fiscalYearStartMonth": _NOTHING,
        "schemaVersion": "of the SDK: Grafana migrates older dashboards when it loads them",
        "time.from": _ALIKE,
        "time.to": _ALIKE,
        "timezone": _ALIKE,
    },
    "panel": {
        "gridPos.h": _PLACE,
        "gridPos.w": _PLACE,
        "gridPos.x": _PLACE,
        "gridPos.y": _PLACE,
        "repeatDirection": "no panel repeats",
        "transparent": _ALIKE,
        "fieldConfig.defaults.thresholds.mode": _ALIKE,
        "fieldConfig.overrides": "a long chart without limits has none",
    },
    "stat": {
        "colorMode": _ALIKE,
        "justifyMode": _ALIKE,
        "percentChangeColorMode": _NOTHING,
        "showPercentChange": "one row has no change",
    },
    "table": {
        "cellHeight": _ALIKE,
        "footer.reducer": _NOTHING,
        "footer.show": "no table has sums",
        "frameIndex": "there is one frame",
        "showHeader": _ALIKE,
        "showTypeIcons": "the header has words",
    },
    "timeseries": {"legend.placement": _ALIKE},
    "barchart": {
        "barRadius": _ALIKE,
        "barWidth": _ALIKE,
        "groupWidth": _ALIKE,
        "fullHighlight": _NOTHING,
        "legend.calcs": _ALIKE,
        "legend.displayMode": _ALIKE,
        "legend.placement": _ALIKE,
        "stacking": "bars of different counts stand beside each other",
        "tooltip.mode": _ALIKE,
        "xTickLabelMaxLength": "no label is cut",
        "xTickLabelRotation": "bars lie: labels stand at the left",
        "xTickLabelSpacing": "every district has its label",
    },
    "heatmap": {
        "calculate": "the SQL made the cells",
        "cellGap": _ALIKE,
        "color.reverse": "Grafana turns RdYlBu itself: blue is cold",
        "selectionMode": _NOTHING,
        "showValue": "cells are too small for numbers; the tooltip has them",
        "tooltip.mode": _ALIKE,
    },
    "geomap": {"view.lat": "mode `fit` looks for the boxes", "view.lon": "mode `fit` looks for the boxes"},
    "state-timeline": {
        "alignValue": _ALIKE,
        "legend.calcs": _ALIKE,
        "legend.displayMode": _ALIKE,
        "legend.placement": _ALIKE,
        "mergeValues": _ALIKE,
        "perPage": "there are four lines",
        "showValue": _ALIKE,
        "tooltip.mode": _ALIKE,
    },
    "text": {"mode": _ALIKE},
}


def _drawn() -> list[dict[str, Any]]:
    words = catalogues.words(domains.DASHBOARDS, languages.GERMAN)
    return [drawing.draw(dashboard, words) for dashboard in dashboard_list.DASHBOARDS]


def test_every_value_that_the_sdk_filled_in_has_a_reason() -> None:
    found = {name: set[str]() for name in REASONS}
    for drawn in _drawn():
        found["dashboard"] |= {path for path, _ in sdk_defaults.filled(drawn, sdk.Dashboard)}
        for panel in drawn["panels"]:
            if panel["type"] != "row":
                found["panel"] |= {path for path, _ in sdk_defaults.filled(panel, sdk.Panel)}
                options = sdk_defaults.filled(panel["options"], grafana_schema.OPTIONS[panel["type"]])
                found[panel["type"]] |= {path for path, _ in options}

    assert found == {name: set(reasons) for name, reasons in REASONS.items()}


def test_the_default_that_showed_the_whole_world_is_seen() -> None:
    drawn = grafana_schema.written(geomap.Options(view=geomap.MapViewConfig(id_val="fit", max_zoom=15)))

    assert "view.zoom" in {path for path, _ in sdk_defaults.filled(drawn, geomap.Options)}
