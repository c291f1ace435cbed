"""Roles: who may do what."""

from __future__ import annotations

from crisis.model import roles
from crisis.model.roles import Right, Role


def test_admins_manage_boxes_admins_and_commanders_accounts_and_only_a_commander_declares_alone() -> None:
    assert [role for role in Role if roles.may(role, Right.MANAGE_BOXES)] == [Role.ADMIN]
    assert [role for role in Role if roles.may(role, Right.MANAGE_ACCOUNTS)] == [Role.COMMANDER, Role.ADMIN]
    assert [role for role in Role if roles.may(role, Right.SET_EMERGENCY_ALONE)] == [Role.COMMANDER]


def test_the_operation_log_is_printed_exported_and_sealed_by_operators_and_commanders_only() -> None:
    for right in (Right.EXPORT_LOG, Right.SEAL):
        assert [role for role in Role if roles.may(role, right)] == [Role.OPERATOR, Role.COMMANDER]
    assert [role for role in Role if not roles.may(role, Right.WRITE_LOG)] == [Role.VIEWER]
