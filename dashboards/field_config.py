"""What Grafana calls field configuration: titles, units, value mappings and thresholds of the fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.models import dashboard as sdk

from dashboards.units import Suffix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboards.fields import Field
    from dashboards.mappings import MappedValue
    from dashboards.panel import Panel
    from translations.words import Words

_CUSTOM: dict[str, dict[str, Any]] = {
    "timeseries": {"lineWidth": 2, "fillOpacity": 8, "showPoints": "auto", "spanNulls": 3_600_000},
    "barchart": {"lineWidth": 1, "fillOpacity": 80},
    "state-timeline": {"lineWidth": 0, "fillOpacity": 75},
    "table": {"align": "auto", "inspect": False},
}


def of(panel: Panel, words: Words) -> sdk.FieldConfigSource:
    """The panel's field configuration."""
    defaults = sdk.FieldConfig(no_value=words.text(panel.why_empty))
    defaults.custom = _CUSTOM.get(panel.kind)
    # The lines of a long chart are named by its query, so the configuration of its one field stands in the defaults.
    if panel.is_long:
        value = panel.fields[0]
        defaults.unit = unit(value, words)
        defaults.decimals = value.decimals
        return sdk.FieldConfigSource(defaults=defaults, overrides=[])
    overrides = [_override(panel, field, words) for field in panel.fields]
    return sdk.FieldConfigSource(defaults=defaults, overrides=overrides)


def unit(field: Field, words: Words) -> str | None:
    """The field's unit as Grafana names it; None for a text."""
    if isinstance(field.unit, Suffix):
        suffix = words.text(field.unit.text)
        return f"suffix: {suffix}" if suffix else "none"
    return field.unit


def mapping(mappings: Mapping[str, MappedValue], words: Words) -> sdk.ValueMap:
    """A field's value mappings as Grafana's own type."""
    return sdk.ValueMap(
        options={
            value: sdk.ValueMappingResult(text=words.text(mapped.text), color=mapped.color, index=index)
            for index, (value, mapped) in enumerate(mappings.items())
        }
    )


def _override(panel: Panel, field: Field, words: Words) -> sdk.DashboardFieldConfigSourceOverrides:
    # The panel's own noValue is a sentence for a whole panel without rows: an empty cell is a dash, as Grafana's own.
    properties: dict[str, Any] = {"displayName": words.text(field.title), "noValue": "\N{EN DASH}"}
    if field.unit is not None:
        properties["unit"] = unit(field, words)
    if field.decimals is not None:
        properties["decimals"] = field.decimals
    if field.mappings:
        properties["mappings"] = [mapping(field.mappings, words)]
    if field.thresholds:
        steps = [sdk.Threshold(value=bound, color=color) for bound, color in field.thresholds]
        properties["thresholds"] = sdk.ThresholdsConfig(mode=sdk.ThresholdsMode.ABSOLUTE, steps=steps)
        properties["color"] = sdk.FieldColor(mode=sdk.FieldColorModeId.THRESHOLDS)
    if panel.kind == "table" and (field.mappings or field.thresholds):
        properties["custom.cellOptions"] = {"type": "color-text"}
    if field.link is not None:
        url = f"/d/{field.link}?var-box=${{__value.raw}}&${{__url_time_range}}"
        properties["links"] = [{"title": "Box", "url": url}]
    if field.hidden:
        properties["custom.hidden" if panel.kind == "table" else "custom.hideFrom"] = (
            True if panel.kind == "table" else {"viz": True, "legend": True, "tooltip": False}
        )
    values = [sdk.DynamicConfigValue(id_val=name, value=value) for name, value in properties.items()]
    return sdk.DashboardFieldConfigSourceOverrides(
        matcher=sdk.MatcherConfig(id_val="byName", options=field.name), properties=values
    )
