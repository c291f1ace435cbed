"""Roles: who may do what."""

from __future__ import annotations

from crisis.model import roles
from crisis.model.roles import Right, Role


def test_only_an_admin_manages_accounts_and_boxes_and_only_a_commander_declares_alone() -> None:
    assert [role for role in Role if roles.may(role, Right.MANAGE_BOXES)] == [Role.ADMIN]
    assert [role for role in Role if roles.may(role, Right.MANAGE_ACCOUNTS)] == [Role.ADMIN]
    assert [role for role in Role if roles.may(role, Right.SET_EMERGENCY_ALONE)] == [Role.COMMANDER]
