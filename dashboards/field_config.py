"""What Grafana calls field configuration: titles, units, value mappings and thresholds of the fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.models import dashboard as sdk

from dashboards import colors, durations, hyphens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dashboards.fields import Field
    from dashboards.panel import Panel
    from translations.words import Words

PHONE_ROOM = 330  # pixels inside a table on a phone of 390, beside its scroll bar
_HOUR_MS = 3_600_000
_CUSTOM: dict[str, dict[str, Any]] = {
    "timeseries": {"lineWidth": 2, "fillOpacity": 8, "showPoints": "auto", "spanNulls": _HOUR_MS},
    # Where every bar is 0, the axis would go to 100.
    "barchart": {"lineWidth": 1, "fillOpacity": 80, "axisSoftMin": 0, "axisSoftMax": 5},
    "state-timeline": {"lineWidth": 0, "fillOpacity": 75},
    # A long text goes on in the next line instead of being cut: 12.2 and newer read it here, older ones in cellOptions.
    "table": {"align": "auto", "inspect": False, "wrapText": True, "wrapHeaderText": True},
}
_LIMIT_LINE = {
    "custom.lineStyle": {"fill": "dash", "dash": [10, 10]},
    "custom.fillOpacity": 0,
    "custom.showPoints": "never",
    "custom.spanNulls": True,
    "color": {"mode": "fixed", "fixedColor": colors.GREY},
}


def of(panel: Panel, words: Words) -> sdk.FieldConfigSource:
    """The panel's field configuration."""
    defaults = sdk.FieldConfig(no_value=words.text(panel.why_empty))
    # The base colour is that of what has no value at all: never one that says good or bad.
    steps = [sdk.Threshold(value=None, color=colors.GREY)]
    defaults.thresholds = sdk.ThresholdsConfig(mode=sdk.ThresholdsMode.ABSOLUTE, steps=steps)
    defaults.custom = _CUSTOM.get(panel.kind)
    # The lines of a long chart are named by its query, so the configuration of its one field stands in the defaults.
    if panel.is_long:
        value = panel.fields[0]
        defaults.unit = value.unit
        defaults.decimals = value.decimals
        limits = [] if panel.limits is None else [_matched("byRegexp", f"/^(?:{panel.limits})/", _LIMIT_LINE)]
        return sdk.FieldConfigSource(defaults=defaults, overrides=limits)
    fixed = _fixed(panel)
    return sdk.FieldConfigSource(
        defaults=defaults, overrides=[_override(panel, field, fixed, words) for field in panel.fields]
    )


def mappings(field: Field, words: Words) -> list[sdk.ValueMapping]:
    """A field's value mappings as Grafana's own types: whole values, values in brackets, durations."""
    found: list[sdk.ValueMapping] = []
    if field.mappings:
        found.append(
            sdk.ValueMap(
                options={
                    value: sdk.ValueMappingResult(text=mapped.written(words), color=mapped.color, index=index)
                    for index, (value, mapped) in enumerate(field.mappings.items())
                }
            )
        )
        found += [
            _pattern(rf"/^(.*)\[{_escaped(value)}\](.*)$/", mapped.color, f"$1{mapped.written(words)}$2")
            for value, mapped in field.mappings.items()
        ]
    return found + _of_steps(field)


def _of_words(field: Field, words: Words) -> list[sdk.ValueMapping]:
    """The colours of the words that a table's SQL has written (Panel.statement). Longer ones first: some end alike."""
    known = {hyphens.in_text(mapped.written(words)): mapped.color for mapped in field.mappings.values()}
    return [
        _pattern(rf"/^(?:.*[\s(])?{_escaped(word)}(?:[\s,:)].*)?$/", known[word])
        for word in sorted(known, key=lambda word: -len(word))
    ]


def _of_steps(field: Field) -> list[sdk.ValueMapping]:
    """The colours of durations, by their bounds."""
    found: list[sdk.ValueMapping] = []
    found += [_pattern(durations.at_least(seconds), color) for seconds, color in reversed(field.steps) if seconds]
    found += [_pattern("/^.+$/", color) for seconds, color in field.steps if not seconds]
    return found


def _pattern(pattern: str, color: str, text: str | None = None) -> sdk.RegexMap:
    result = sdk.ValueMappingResult(text=text, color=color)
    return sdk.RegexMap(options=sdk.DashboardRegexMapOptions(pattern=pattern, result=result))


def _escaped(value: str) -> str:
    """The value within a pattern of JavaScript, which knows fewer escapes than Python."""
    return re.sub(r"[.*+?^${}()|\[\]\\/]", r"\\\g<0>", value)


def _override(
    panel: Panel, field: Field, fixed: Collection[str], words: Words
) -> sdk.DashboardFieldConfigSourceOverrides:
    # The panel's own noValue is a sentence for a whole panel without rows: an empty cell is a dash, as Grafana's own.
    title = field.name if field.is_for_programs else words.text(field.title)
    properties: dict[str, Any] = {"displayName": title, "noValue": "\N{EN DASH}"}
    if field.unit is not None:
        properties["unit"] = field.unit
    if field.decimals is not None:
        properties["decimals"] = field.decimals
    if field.mappings or field.steps:
        properties["mappings"] = (
            [*_of_words(field, words), *_of_steps(field)] if panel.kind == "table" else mappings(field, words)
        )
    if field.thresholds:
        bounds = [sdk.Threshold(value=bound, color=color) for bound, color in field.thresholds]
        properties["thresholds"] = sdk.ThresholdsConfig(mode=sdk.ThresholdsMode.ABSOLUTE, steps=bounds)
        properties["color"] = sdk.FieldColor(mode=sdk.FieldColorModeId.THRESHOLDS)
    properties.update(_column(field, fixed) if panel.kind == "table" else {})
    if field.link is not None:
        url = f"/d/{field.link}?var-box=${{__data.fields.box}}&${{__url_time_range}}"
        properties["links"] = [{"title": "Box", "url": url}]
    if field.hidden and panel.kind != "table":
        properties["custom.hideFrom"] = {"viz": True, "legend": True, "tooltip": True}
    return _matched("byName", field.name, properties)


def _column(field: Field, fixed: Collection[str]) -> dict[str, Any]:
    """What a table's column has besides."""
    if field.hidden:  # the first for 12.1 and older, the second for newer ones
        return {"custom.hidden": True, "custom.hideFrom": {"viz": True}}
    colored = bool(field.mappings or field.thresholds or field.steps)
    return {
        "custom.width" if field.name in fixed else "custom.minWidth": field.width,
        "custom.cellOptions": {"type": "color-text" if colored else "auto", "wrapText": True},
    }


def _fixed(panel: Panel) -> frozenset[str]:
    """The columns of a table that keep their width: as few as possible, the narrowest.

    The others share what is left, each the same part (12.2 and newer), and none shrinks below its least width: a part
    has to be wide enough for the widest, or a phone scrolls sideways.
    """
    columns = sorted((field for field in panel.fields if not field.hidden), key=lambda field: -field.width)
    for count in range(len(columns), 0, -1):
        rest = columns[count:]
        if columns[0].width * count + sum(field.width for field in rest) <= PHONE_ROOM:
            return frozenset(field.name for field in rest)
    return frozenset(field.name for field in columns[1:])


def _matched(matcher: str, options: str, properties: dict[str, Any]) -> sdk.DashboardFieldConfigSourceOverrides:
    return sdk.DashboardFieldConfigSourceOverrides(
        matcher=sdk.MatcherConfig(id_val=matcher, options=options),
        properties=list(_values(properties)),
    )


def _values(properties: dict[str, Any]) -> Iterator[sdk.DynamicConfigValue]:
    for name, value in properties.items():
        yield sdk.DynamicConfigValue(id_val=name, value=value)
