"""Frozen reports on the disk."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from api.crisis.staff.reports import kept
from api.crisis.staff.reports.kept import Frozen
from crisis.log.errors import Full, Unwritable

if TYPE_CHECKING:
    from pathlib import Path

REPORT = Frozen("report", "de", "hub", "anna", "2026-11-30T09:00:00Z", False, ("<p>Größe</p>", ""))


def test_what_is_kept_is_read_as_it_was(tmp_path: Path) -> None:
    content = kept.encoded(REPORT)
    path = kept.keep(tmp_path, content)

    assert kept.read(tmp_path, kept.digest(content)) == REPORT
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_entry_names_the_report_that_it_belongs_to() -> None:
    digest = kept.digest(b"x")

    assert kept.digest_in(f"abc {'0' * 64}\n{digest}") == digest
    assert kept.digest_in(f"{digest}0") is None


@pytest.mark.parametrize(("number", "expected"), [(errno.ENOSPC, Full), (errno.EROFS, Unwritable)])
def test_a_disk_that_takes_nothing_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Exception]
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(expected):
        kept.keep(tmp_path, kept.encoded(REPORT))

    assert list((tmp_path / kept.FOLDER).iterdir()) == []


@pytest.mark.parametrize(("limit", "value"), [("REPORTS_MAX", 1), ("BYTES_MAX", 1), ("_CONTENT_MAX", 10)])
def test_what_is_kept_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    kept.keep(tmp_path, kept.encoded(REPORT))
    monkeypatch.setattr(kept, limit, value)

    with pytest.raises(kept.TooManyError):
        kept.keep(tmp_path, kept.encoded(REPORT) + b" ")


@pytest.mark.parametrize("damage", [b"", b"no archive", b"\x1f\x8b\x08\x00"])
def test_a_damaged_file_is_known(tmp_path: Path, damage: bytes) -> None:
    content = kept.encoded(REPORT)
    kept.keep(tmp_path, content).write_bytes(damage)

    with pytest.raises(kept.ChangedError):
        kept.read(tmp_path, kept.digest(content))
