"""Everything that the code names has a text: event kinds, roles, modes, refusals, fields of forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from api.crisis import refusals
from api.crisis.staff import labels
from api.crisis.staff.labels import operation_log as log_labels
from crisis.accounts.factors import changes
from crisis.accounts.password_strength import Weakness
from crisis.model.contents import Certainty, Hazard, PointKind, Severity, Urgency
from crisis.model.event_bodies import KINDS, Source
from crisis.model.log_bodies import EntrySort, Priority, Quality, SealReason, StaffFunction, Way
from crisis.model.roles import Role
from crisis.state.views import DistressStatus
from crisis.trust.rights import Reason
from devices.readings import DistressKind, Mode, ReportKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (labels.EVENTS, [*KINDS, "caller_added", "caller_withdrew", "unread"]),
        (labels.HELD, Reason),
        (labels.ROLES, Role),
        (labels.SOURCES, Source),
        (labels.DISTRESS_KINDS, DistressKind),
        (labels.REPORT_KINDS, ReportKind),
        (labels.POINT_KINDS, PointKind),
        (labels.SEVERITIES, Severity),
        (labels.URGENCIES, Urgency),
        (labels.CERTAINTIES, Certainty),
        (labels.HAZARDS, Hazard),
        (labels.MODES, Mode),
        (labels.DISTRESS_STATES, DistressStatus),
        (labels.WEAKNESSES, Weakness),
        (log_labels.SORTS, EntrySort),
        (log_labels.WAYS, ["", *Way]),
        (log_labels.FUNCTIONS, ["", *StaffFunction]),
        (log_labels.PRIORITIES, Priority),
        (log_labels.QUALITIES, ["", *Quality]),
        (log_labels.SEAL_REASONS, SealReason),
    ],
)
def test_a_table_has_a_text_for_each_member_and_no_others(table: Mapping[Any, str], names: Iterable[str]) -> None:
    assert set(table) == set(names)


def test_every_change_of_factors_and_badges_has_a_text() -> None:
    assert changes.ALL - set(labels.ACCOUNT_CHANGES) == set()


def test_every_refusal_on_a_page_has_a_text() -> None:
    on_residents_pages_only = {"why_too_many", "why_too_large"}
    texts = {row.text for row in refusals.TABLE.values() if row.text}

    assert texts - set(labels.REFUSALS) == on_residents_pages_only
    assert set(labels.REFUSALS) - texts == set()


def test_every_field_of_a_form_that_can_be_wrong_has_a_label(pytestconfig: pytest.Config) -> None:
    folder = pytestconfig.rootpath / "api" / "crisis" / "staff" / "templates"
    forms = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("notice.html", "point.html"))
    fields = re.findall(r"""parts\.(?:line|area|choice|tick)\("\w+", "(\w+)\"""", forms)

    assert set(fields) - set(labels.FIELDS) == set()
