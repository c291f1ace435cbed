"""Roles: who may do what."""

from __future__ import annotations

from crisis.model import roles
from crisis.model.roles import Right, Role


def test_admins_manage_boxes_admins_and_commanders_accounts_and_only_a_commander_declares_alone() -> None:
    assert [role for role in Role if roles.may(role, Right.MANAGE_BOXES)] == [Role.ADMIN]
    assert [role for role in Role if roles.may(role, Right.MANAGE_ACCOUNTS)] == [Role.COMMANDER, Role.ADMIN]
    assert [role for role in Role if roles.may(role, Right.SET_EMERGENCY_ALONE)] == [Role.COMMANDER]
