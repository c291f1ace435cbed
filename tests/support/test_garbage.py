from __future__ import annotations

import socket

from tests.support import garbage


class Circle:
    def __init__(self) -> None:
        self.socket = socket.socket()
        self.itself = self


def test_what_is_open_in_a_circle_of_references_is_found() -> None:
    garbage.left_open()  # collects now, so that nothing is collected by itself within the next few lines
    Circle()

    (found,) = garbage.left_open()

    assert found.startswith("ResourceWarning: unclosed <socket.socket")


def test_what_was_closed_is_not() -> None:
    Circle().socket.close()

    assert garbage.left_open() == []
