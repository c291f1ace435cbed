"""Keys on disk: made once, for the node's own user alone."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest

from crisis.trust import keys
from crisis.trust.keys import DamagedKeyError, SigningKey

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "node.key"

    assert keys.load_or_make(path, tmp_path).public == keys.load_or_make(path, tmp_path).public
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["node.key"]


def test_of_many_that_make_it_at_once_all_get_the_same(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(keys.load_or_make(tmp_path / "node.key", tmp_path).public))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "content", ["", "kiezbox-key-1 ", "kiezbox-key-1 AAAA", "kiezbox-key-2 " + "A" * 43 + "=", "\0"]
)
def test_a_damaged_key_is_no_key_and_stays_where_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "node.key"
    path.write_text(content)

    with pytest.raises(DamagedKeyError):
        keys.load_or_make(path, tmp_path)

    assert path.read_text() == content


def test_a_fingerprint_can_be_compared_by_people() -> None:
    assert keys.fingerprint(SigningKey(bytes(32)).public) == "139e-3940-e64b-5491"


def test_a_key_does_not_show_itself() -> None:
    assert "AAAA" not in repr(SigningKey(bytes(32)))
    assert repr(SigningKey(bytes(32))) == "SigningKey(139e-3940-e64b-5491)"


def test_what_replaces_a_file_is_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o644)

    keys.replace_private(path, "new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_node_s_folder_that_is_made_with_the_one_for_its_key_is_private_too(tmp_path: Path) -> None:
    keys.make_folder(tmp_path / "node" / "trust", tmp_path)

    assert [stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "node", tmp_path / "node" / "trust")] == [
        0o700
    ] * 2
