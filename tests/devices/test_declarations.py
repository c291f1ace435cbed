"""What devices announced: what is forgotten, and how much is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices import declarations
from devices.declarations import Declaration, Declarations, Entity, Presence

if TYPE_CHECKING:
    import pytest


def announced(topic: str, count: int = 1) -> Declaration:
    entities = tuple(Entity("ha-a", topic, f"n{number}", "core", None, None) for number in range(count))
    return Declaration("ha-a", entities, (Presence("ha-a", f"{topic}/there"),))


def test_what_was_announced_before_leaves_nothing_behind() -> None:
    known = Declarations()
    for number in range(100):
        known.learn("homeassistant/sensor/a/config", announced(f"t{number}"))

    assert [number for number in range(100) if known.knows(f"t{number}") or known.knows(f"t{number}/there")] == [99]
    assert (len(known._entities), len(known._presences)) == (1, 1)  # what a stranger could let grow
    known.learn("homeassistant/sensor/a/config", None)
    assert (len(known._entities), len(known._presences)) == (0, 0)


def test_two_announcements_of_a_topic_are_told_apart() -> None:
    known = Declarations()
    known.learn("homeassistant/sensor/a/config", announced("t"))
    known.learn("homeassistant/sensor/b/config", announced("t"))
    known.learn("homeassistant/sensor/a/config", None)

    assert [each.name for each in known.entities("t")] == ["n0"]


def test_no_more_values_are_remembered_than_a_neighbourhood_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "_VALUES_MAX", 10)
    known = Declarations()
    known.learn("homeassistant/sensor/a/config", announced("a", 6))
    known.learn("homeassistant/sensor/b/config", announced("b", 6))
    assert (known.knows("a"), known.knows("b")) == (True, False)

    known.learn("homeassistant/sensor/a/config", None)
    known.learn("homeassistant/sensor/b/config", announced("b", 6))

    assert (known.knows("a"), known.knows("b")) == (False, True)
