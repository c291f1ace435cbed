from __future__ import annotations

import csv as standard
import io
from datetime import UTC, datetime

import pytest

from api.readings import csv
from api.readings.csv import Dialect


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cel", "Cel"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@x", "'@x"),
        ("-1+1", "'-1+1"),
        ('a,"b"', '"a,""b"""'),
        ("\r\nx", '"\'\r\nx"'),
        ("Grün", "Grün"),
    ],
)
def test_a_cell_is_quoted_where_it_must_be_and_never_a_formula(text: str, expected: str) -> None:
    assert csv.cell(text) == expected


def row(**values: object) -> dict[str, object]:
    at = datetime(2026, 11, 29, 18, 2, 47, 999_000, UTC)
    default = {"series": 1, "box": "71-01", "source": "core", "quantity": "temperature_outside", "unit": "Cel"}
    return {**default, "value": 20.5, "flag": 0, "measured_at": at, "received_at": at, **values}


def written(dialect: Dialect, *rows: dict[str, object]) -> str:
    encoder = csv.Encoder(dialect)
    return (encoder.begin() + encoder.add(rows) + encoder.end()).decode()


def test_the_default_is_the_standard() -> None:
    assert written(Dialect.RFC_4180, row()) == (
        "box,source,quantity,unit,value,flag,measured_at,received_at\r\n"
        "71-01,core,temperature_outside,Cel,20.5,,2026-11-29T18:02:47.999Z,2026-11-29T18:02:47.999Z\r\n"
    )


def test_german_excel_gets_its_mark_separator_commas_and_local_times() -> None:
    header, line, end = written(Dialect.EXCEL_DE, row(box="f8", value=-1e-07)).split("\r\n")

    assert header == (
        "\ufeffbox;source;quantity;unit;value;flag;measured_at (Europe/Berlin);received_at (Europe/Berlin)"
    )
    assert line == "f8;core;temperature_outside;Cel;-1e-07;;29.11.2026 19:02:47;29.11.2026 19:02:47"
    assert end == ""
    assert ";20,5;" in written(Dialect.EXCEL_DE, row())


def test_german_excel_takes_no_text_for_a_date_or_a_formula() -> None:
    text = written(Dialect.EXCEL_DE, row(box="01-05", unit="=1+1", source='3;"a'))

    (cells,) = list(standard.reader(io.StringIO(text), delimiter=";"))[1:]
    assert cells[:4] == ['="01-05"', '="3;""a"', "temperature_outside", "'=1+1"]


TABLE: dict[str, list[object]] = {
    "unit": ["Cel", "=1+1"],
    "at": [datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)],
    "avg": [20.5, None],
    "count": [3, 0],
    "is_by_message": [False, True],
}


def test_a_table_has_a_line_for_each_row_and_an_empty_cell_for_nothing() -> None:
    assert csv.table(TABLE).decode().split("\r\n") == [
        "unit,at,avg,count,is_by_message",
        "Cel,2026-10-25T01:30:00.000Z,20.5,3,false",
        "'=1+1,2026-07-01T00:00:00.000Z,,0,true",
        "",
    ]


def test_a_table_for_german_excel_has_its_times_in_berlin_s_zone() -> None:
    assert csv.table(TABLE, Dialect.EXCEL_DE).decode("utf-8-sig").split("\r\n")[:2] == [
        "unit;at (Europe/Berlin);avg;count;is_by_message",
        "Cel;25.10.2026 02:30:00;20,5;3;false",
    ]
