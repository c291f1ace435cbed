"""Every code that the SQL may return has its words."""

from __future__ import annotations

from crisis.model.incidents.contents import IncidentSort
from dashboards import mappings
from devices import limits
from devices.readings import Clock, DistressKind, Mode, ReportKind
from kiezbox.errors import Reason
from kiezbox.metrics import MaintenancePart


def test_each_reason_of_a_reject_has_words() -> None:
    assert set(mappings.REASONS) == {str(reason) for reason in Reason}


def test_each_part_of_maintenance_has_words() -> None:
    assert {str(part) for part in MaintenancePart} <= set(mappings.PARTS)


def test_each_kind_of_call_and_report_has_words() -> None:
    kinds = {f"distress-{kind}" for kind in DistressKind} | {f"report-{kind}" for kind in ReportKind}

    assert kinds <= set(mappings.WAITING)


def test_each_sort_of_incident_has_words() -> None:
    assert {str(sort) for sort in IncidentSort} == set(mappings.INCIDENTS)


def test_each_limit_has_words() -> None:
    named = {f"{limit.quantity}-{limit.source}-{limit.averaging_time}" for limit in limits.LIMITS}

    assert named == set(mappings.LIMITS)


def test_each_class_of_a_value_that_is_shown_has_words() -> None:
    shown = {each.name for each in limits.CLASSES if each.statistic in {"newest", "day_mean"}}

    assert shown <= set(mappings.CLASSES)


def test_each_mode_and_what_sets_a_clock_has_words() -> None:
    assert {str(mode) for mode in Mode} <= set(mappings.MODES)
    assert {str(clock) for clock in Clock} == set(mappings.CLOCKS)
