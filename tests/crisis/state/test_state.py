"""The fold: any order, any repetition, any grouping of the same events is the same state."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from crisis.model.events import Event, Unread
from crisis.state.state import State
from tests.crisis.support.examples import NOW
from tests.crisis.support.strategies import fold, histories

AREAS = ("all", "district-71", "71-01", "berta")


def seen(state: State) -> list[object]:
    """Everything that readers can see of a state."""
    subjects: list[UUID | str] = [*(UUID(int=number) for number in range(1, 5)), *AREAS]
    return [
        state.area_modes(),
        [state.mode_at(area) for area in AREAS],
        state.seen_modes(),
        state.notices(),
        state.points(),
        state.distresses(),
        state.reports(),
        state.commands(),
        state.incidents.all(),
        state.incidents.cards(),
        [state.incidents.having(UUID(int=number)) for number in range(1, 5)],
        [state.history(subject) for subject in subjects],
        [state.by_receipt(code) for code in ("AAAA-AAAA", "BBBB-BBBB", "CCCC-CCCC")],
        state.latest,
        state.unread,
    ]


@given(histories.flatmap(lambda events: st.tuples(st.just(events), st.permutations(events))))
def test_the_order_of_arrival_does_not_matter(orders: tuple[list[Event], list[Event]]) -> None:
    first, second = map(fold, orders)

    assert first == second
    assert seen(first) == seen(second)


@given(histories, st.data())
def test_what_comes_again_changes_nothing(events: list[Event], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(events), max_size=20)) if events else []
    once, twice = fold(events), fold([*events, *again])

    assert once == twice
    assert seen(once) == seen(twice)


@given(histories, st.data())
def test_what_comes_again_says_that_it_changed_nothing(events: list[Event], data: st.DataObject) -> None:
    state = fold(events)
    version = state.version

    changed = [state.apply(each) for each in data.draw(st.permutations(events))]

    assert not any(changed)
    assert state.version == version


def merged(*states: State) -> State:
    """The state of a node that has the events of all these."""
    return fold(each for state in states for each in state.events())


@given(histories, st.data())
def test_merging_is_associative_and_commutative(events: list[Event], data: st.DataObject) -> None:
    shares = [[each for each in events if data.draw(st.booleans())] for _ in range(3)]
    a, b, c = ([*share] for share in shares)

    left = merged(merged(fold(a), fold(b)), fold(c))
    right = merged(merged(fold(c), fold(b)), fold(a))

    assert left == right
    assert seen(left) == seen(right)


@given(histories, st.data())
def test_reading_in_between_changes_nothing(events: list[Event], data: st.DataObject) -> None:
    state = State()
    for each in data.draw(st.permutations(events)):
        state.apply(each)
        seen(state)

    assert seen(state) == seen(fold(events))


def test_an_event_of_a_kind_that_nobody_knows_yet_is_counted_and_changes_nothing_else() -> None:
    unknown = Event(uuid4(), "hub", NOW, "anna", "drone_launched", Unread("drone_launched"))

    state = fold([unknown, unknown])

    assert state.unread == 1
    assert seen(state)[:-1] == seen(State())[:-1]


@given(histories, st.data())
def test_a_fork_goes_on_like_the_state_that_it_was_made_from_and_changes_nothing_of_it(
    events: list[Event], data: st.DataObject
) -> None:
    half = data.draw(st.integers(0, len(events)))
    state = fold(events[:half])
    before = seen(fold(events[:half]))

    made = state.fork()
    for event in events[half:]:
        made.apply(event)

    assert seen(made) == seen(fold(events))
    assert made == fold(events)
    assert seen(state) == before


def test_a_fork_shares_nothing_that_changes() -> None:
    state = State()

    made = state.fork()

    assert shared(state, made) == []


def shared(one: object, other: object, path: str = "state") -> list[str]:
    """The containers that two objects have in common, wherever they are."""
    if isinstance(one, dict | list | set) and one is other:
        return [path]
    if not hasattr(one, "__dict__") or callable(one):
        return []
    mine, theirs = vars(one), vars(other)
    return [place for name in mine for place in shared(mine[name], theirs[name], f"{path}.{name}")]
