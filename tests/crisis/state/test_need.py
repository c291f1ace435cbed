"""The order of calls: by need, with the rule that says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.model import call_bodies
from crisis.model.event_bodies import DistressReceived, DistressTaken
from crisis.state import need
from crisis.state.need import Aid, Rule
from crisis.state.state import State
from devices.readings import DistressKind
from tests.crisis.support.examples import after, event

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.state.views import Distress

AFTER = timedelta(minutes=10)
NOW = after(300)


class Calls:
    """Calls, the first of them sent first, by a name for each."""

    def __init__(self) -> None:
        self.state = State()
        self.names: dict[UUID, str] = {}

    def send(self, name: str, seconds: float = 0, **said: Any) -> UUID:
        made = event(DistressReceived(**said), seconds, actor="resident")
        self.state.apply(made)
        self.names[made.id] = name
        return made.id

    def act(self, body: Any, seconds: float = 200) -> None:
        self.state.apply(event(body, seconds))

    @property
    def found(self) -> list[Distress]:
        return sorted(self.state.open_distresses(), key=lambda call: need.of(call, NOW, AFTER).order)

    @property
    def order(self) -> list[str]:
        return [self.names[call.id] for call in self.found]


def test_what_waits_too_long_goes_first_then_life_then_kind_then_people_then_time() -> None:
    calls = Calls()
    calls.send("late help", 20, kind=DistressKind.HELP)
    calls.send("early help", 10, kind=DistressKind.HELP)
    calls.send("many", 30, kind=DistressKind.HELP, people=12)
    calls.send("fire", 40, kind=DistressKind.FIRE)
    calls.send("medical", 50, kind=DistressKind.MEDICAL)
    calls.send("crime", 50, kind=DistressKind.CRIME)
    calls.send("breathing", 60, kind=DistressKind.HELP, text="Oma wird heimbeatmet, Akku noch 40 Minuten")
    calls.send("escalated", -900, kind=DistressKind.HELP)

    expected = ["escalated", "breathing", "medical", "fire", "crime", "many", "early help", "late help"]
    assert calls.order == expected
    rules = [need.of(call, NOW, AFTER).rule for call in calls.found[:3]]
    assert rules == [Rule.ESCALATED, Rule.LIFE_SUPPORT, Rule.KIND]


def test_whoever_is_helped_already_comes_after_those_who_wait() -> None:
    calls = Calls()
    taken = calls.send("taken", kind=DistressKind.MEDICAL, text="Beatmung")
    calls.send("waits", 20, kind=DistressKind.HELP)
    calls.act(DistressTaken(taken))

    assert calls.order == ["waits", "taken"]


def test_somebody_who_knows_better_goes_before_the_rule_and_back() -> None:
    calls = Calls()
    low = calls.send("low", kind=DistressKind.HELP)
    high = calls.send("high", kind=DistressKind.MEDICAL)
    calls.act(call_bodies.DistressPrioritized(low, 1))
    calls.act(call_bodies.DistressPrioritized(high, 4), 201)

    assert calls.order == ["low", "high"]
    assert need.of(calls.found[0], NOW, AFTER).rule is Rule.BY_HAND
    calls.act(call_bodies.DistressPrioritized(low, None), 202)
    calls.act(call_bodies.DistressPrioritized(high, None), 203)
    assert calls.order == ["high", "low"]


@pytest.mark.parametrize(
    ("text", "aid"),
    [
        ("Mein Mann ist am Beatmungsgerät", Aid.VENTILATION),
        ("HEIMBEATMUNG fällt aus", Aid.VENTILATION),
        ("my mother is on a ventilator", Aid.VENTILATION),
        ("solunum cihazı durdu", Aid.VENTILATION),  # noqa: RUF001 -- Turkish
        ("мама на апарате ИВЛ", Aid.VENTILATION),
        ("Notsauerstoff reicht 1 h", Aid.OXYGEN),
        ("il faut de l'oxygène", Aid.OXYGEN),
        ("potrzebny tlen", Aid.OXYGEN),
        ("потрібен кисень", Aid.OXYGEN),
        ("نحتاج أكسجين", Aid.OXYGEN),
        ("morgen Dialyse", Aid.DIALYSIS),
        ("necesita diálisis", Aid.DIALYSIS),
        ("Insulin wird warm", Aid.INSULIN),
        ("insülin bitti", Aid.INSULIN),
        ("İNSÜLİN BİTTİ", Aid.INSULIN),
        ("SOLUNUM CİHAZI DURDU", Aid.VENTILATION),
        ("Atemgera\u0308t piept", Aid.VENTILATION),  # as phones of one maker write an umlaut
        ("نفد الأنسولين", Aid.INSULIN),
        ("نحتاج إلى كهرباء للأكسجين", Aid.OXYGEN),
        ("sous assistance respiratoire", Aid.VENTILATION),
        ("Die Kinder bettlen um Essen", None),
        ("Der Bus kommt nicht", None),
        ("", None),
    ],
)
def test_what_keeps_somebody_alive_is_found_in_ten_languages(text: str, aid: Aid | None) -> None:
    assert need.aid_in(text) is aid


def test_what_keeps_somebody_alive_counts_when_it_is_added_later() -> None:
    calls = Calls()
    name = calls.send("help", kind=DistressKind.HELP, text="Wir brauchen Hilfe")
    calls.act(call_bodies.DistressNoted(name, "Mein Mann ist am Beatmungsgerät", call_bodies.CallerSaid.ADDED))

    (found,) = calls.found

    assert need.of(found, NOW, AFTER).rule is Rule.LIFE_SUPPORT
