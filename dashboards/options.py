"""The options of a panel, as Grafana calls them, for each kind that we use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.models import (
    barchart,
    common,
    geomap,
    heatmap,
    stat,
    statetimeline,
    table,
    text,
    timeseries,
)

from dashboards import units

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.panel import Panel
    from translations.words import Words


NOTHING_HIDDEN = -1e9
TITLE_SIZE = 13  # pixels, of the names in stat panels
_ZOOM_MAX = 15
GROUND_PATH = "/maps/ground.geojson"
# The classes of the ground's features (api/maps), with colour, opacity of their area and width of their lines.
_GROUND = (
    ("water", "#5b8fb5", 0.45, 1),
    ("river", "#5b8fb5", 0, 2),
    ("motorway", "#8a8a8a", 0, 3),
    ("street", "#8a8a8a", 0, 1),
    ("bezirk", "#6e6e6e", 0.04, 2),
)
# °C. Fixed, because a scale that follows the data would paint the warmest day of a cold month red.
HEAT_RANGE = (-10, 40)


def of(panel: Panel, words: Words) -> object:
    """The options of a panel."""
    if panel.kind == "text":
        return text.Options(mode=text.TextMode.MARKDOWN, content=words.text(panel.why_empty))
    return _MAKERS[panel.kind](panel)


def _stat(panel: Panel) -> object:
    return stat.Options(
        graph_mode=common.BigValueGraphMode.NONE,
        color_mode=common.BigValueColorMode.VALUE,
        justify_mode=common.BigValueJustifyMode.AUTO,
        text_mode=common.BigValueTextMode.VALUE_AND_NAME,
        # Every field of the one row, texts too. With `values` a limit would count values over all fields, not rows.
        reduce_options=common.ReduceDataOptions(values=False, calcs=["lastNotNull"], fields="/.*/"),
        # Beside each other, the name above its value. Grafana would choose sizes at which the longest text stands in
        # one line: six pixels on a phone. With sizes of our own, texts go on in the next line.
        orientation=common.VizOrientation.VERTICAL,
        wide_layout=False,
        text=common.VizTextDisplayOptions(title_size=TITLE_SIZE, value_size=panel.value_size),
        percent_change_color_mode=common.PercentChangeColorMode.STANDARD,
    )


def _table(_panel: Panel) -> object:
    return table.Options(show_header=True, cell_height=common.TableCellHeight.SM)


def _legend() -> common.VizLegendOptions:
    return common.VizLegendOptions(
        show_legend=True,
        display_mode=common.LegendDisplayMode.TABLE,
        placement=common.LegendPlacement.BOTTOM,
        calcs=["min", "max"],  # the names of others are English
    )


def _timeseries(_panel: Panel) -> object:
    tooltip = common.VizTooltipOptions(mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING)
    return timeseries.Options(legend=_legend(), tooltip=tooltip)


def _states(_panel: Panel) -> object:
    legend = common.VizLegendOptions(
        show_legend=True, display_mode=common.LegendDisplayMode.LIST, placement=common.LegendPlacement.BOTTOM, calcs=[]
    )
    return statetimeline.Options(
        merge_values=True, row_height=0.8, show_value=common.VisibilityMode.AUTO, legend=legend, tooltip=_tooltip()
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions(mode=common.TooltipDisplayMode.SINGLE, sort=common.SortOrder.NONE)


def _bars(panel: Panel) -> object:
    legend = common.VizLegendOptions(
        show_legend=True, display_mode=common.LegendDisplayMode.LIST, placement=common.LegendPlacement.BOTTOM, calcs=[]
    )
    return barchart.Options(
        x_field=panel.fields[0].name,
        orientation=common.VizOrientation.HORIZONTAL,
        bar_width=0.97,
        group_width=0.7,
        show_value=common.VisibilityMode.ALWAYS,
        legend=legend,
        tooltip=_tooltip(),
    )


def _heat(_panel: Panel) -> object:
    return heatmap.Options(
        calculate=False,
        color=heatmap.HeatmapColorOptions(
            mode=heatmap.HeatmapColorMode.SCHEME,
            scheme="RdYlBu",
            reverse=False,  # Grafana turns this scheme itself: blue is cold
            fill="dark-orange",
            exponent=0.5,
            steps=64,
            min_val=HEAT_RANGE[0],
            max_val=HEAT_RANGE[1],
        ),
        cell_gap=1,
        # Grafana's own start hides all at or below 1e-9: every hour that froze.
        filter_values=heatmap.FilterValueRange(le=NOTHING_HIDDEN),
        cell_values=heatmap.CellValues(unit=units.IN_TITLE, decimals=1),
        rows_frame=heatmap.RowsHeatmapOptions(layout=common.HeatmapCellLayout.AUTO),
        y_axis=heatmap.YAxisConfig(reverse=True, axis_placement=common.AxisPlacement.LEFT),
        legend=heatmap.HeatmapLegend(show=True),
        tooltip=heatmap.HeatmapTooltip(mode=common.TooltipDisplayMode.SINGLE, y_histogram=False),
    )


def _map(_panel: Panel) -> object:
    style = {
        "color": {"field": "state", "fixed": "dark-green"},
        "size": {"fixed": 9, "min": 2, "max": 15},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
        "opacity": 0.9,
        "text": {"field": "box", "fixed": "", "mode": "field"},
        "textConfig": {"fontSize": 12, "offsetX": 0, "offsetY": 16, "textAlign": "center", "textBaseline": "middle"},
    }
    return geomap.Options(
        # `zoom` is the most that it zooms in: in mode `fit` it counts before `max_zoom`. The padding is a share of the
        # panel in percent, so that no box lies at the edge or under the scale.
        view=geomap.MapViewConfig(
            id_val="fit", zoom=_ZOOM_MAX, max_zoom=_ZOOM_MAX, padding=30, all_layers=False, layer="boxes"
        ),
        basemap=common.MapLayerOptions(type_val="geojson", name="ground", config=_ground()),
        layers=[
            common.MapLayerOptions(
                type_val="markers",
                name="boxes",
                # Its legend knows thresholds only: what the colours mean stands in the panel beside it, in words.
                config={"showLegend": False, "style": style},
                location=common.FrameGeometrySource(
                    mode=common.FrameGeometrySourceMode.COORDS, latitude="latitude", longitude="longitude"
                ),
                tooltip=True,
            )
        ],
        controls=geomap.ControlsOptions(show_zoom=True, mouse_wheel_zoom=True, show_attribution=False, show_scale=True),
        tooltip=geomap.TooltipOptions(mode=geomap.TooltipMode.DETAILS),
    )


def _ground() -> dict[str, Any]:
    """The map below: outlines, water and streets of our own API, from the address under which Grafana is seen.

    Tiles from outside would tell a server which city somebody looks at, and would be missing in a blackout. Greys that
    show on light and on dark pages alike.
    """
    return {
        "src": GROUND_PATH,
        "rules": [
            {
                "check": {"property": "class", "operation": "eq", "value": name},
                "style": {"color": {"fixed": color}, "opacity": opacity, "lineWidth": width},
            }
            for name, color, opacity, width in _GROUND
        ],
        "style": {"color": {"fixed": "#8a8a8a"}, "opacity": 0, "lineWidth": 1},
    }


_MAKERS: dict[str, Callable[[Panel], object]] = {
    "stat": _stat,
    "table": _table,
    "timeseries": _timeseries,
    "state-timeline": _states,
    "barchart": _bars,
    "heatmap": _heat,
    "geomap": _map,
}
