from __future__ import annotations

from stack.findings import Finding, Level


def test_a_finding_is_one_line_and_its_advice() -> None:
    found = Finding(Level.FAIL, "broker", "does not answer", "start it")

    assert str(found) == "fail  broker    does not answer\n                -> start it"
    assert found.as_json() == {"level": "fail", "part": "broker", "text": "does not answer", "advice": "start it"}
