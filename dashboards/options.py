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

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.panel import Panel
    from translations.words import Words


# °C. Fixed, because a scale that follows the data would paint the warmest day of a cold month red.
HEAT_RANGE = (-10, 40)


def of(panel: Panel, words: Words) -> object:
    """The options of a panel."""
    if panel.kind == "text":
        return text.Options(mode=text.TextMode.MARKDOWN, content=words.text(panel.why_empty))
    return _MAKERS[panel.kind](panel)


def _stat(_panel: Panel) -> object:
    return stat.Options(
        graph_mode=common.BigValueGraphMode.NONE,
        color_mode=common.BigValueColorMode.VALUE,
        text_mode=common.BigValueTextMode.VALUE_AND_NAME,
        # Every field of the one row, texts too.
        reduce_options=common.ReduceDataOptions(values=True, limit=1, calcs=["lastNotNull"], fields="/.*/"),
        orientation=common.VizOrientation.VERTICAL,
    )


def _table(_panel: Panel) -> object:
    return table.Options(show_header=True, cell_height=common.TableCellHeight.SM)


def _legend() -> common.VizLegendOptions:
    return common.VizLegendOptions(
        show_legend=True,
        display_mode=common.LegendDisplayMode.TABLE,
        placement=common.LegendPlacement.BOTTOM,
        calcs=["lastNotNull", "min", "max"],
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
            reverse=True,
            fill="dark-orange",
            exponent=0.5,
            steps=64,
            min_val=HEAT_RANGE[0],
            max_val=HEAT_RANGE[1],
        ),
        cell_gap=1,
        cell_values=heatmap.CellValues(unit="celsius", decimals=1),
        rows_frame=heatmap.RowsHeatmapOptions(layout=common.HeatmapCellLayout.AUTO),
        y_axis=heatmap.YAxisConfig(reverse=True, axis_placement=common.AxisPlacement.LEFT),
        legend=heatmap.HeatmapLegend(show=True),
        tooltip=heatmap.HeatmapTooltip(mode=common.TooltipDisplayMode.SINGLE, y_histogram=False),
    )


def _map(_panel: Panel) -> object:
    # Tiles would tell an outside server which city somebody looks at, and would be missing in a blackout: the base
    # layer is the outline of countries that Grafana itself brings.
    base: dict[str, Any] = {"src": "public/maps/countries.geojson"}
    style = {
        "color": {"field": "state", "fixed": "dark-green"},
        "size": {"fixed": 9, "min": 2, "max": 15},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
        "opacity": 0.9,
        "text": {"field": "box", "fixed": "", "mode": "field"},
        "textConfig": {"fontSize": 12, "offsetX": 0, "offsetY": 16, "textAlign": "center", "textBaseline": "middle"},
    }
    return geomap.Options(
        view=geomap.MapViewConfig(id_val="fit", padding=15, max_zoom=15, all_layers=False, layer="boxes"),
        basemap=common.MapLayerOptions(type_val="geojson", name="countries", config=base),
        layers=[
            common.MapLayerOptions(
                type_val="markers",
                name="boxes",
                config={"showLegend": True, "style": style},
                location=common.FrameGeometrySource(
                    mode=common.FrameGeometrySourceMode.COORDS, latitude="latitude", longitude="longitude"
                ),
                tooltip=True,
            )
        ],
        controls=geomap.ControlsOptions(show_zoom=True, mouse_wheel_zoom=True, show_attribution=False, show_scale=True),
        tooltip=geomap.TooltipOptions(mode=geomap.TooltipMode.DETAILS),
    )


_MAKERS: dict[str, Callable[[Panel], object]] = {
    "stat": _stat,
    "table": _table,
    "timeseries": _timeseries,
    "state-timeline": _states,
    "barchart": _bars,
    "heatmap": _heat,
    "geomap": _map,
}
