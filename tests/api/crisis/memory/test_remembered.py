"""What follows from the state is made once."""

from __future__ import annotations

from api.crisis.memory.remembered import Remembered


def test_a_value_is_made_again_only_when_its_basis_changes() -> None:
    made: list[int] = []
    remembered: Remembered[int] = Remembered()

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [remembered.of("x", basis, make) for basis in ("a", "a", "b", "b", "a")] == [0, 0, 1, 1, 2]


def test_each_name_has_a_value_of_its_own() -> None:
    remembered: Remembered[str] = Remembered()

    assert [remembered.of(name, None, lambda name=name: name) for name in ("x", "y", "x")] == ["x", "y", "x"]  # type: ignore[misc]  # mypy knows no types of defaults
