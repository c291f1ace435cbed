from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.maps.tiles import decoding
from api.maps.tiles.decoding import BadTileError
from api.maps.tiles.schemas import Class, Schema
from tests.api.maps.support import made_tiles
from tests.devices.support.protobuf_bytes import field, varint

if TYPE_CHECKING:
    from api.maps.tiles.decoding import Feature

ALL = frozenset(Class)
COORDINATES = st.tuples(st.integers(-200, 4300), st.integers(-200, 4300))
RINGS = st.lists(st.lists(COORDINATES, min_size=3, max_size=12), min_size=1, max_size=5)


def decoded(raw: bytes) -> list[Feature]:
    return decoding.decode(raw, Schema.OPENMAPTILES, ALL)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tile_has_its_streets_names_and_water(pack: object) -> None:
    assert callable(pack)

    found = decoded(pack(made_tiles.small_tile()))

    assert [(each.class_, each.name) for each in found] == [
        (Class.STREET, ""),
        (Class.STREET_NAME, "Hauptstraße"),
        (Class.WATER, ""),
    ]
    assert found[0].parts == [[(0, 3000), (4096, 3000)]]


def test_after_a_ring_the_cursor_stays_at_its_last_point() -> None:
    rings = [[(10, 10), (20, 10), (20, 20)], [(30, 30), (40, 30), (40, 40)], [(0, 0), (5, 0), (5, 5), (0, 5)]]

    (found,) = decoded(made_tiles.lake(rings))

    assert found.parts == rings


@given(RINGS)
def test_every_vertex_is_kept(rings: list[list[tuple[int, int]]]) -> None:
    (found,) = decoded(made_tiles.lake(rings))

    assert found.parts == rings


@given(st.binary(max_size=400))
def test_any_bytes_are_a_tile_or_refused(raw: bytes) -> None:
    try:
        decoded(raw)
    except BadTileError as error:
        assert str(error)  # noqa: PT017 -- either end is right


def _with_geometry(numbers: list[int]) -> bytes:
    return made_tiles.layer("water", [(made_tiles.POLYGON, numbers, {})])


HOSTILE = {
    "ten-megabytes": b"\x1a" * 10_000_000,
    "ten-megabytes-of-zeros-in-gzip": gzip.compress(bytes(10_000_000)),
    "a-bomb": gzip.compress(bytes(300_000_000), 1),
    "a-huge-count": _with_geometry([1 | 536_870_911 << 3, 2, 2]),
    "a-command-that-does-not-exist": _with_geometry([5 | 1 << 3, 2, 2]),
    "a-varint-without-end": b"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    "a-length-beyond-the-end": field(3, b"")[:1] + varint(1 << 40),
    "too-many-vertices": _with_geometry([1 | 1 << 3, 2, 2, 2 | 200_000 << 3, *([2] * 400_000)]),
    "too-many-features": field(3, field(1, b"water") + field(2, b"") * 100_000),
    "a-property-that-is-not-there": field(
        3, field(1, b"water") + field(2, made_tiles.feature(made_tiles.POLYGON, [], [7, 9]))
    ),
    "gzip-that-is-cut-off": gzip.compress(made_tiles.small_tile())[:-9],
    "gzip-that-is-damaged": b"\x1f\x8b" + b"\x00" * 40,
    "a-picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_tile_is_refused_soon(name: str) -> None:
    raw = HOSTILE[name]
    before = time.process_time()

    with pytest.raises(BadTileError):
        decoded(raw)

    assert time.process_time() - before < 1  # 50 ms on a quiet machine (benchmarks/situation.py)


@pytest.mark.parametrize("count", [0, 1])
def test_a_line_or_ring_without_length_is_left_out(count: int) -> None:
    raw = made_tiles.lake([[(1, 1)] * count or [(1, 1), (2, 2)]])

    (found,) = decoded(raw)

    assert found.parts == []


def test_a_tile_without_content_is_empty() -> None:
    assert decoded(b"") == []
