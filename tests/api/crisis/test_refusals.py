"""The table of refusals: complete, and the same for programs and for pages."""

from __future__ import annotations

import pytest

from api.crisis import refusals
from api.crisis.refusals import TABLE, Reason
from api.http import problems
from api.http.problems import Slug
from crisis.log.errors import Full, NotKept, Unwritable
from crisis.state.rules import Refusal, Why


def test_every_reason_has_a_row() -> None:
    assert set(TABLE) == {*Why, *Reason}


def test_a_slug_has_one_text() -> None:
    found = {(row.slug, row.text) for reason, row in TABLE.items() if isinstance(reason, Reason) and row.slug}

    assert len({slug for slug, _ in found}) == len(found)


@pytest.mark.parametrize(
    ("why", "status", "slug"),
    [
        (Why.NOT_ALLOWED, 403, Slug.REFUSED),
        (Why.BAD_VALUE, 422, Slug.REFUSED),
        (Why.UNKNOWN, 404, Slug.UNKNOWN_THING),
        (Why.IS_TAKEN, 409, Slug.REFUSED),
    ],
)
def test_a_command_that_the_node_refuses_is_a_problem_for_programs(why: Why, status: int, slug: Slug) -> None:
    problem = refusals.refused(Refusal(why, "cem"))

    assert (problem.status, problem.slug, problem.title) == (status, slug, "Not done")
    assert problem.extra == {"why": why.value, "about": "cem"}
    assert "{" not in problem.detail


@pytest.mark.parametrize(
    ("error", "status", "slug", "retry", "call_retry"),
    [
        (Full("no room"), 507, Slug.DISK_FULL, "60", None),
        (Unwritable("read-only"), 503, Slug.NOT_KEPT, "5", "30"),
    ],
)
def test_what_the_disk_does_not_take_is_told_to_everybody_and_residents_are_told_to_call_112(
    error: NotKept, status: int, slug: Slug, retry: str, call_retry: str | None
) -> None:
    for_staff, for_residents = refusals.problem(refusals.not_kept(error)), refusals.call_not_kept(error)

    assert (for_staff.status, for_residents.status) == (status, status)
    assert (for_staff.slug, for_residents.slug) == (slug, slug)
    assert (for_staff.headers or {}).get("Retry-After") == retry
    assert (for_residents.headers or {}).get("Retry-After") == call_retry
    assert "112" in for_residents.detail
    assert refusals.text_of(for_staff) == refusals.text_of(for_residents)


def test_too_many_requests_say_when_to_come_back() -> None:
    problem = refusals.too_many(49.2)

    assert (problem.status, problem.slug, problem.headers) == (429, Slug.TOO_MANY_REQUESTS, {"Retry-After": "50"})
    assert "in 50 s" in problem.detail


def test_a_row_without_a_title_is_the_bare_status() -> None:
    problem = refusals.problem(Reason.NOT_FOUND)

    assert (problem.title, problem.detail) == (problems.plain(404).title, problems.plain(404).detail)


def test_a_page_says_what_it_can_about_any_problem() -> None:
    found = [refusals.text_of(each) for each in (problems.plain(404), problems.plain(403), problems.plain(413))]

    assert found == ["problem_not_found", "why_not_allowed", ""]
