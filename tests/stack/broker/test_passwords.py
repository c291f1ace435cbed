from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from stack.broker import passwords
from tests.conftest import absent

if TYPE_CHECKING:
    from pathlib import Path


def test_a_password_is_24_random_bytes() -> None:
    found = {passwords.new() for _ in range(100)}

    assert len(found) == 100
    assert {len(each) for each in found} == {32}


@pytest.mark.parametrize("password", ["plain", "mit Umlauten äöü", "x" * 100])
def test_hashes_are_of_their_password_alone(password: str) -> None:
    known = passwords.hashes(password)

    assert passwords.is_of(password, known)
    assert not passwords.is_of("another", known)
    assert passwords.hashes(password) != known


def test_hashes_of_two_passwords_are_taken_for_neither() -> None:
    one, other = passwords.hashes("one"), passwords.hashes("other")

    assert not passwords.is_of("one", type(one)(one.bcrypt, other.pbkdf2))
    assert not passwords.is_of("one", type(one)(other.bcrypt, one.pbkdf2))


def test_what_mosquitto_s_own_tool_writes_is_understood(tmp_path: Path) -> None:
    tool = shutil.which("mosquitto_passwd")
    if tool is None:
        absent("Mosquitto")
    file = tmp_path / "passwords"
    subprocess.run([tool, "-b", "-c", file, "anna", "secret"], check=True)
    name, _, pbkdf2 = file.read_text().strip().partition(":")

    known = type(passwords.hashes(""))(passwords.hashes("secret").bcrypt, pbkdf2)

    assert name == "anna"
    assert passwords.is_of("secret", known)
