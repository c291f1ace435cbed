from __future__ import annotations

import pytest
from fastapi import Request

from api.http import paging
from api.http.problems import Problem
from kiezbox.settings import ApiSettings

SETTINGS = ApiSettings(page_limit=50, page_limit_max=100)


def request_of(query: bytes) -> Request:
    return Request({"type": "http", "path": "/v1/boxes", "query_string": query, "headers": []})


def test_the_limit_is_the_requested_one_or_the_setting() -> None:
    assert (paging.limit(None, SETTINGS), paging.limit(100, SETTINGS)) == (50, 100)


def test_more_than_the_setting_allows_is_a_problem_that_says_what_to_do() -> None:
    with pytest.raises(Problem, match="limit=100"):
        paging.limit(101, SETTINGS)


def test_the_link_keeps_every_other_parameter() -> None:
    link = paging.link(request_of(b"box=a&box=b&cursor=old"), "new")

    assert link == '</v1/boxes?box=a&box=b&cursor=new>; rel="next"'


def test_the_last_page_has_no_link() -> None:
    assert paging.link(request_of(b""), None) is None
