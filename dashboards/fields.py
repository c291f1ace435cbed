"""What Grafana calls field configuration: titles, units, words and colours of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.models import dashboard as sdk

from dashboards.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboards.columns import Column, Word
    from dashboards.panels import Panel
    from dashboards.texts import Language

_CUSTOM: dict[str, dict[str, Any]] = {
    "timeseries": {"lineWidth": 2, "fillOpacity": 8, "showPoints": "auto", "spanNulls": 3_600_000},
    "barchart": {"lineWidth": 1, "fillOpacity": 80},
    "state-timeline": {"lineWidth": 0, "fillOpacity": 75},
    "table": {"align": "auto", "inspect": False},
}


def of(panel: Panel, language: Language) -> sdk.FieldConfigSource:
    """The panel's field configuration."""
    defaults = sdk.FieldConfig(no_value=panel.why_empty.in_(language))
    defaults.custom = _CUSTOM.get(panel.kind)
    # A line chart names its lines by the query and so takes what its one column says as defaults.
    if panel.is_long:
        value = panel.columns[0]
        defaults.unit = unit(value, language)
        defaults.decimals = value.decimals
        return sdk.FieldConfigSource(defaults=defaults, overrides=[])
    overrides = [_override(panel, column, language) for column in panel.columns]
    return sdk.FieldConfigSource(defaults=defaults, overrides=overrides)


def unit(column: Column, language: Language) -> str | None:
    """The column's unit in Grafana's words."""
    if isinstance(column.unit, Text):
        said = column.unit.in_(language)
        return f"suffix: {said}" if said else "none"
    return column.unit


def mapping(words: Mapping[str, Word], language: Language) -> sdk.ValueMap:
    """The words of a column, as Grafana maps values."""
    return sdk.ValueMap(
        options={
            value: sdk.ValueMappingResult(text=word.text.in_(language), color=word.color, index=index)
            for index, (value, word) in enumerate(words.items())
        }
    )


def _override(panel: Panel, column: Column, language: Language) -> sdk.DashboardFieldConfigSourceOverrides:
    # The panel's own noValue is a sentence for a whole panel without rows: an empty cell is a dash.
    said: dict[str, Any] = {"displayName": column.title.in_(language), "noValue": "–"}  # noqa: RUF001 -- a dash, as Grafana's own
    if column.unit is not None:
        said["unit"] = unit(column, language)
    if column.decimals is not None:
        said["decimals"] = column.decimals
    if column.words:
        said["mappings"] = [mapping(column.words, language)]
    if column.steps:
        steps = [sdk.Threshold(value=bound, color=color) for bound, color in column.steps]
        said["thresholds"] = sdk.ThresholdsConfig(mode=sdk.ThresholdsMode.ABSOLUTE, steps=steps)
        said["color"] = sdk.FieldColor(mode=sdk.FieldColorModeId.THRESHOLDS)
    if panel.kind == "table" and (column.words or column.steps):
        said["custom.cellOptions"] = {"type": "color-text"}
    if column.link is not None:
        url = f"/d/{column.link}?var-box=${{__value.raw}}&${{__url_time_range}}"
        said["links"] = [{"title": "Box", "url": url}]
    if column.hidden:
        said["custom.hidden" if panel.kind == "table" else "custom.hideFrom"] = (
            True if panel.kind == "table" else {"viz": True, "legend": True, "tooltip": False}
        )
    properties = [sdk.DynamicConfigValue(id_val=name, value=value) for name, value in said.items()]
    return sdk.DashboardFieldConfigSourceOverrides(
        matcher=sdk.MatcherConfig(id_val="byName", options=column.name), properties=properties
    )
