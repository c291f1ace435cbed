from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from api.maps.packs import adding, sources
from api.maps.packs.ranges import RangeReader
from crisis.places import packs
from kiezbox.errors import OperatorError
from tests.api.maps.support import packs as made
from tests.api.maps.support.range_server import Manners, serving
from tests.support import map_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SMALL = (13.342, 52.483, 13.345, 52.486)


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)


@pytest.fixture
def server() -> Iterator[tuple[str, Manners]]:
    with serving(map_data.file(map_data.TILES).read_bytes()) as found:
        yield found


def test_only_the_part_that_is_wanted_is_read(server: tuple[str, Manners], tmp_path: Path) -> None:
    url, manners = server
    with RangeReader(url) as read:
        source = sources.ArchiveSource(read)
        size = adding.choose(source, SMALL, 13, url)
        pack = adding.add_tiles(tmp_path / "map", made.wanted(source=url), source, size, lambda _done, _of: None)

        assert pack.count == source.count == 6  # one of each zoom from 8 to 13
        assert size < read.bytes_read < size + 300_000
    assert read.bytes_read < len(manners.content) / 2


def test_tiles_that_came_by_ranges_are_those_of_the_file(server: tuple[str, Manners], tmp_path: Path) -> None:
    with RangeReader(server[0]) as read:
        one = made.add(tmp_path / "one", sources.ArchiveSource(read))
    other = made.add(tmp_path / "other", made.archive(map_data.file(map_data.TILES)))

    assert one.digest == other.digest
    file = f"{one.folder}/{packs.TILES}"
    assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_tiles_that_lie_near_each_other_are_asked_for_at_once(server: tuple[str, Manners], tmp_path: Path) -> None:
    with RangeReader(server[0]) as read:
        made.add(tmp_path / "map", sources.ArchiveSource(read))

    assert len(server[1].asked) < 8  # header, metadata, directory, 22 tiles


def _whole(manners: Manners) -> None:
    manners.sends_parts = False


def _missing(manners: Manners) -> None:
    manners.statuses = [404]


def _elsewhere(manners: Manners) -> None:
    manners.shift = 5


def _changing(manners: Manners) -> None:
    manners.changes = True


def _broken(manners: Manners) -> None:
    manners.statuses = [503] * 10


@pytest.mark.parametrize(
    ("misbehave", "said"),
    [
        (_whole, "does not send parts of a file"),
        (_missing, "answers 404"),
        (_elsewhere, "sends another part than was asked for"),
        (_changing, "changed while it was read"),
        (_broken, "answers 503"),
    ],
)
def test_a_server_that_misbehaves_is_named(
    server: tuple[str, Manners],
    misbehave: Callable[[Manners], None],
    said: str,
    tmp_path: Path,
) -> None:
    misbehave(server[1])

    with RangeReader(server[0]) as read, pytest.raises(OperatorError, match=said):
        made.add(tmp_path / "map", sources.ArchiveSource(read))

    assert packs.read(tmp_path / "map") == ()


def test_a_server_that_fails_once_is_asked_again(server: tuple[str, Manners], tmp_path: Path) -> None:
    server[1].statuses = [503, 429]

    with RangeReader(server[0]) as read:
        assert made.add(tmp_path / "map", sources.ArchiveSource(read)).count == 22


def test_a_server_that_is_not_there_is_named() -> None:
    with serving(b"") as (url, _):
        pass

    with RangeReader(url) as read, pytest.raises(OperatorError, match="does not answer"):
        read(0, 127)


@pytest.mark.parametrize("url", ["http://", "http://[::1", "https://exa mple/"])
def test_what_is_no_address_is_named(url: str) -> None:

    with RangeReader(url) as read, pytest.raises(OperatorError):
        read(0, 127)
