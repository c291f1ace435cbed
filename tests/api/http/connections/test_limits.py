"""How many connections fit into the files that a process may open."""

from __future__ import annotations

import resource

import pytest

from api.http.connections import limits
from kiezbox.settings import ApiSettings


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The limits of open files, as a process has them that is not the tests' own."""
    found = {"soft": 1024, "hard": 524_288}
    monkeypatch.setattr(resource, "getrlimit", lambda _: (found["soft"], found["hard"]))
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: found.update(soft=pair[0], hard=pair[1]))
    return found


def test_the_soft_limit_of_open_files_is_raised_as_far_as_needed(files: dict[str, int]) -> None:
    found = limits.of(ApiSettings(connections_max=2_000))

    assert found.connections_max == 2_000
    assert 2_000 + limits.BACKLOG < files["soft"] < 3_000
    assert files["hard"] == 524_288


def test_where_the_hard_limit_is_too_low_there_are_fewer_connections(
    files: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    files["hard"] = 1024

    found = limits.of(ApiSettings())

    assert found.connections_max == 1024 - limits.BACKLOG - 128
    assert "LimitNOFILE" in caplog.text


def test_an_unlimited_process_changes_nothing(files: dict[str, int]) -> None:
    files["soft"] = files["hard"] = resource.RLIM_INFINITY

    assert limits.of(ApiSettings()).connections_max == ApiSettings().connections_max
    assert files["soft"] == resource.RLIM_INFINITY


def test_an_address_has_never_more_than_all(files: dict[str, int]) -> None:
    assert limits.of(ApiSettings(connections_max=64)).connections_per_address == 64
    assert files["hard"] == 524_288
