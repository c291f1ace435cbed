"""What a real Grafana showed wrong, as checks of drawn panels, of SQL and of what is shown of both.

Each yields a sentence for each fault. Tests give them the pages of today, which have none, and panels as they were
(as_it_was.py), which have all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dashboards import options
from tests.dashboards.support import widths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dashboards.panel import Panel
    from tests.dashboards.support.shown import Rows

DASH = "\N{EN DASH}"  # of a value that is missing
_COLUMN_WIDTH = 150  # of a column that says nothing
_SMALLEST_VALUE, _LEAST_PADDING = 1e-9, 25
_FREEZING = -273.15
# Units in which Grafana adds no English word, no second space and no decimals of its own.
_UNITS = {None, "none", "locale", "percent", "celsius", "conμgm3", "degree"}
# What Grafana's own units say in every language.
_ENGLISH = re.compile(r"\b(seconds?|secs?|minutes?|mins|hours?|days?|weeks?|months?|years?|and|of|the|for|since|not)\b")
_CODE = re.compile(r"\[[\w ()-]+\]|\b[a-z0-9]+_[a-z0-9_]+\b")
_POINT = re.compile(r"\d\.\d{1,2}\b(?!\.)")
_NO_NUMBER = re.compile(r"\d\d\.\d\d\.|\d+\.\d{5}|\d+\.\d+\.\d+|18\.\d")  # dates, coordinates, versions
_CHOSEN = re.compile(r"(ARRAY\[)?\$\{(\w+):sqlstring\}(\]::text\[\])?")
_CONSTANT = {"language"}  # never empty


def of_panel(panel: Mapping[str, Any]) -> list[str]:
    """The faults that stand in a panel's JSON."""
    return [*_of_fields(panel), *_BY_KIND.get(panel["type"], lambda _: ())(panel)]


def of_page(panels: Iterable[Panel]) -> list[str]:
    """Maps that are a black square without boxes, and nothing beside them says why (G13): they ignore `noValue`."""
    known = list(panels)
    names = {panel.name for panel in known}
    return [
        f"G13: nothing says why {panel.name} is empty"
        for panel in known
        if panel.kind == "geomap" and panel.explained_by not in names
    ]


def of_statement(statement: str) -> list[str]:
    """Variables that leave a syntax error behind while there is nothing to choose from (G12)."""
    return [
        f"G12: {found[0]} may be empty"
        for found in _CHOSEN.finditer(statement)
        if found[2] not in _CONSTANT and not (found[1] and found[3])
    ]


def of_answer(panel: Mapping[str, Any], rows: Rows, answer: Mapping[str, Any]) -> list[str]:
    """The faults of what a German stat or table shows of its rows."""
    found = []
    for name, value, text, color in seen(panel, rows, answer):
        if value is None and text == DASH and color not in {"text", None}:
            found.append(f"G8: {name} is missing, in {color}")
        if foreign(text):
            found.append(f"{foreign(text)}: {name} says {text!r}")
    if panel["type"] == "stat" and rows.rows and len(answer["values"]) < len(_visible(panel, rows)):
        found.append(f"G2: {len(answer['values'])} of {len(_visible(panel, rows))} values")
    return found


def foreign(text: str) -> str:
    """Which fault a text of a German page has; empty when none."""
    if _CODE.search(text) or re.fullmatch("lan|mesh|lte|wifi", text):
        return "G11"
    plain = _NO_NUMBER.sub("", text)
    return "G9" if _ENGLISH.search(text) or "  " in text or _POINT.search(plain) else ""


def seen(panel: Mapping[str, Any], rows: Rows, answer: Mapping[str, Any]) -> Iterator[tuple[str, Any, str, str | None]]:
    """Each value that people see of a stat or a table: its field, the value itself, the text, its colour."""
    names = _visible(panel, rows)
    place = {name: index for index, name in enumerate(rows.kinds)}
    if panel["type"] == "stat":
        for name, value in zip(names, answer["values"], strict=False):
            yield name, rows.rows[0][place[name]] if rows.rows else None, value["text"], value["color"]
    elif panel["type"] == "table":
        for column in answer["columns"]:
            if (name := column["name"]) in names:
                for row, cell in zip(rows.rows, column["cells"], strict=True):
                    yield name, row[place[name]], cell["text"], cell["color"]


def _visible(panel: Mapping[str, Any], rows: Rows) -> list[str]:
    return [name for name in rows.kinds if not _is_hidden(_fields(panel).get(name, {}))]


def _is_hidden(field: Mapping[str, Any]) -> bool:
    return bool(field.get("custom.hidden") or field.get("custom.hideFrom", {}).get("viz"))


def _fields(panel: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a panel says of each field, by its name."""
    return {
        one["matcher"]["options"]: {each["id"]: each["value"] for each in one["properties"]}
        for one in panel.get("fieldConfig", {}).get("overrides", ())
        if one["matcher"]["id"] == "byName"
    }


def _of_fields(panel: Mapping[str, Any]) -> Iterator[str]:
    fields = _fields(panel)
    for name, field in {"": panel.get("fieldConfig", {}).get("defaults", {}), **fields}.items():
        if field.get("unit") not in _UNITS:
            yield f"G9: the unit {field['unit']!r} of {name} speaks English or writes two spaces"
        steps = field.get("thresholds", {}).get("steps", ())
        if steps and steps[0]["color"] != "text":
            yield f"G8: {name} has a colour, {steps[0]['color']}, where it has no value"


def _of_stat(panel: Mapping[str, Any]) -> Iterator[str]:
    reduce = panel["options"]["reduceOptions"]
    if reduce["values"] and "limit" in reduce:
        yield f"G2: {reduce['limit']} of all fields' values"


def _of_map(panel: Mapping[str, Any]) -> Iterator[str]:
    view = panel["options"]["view"]
    if view["id"] == "fit" and view["zoom"] < view["maxZoom"]:
        yield f"G3: it zooms in to {view['zoom']} at the most"
    if view["padding"] < _LEAST_PADDING:
        yield "G3: a box may lie at the edge"
    if panel["options"]["basemap"]["config"]["src"] != options.GROUND_PATH:
        yield "G4: its ground has no street, no district and no river"
    for layer in panel["options"]["layers"]:
        if layer["config"]["showLegend"] and "field" in layer["config"]["style"]["color"]:
            yield "G4: its legend has thresholds for words"


def _of_heat_map(panel: Mapping[str, Any]) -> Iterator[str]:
    if panel["options"].get("filterValues", {}).get("le", _SMALLEST_VALUE) >= _FREEZING:
        yield "G5: hours that froze are holes"
    color = panel["options"]["color"]
    if color["scheme"] == "RdYlBu" and color["reverse"]:  # Grafana turns this scheme round by itself
        yield "G6: cold is red"


def _of_table(panel: Mapping[str, Any]) -> Iterator[str]:
    custom = panel["fieldConfig"]["defaults"].get("custom", {})
    columns = []
    for name, field in _fields(panel).items():
        if not _is_hidden(field):
            width, least = field.get("custom.width"), field.get("custom.minWidth")
            columns.append((width, least or _COLUMN_WIDTH))
            wraps = custom.get("wrapText") and field.get("custom.cellOptions", {}).get("wrapText")
            if not (width or least) or not wraps:  # 12.2 and newer read the first, older ones the second
                yield f"G7: {name} does not say its width, or is cut"
    for window in (widths.PHONE, *widths.WINDOWS):
        room = widths.in_table(panel["gridPos"]["w"], window)
        if sum(widths.of_columns(columns, room)) > room + 0.01:
            yield f"G7: the last columns lie beyond the edge at {window} pixels"


def _of_bars(panel: Mapping[str, Any]) -> Iterator[str]:
    custom = panel["fieldConfig"]["defaults"]["custom"]
    if (custom.get("axisSoftMin"), custom.get("axisSoftMax")) != (0, 5):
        yield "G10: the axis goes to 100 where all is 0"
    for name, field in _fields(panel).items():
        if name != panel["options"]["xField"] and (field.get("unit"), field.get("decimals")) != ("none", 0):
            yield f"G10: the unit of {name} stands at every tick"


def _of_states(panel: Mapping[str, Any]) -> Iterator[str]:
    mapped = {
        value
        for field in _fields(panel).values()
        for mapping in field.get("mappings", ())
        if mapping["type"] == "value"
        for value in mapping["options"]
    }
    if "no_status" not in mapped:  # the row that its SQL returns instead
        yield "G13: it says nothing where it is empty"


_BY_KIND = {
    "stat": _of_stat,
    "geomap": _of_map,
    "heatmap": _of_heat_map,
    "table": _of_table,
    "barchart": _of_bars,
    "state-timeline": _of_states,
}
