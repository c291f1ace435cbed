"""Who may do what: one table."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    RESPONDER = "responder"
    COMMANDER = "commander"
    ADMIN = "admin"


class Right(StrEnum):
    """Something that only some roles may do."""

    SEE = "see"  # the staff's pages: reports and calls show what residents wrote
    EDIT_NOTICES = "edit_notices"
    EDIT_POINTS = "edit_points"
    ANSWER_REPORTS = "answer_reports"
    HANDLE_DISTRESS = "handle_distress"
    SET_MODE = "set_mode"  # any but emergency; and propose or confirm an emergency
    SET_EMERGENCY_ALONE = "set_emergency_alone"
    MANAGE_ACCOUNTS = "manage_accounts"
    REQUIRE_FACTORS = "require_factors"  # say which roles need a second factor at the hub
    MANAGE_BOXES = "manage_boxes"  # register, rename, move and retire them
    WRITE_LOG = "write_log"  # enter something into the operation log, strike a line through
    EDIT_INCIDENTS = "edit_incidents"  # incidents, what is linked to them, tasks and units
    SEAL = "seal"  # take over the keeping of the operation log, and seal it
    MANAGE_DUTY = "manage_duty"  # say who is on duty, and try the channels
    SILENCE_ALARMS = "silence_alarms"  # any but those of calls for help
    EXPORT_LOG = "export_log"  # print and export it: it holds what residents said about their health


_OPERATOR = {
    *(Right.SEE, Right.EDIT_NOTICES, Right.EDIT_POINTS, Right.ANSWER_REPORTS, Right.SET_MODE),
    *(Right.WRITE_LOG, Right.EDIT_INCIDENTS, Right.SILENCE_ALARMS),
}
_RESPONDER = {Right.SEE, Right.ANSWER_REPORTS, Right.HANDLE_DISTRESS, Right.WRITE_LOG, Right.EDIT_INCIDENTS}
_COMMANDER = {Right.SET_EMERGENCY_ALONE, Right.REQUIRE_FACTORS, Right.MANAGE_ACCOUNTS, Right.MANAGE_DUTY}
_KEEPER = {Right.SEAL, Right.EXPORT_LOG}  # not the admin's, who is there for the machines

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.SEE}),
    Role.OPERATOR: frozenset(_OPERATOR | _KEEPER),
    Role.RESPONDER: frozenset(_RESPONDER),
    # Whoever commands at night must be able to close a stolen account, and to let in whoever comes to help.
    Role.COMMANDER: frozenset(_OPERATOR | _RESPONDER | _KEEPER | _COMMANDER),
    # An admin could make an account of any role anyway; only declaring an emergency alone is left to commanders.
    Role.ADMIN: frozenset(_OPERATOR | _RESPONDER | {Right.MANAGE_ACCOUNTS, Right.MANAGE_BOXES, Right.MANAGE_DUTY}),
}


def may(role: Role, right: Right) -> bool:
    """Whether an account of this role has this right."""
    return right in RIGHTS[role]
