from __future__ import annotations

from dashboards import differences


def test_what_grafana_adds_is_no_difference_and_what_it_lost_is_one() -> None:
    wanted = {"a": 1, "list": [{"x": True, "off": False}]}

    assert differences.find(wanted, {"a": 1, "list": [{"x": True, "more": 1}], "id": 4}) == []
    assert differences.find(wanted, {"a": 2, "list": []}) == ["a", "list"]
    assert differences.find(wanted, {"a": True, "list": [{"x": True}]}) == ["a"]
    assert differences.find({"t": "x"}, {}) == ["t"]
