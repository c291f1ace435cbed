"""The database part of docs/security.md; tests/storage/test_roles.py tries each of these rights on real servers."""

from __future__ import annotations

from storage import rights
from storage.rights import Role
from tests.security.support import tables

TABLE = tables.read("relation")


def test_the_table_is_what_migrate_grants() -> None:
    said = {
        relation: {Role(role): cell for role, cell in row.items() if cell != tables.NOTHING}
        for relation, row in TABLE.rows.items()
    }

    assert said == rights.RIGHTS


def test_every_role_has_a_column() -> None:
    assert TABLE.columns == tuple(Role)
