from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from api.maps.disk_cache import DiskCache

if TYPE_CHECKING:
    from pathlib import Path


def picture(letter: str) -> bytes:
    return gzip.compress(letter.encode(), mtime=0)


ONE = len(picture("a"))


def test_a_kept_picture_comes_back_also_after_a_start(tmp_path: Path) -> None:
    DiskCache(tmp_path / "cache", 1000).put("v1-a", picture("a"))

    assert DiskCache(tmp_path / "cache", 1000).get("v1-a") == picture("a")
    assert DiskCache(tmp_path / "cache", 1000).get("v1-b") is None


def test_the_picture_that_was_unused_longest_goes_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 2 * ONE)
    cache.put("v1-a", picture("a"))
    cache.put("v1-b", picture("b"))
    assert cache.get("v1-a")

    cache.put("v1-c", picture("c"))

    assert [cache.get(f"v1-{key}") is not None for key in "abc"] == [True, False, True]
    assert cache.bytes == 2 * ONE == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_the_order_of_use_outlasts_a_start(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 2 * ONE)
    for at, key in enumerate("ab"):
        cache.put(f"v1-{key}", picture(key))
        os.utime(tmp_path / f"v1-{key}.svg.gz", (at + 1, at + 1))
    assert cache.get("v1-a")  # later than b now

    again = DiskCache(tmp_path, 2 * ONE)
    again.put("v1-c", picture("c"))

    assert [again.get(f"v1-{key}") is not None for key in "abc"] == [True, False, True]


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b", b"<svg/>"])
def test_a_damaged_picture_is_forgotten(tmp_path: Path, damage: bytes) -> None:
    DiskCache(tmp_path, 1000).put("v1-a", picture("a"))
    (tmp_path / "v1-a.svg.gz").write_bytes(damage)

    cache = DiskCache(tmp_path, 1000)

    assert cache.get("v1-a") is None
    assert list(tmp_path.iterdir()) == []
    assert cache.bytes == 0


def test_pictures_of_other_maps_are_removed(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 1000)
    cache.put("v1-a", picture("a"))
    cache.put("v2-a", picture("b"))

    cache.keep_only("v2")

    assert (cache.get("v1-a"), cache.get("v2-a")) == (None, picture("b"))


def test_what_a_power_failure_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "v1-a.svg.gz.new").write_bytes(b"half")

    assert DiskCache(tmp_path, 1000).get("v1-a") is None
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_costs_only_the_keeping(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    cache = DiskCache(tmp_path / "file" / "cache", 1000)

    cache.put("v1-a", picture("a"))
    cache.put("v1-b", picture("b"))

    assert cache.get("v1-a") is None
    assert [record.message for record in caplog.records] == ["drawn maps cannot be kept, they are drawn each time"]
