"""Pages that are made once for everybody."""

from __future__ import annotations

from api.crisis.memory.shared_pages import SharedPage, SharedPages

PAGE = SharedPage(("minute 1",), '"etag"', "<html>")


def test_a_page_is_found_by_its_language_while_nothing_that_it_was_made_from_changes() -> None:
    pages = SharedPages()
    pages.keep("de", PAGE)

    assert pages.find("de", ("minute 1",)) is PAGE
    assert pages.find("de", ("minute 2",)) is None
    assert pages.find("tr", ("minute 1",)) is None
