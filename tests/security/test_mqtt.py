"""The broker part of docs/security.md; tests/stack/broker/test_rights.py tries these rights on real brokers."""

from __future__ import annotations

import pytest

from tests.security.support import tables, topics

TABLE = tables.read("topic")


@pytest.mark.parametrize("principal", topics.PRINCIPALS)
def test_the_table_says_what_each_principal_may(principal: str) -> None:
    said = {line: row[principal] for line, row in TABLE.rows.items()}

    assert said == {line: topics.cell(principal, line) for line in topics.LINES}


def test_every_principal_has_a_column() -> None:
    assert TABLE.columns == topics.PRINCIPALS


def test_nobody_may_anything_with_the_broker_s_own_topics() -> None:
    assert {cell for line, row in TABLE.rows.items() if line.startswith("$") for cell in row.values()} == {
        topics.NOTHING
    }
