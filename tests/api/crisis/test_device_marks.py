"""Marks by which limits tell phones apart: what they hold, when they count, and that they are scarce."""

from __future__ import annotations

import pytest
from fastapi import Request, Response

from api.crisis.device_marks import COOKIE, NEW_MARKS, SECONDS, YOUNG_SECONDS, DeviceMarks


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def marks(clock: Clock) -> DeviceMarks:
    return DeviceMarks(clock)


def request(cookie: str = "", address: str = "10.0.0.1", scheme: str = "http") -> Request:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
    return Request(
        {
            "type": "http",
            "headers": headers,
            "client": (address, 1),
            "scheme": scheme,
            "path": "/crisis",
            "query_string": b"",
            "server": ("box", 80),
        }
    )


def given(marks: DeviceMarks, of: Request) -> str:
    """The Set-Cookie header that comes with a page, or ""."""
    response = Response()
    marks.give(of, response)
    return response.headers.get("set-cookie", "")


def value(header: str) -> str:
    return header.partition("=")[2].partition(";")[0]


def test_a_mark_counts_after_a_moment_and_for_an_hour(marks: DeviceMarks, clock: Clock) -> None:
    mark = value(given(marks, request()))
    counted = []
    for seconds in (0, YOUNG_SECONDS - 1, YOUNG_SECONDS, SECONDS, SECONDS + 1):
        clock.now = 1_000.0 + seconds
        counted.append(marks.of(request(mark)))

    assert counted == ["", "", mark, mark, ""]


def test_a_mark_holds_nothing_but_a_time_a_number_and_a_signature(marks: DeviceMarks) -> None:
    header = given(marks, request())
    made, number, signature = value(header).split(".")

    assert (int(made, 16), len(number), len(signature)) == (1_000, 12, 32)
    assert "HttpOnly" in header
    assert "Path=/crisis" in header
    assert "SameSite=lax" in header
    assert f"Max-Age={SECONDS}" in header
    assert "Secure" not in header
    assert "Secure" in given(marks, request(scheme="https"))


def test_a_phone_with_a_mark_gets_no_other_until_it_is_nearly_over(marks: DeviceMarks, clock: Clock) -> None:
    mark = value(given(marks, request()))
    clock.now += SECONDS * 0.7
    early = given(marks, request(mark))
    clock.now += SECONDS * 0.2

    assert early == ""
    assert value(given(marks, request(mark))) not in {"", mark}


@pytest.mark.parametrize("change", ["time", "number", "signature", "nonsense", "long"])
def test_nobody_makes_a_mark_of_their_own(marks: DeviceMarks, clock: Clock, change: str) -> None:
    mark = value(given(marks, request()))
    made, number, signature = mark.split(".")
    forged = {
        "time": f"{int(made, 16) + 1:x}.{number}.{signature}",
        "number": f"{made}.{number[::-1]}.{signature}",
        "signature": f"{made}.{number}.{signature[::-1]}",
        "nonsense": "x",
        "long": "a" * 5_000,
    }[change]
    clock.now += 60

    assert marks.of(request(mark)) == mark
    assert marks.of(request(forged)) == ""
    assert DeviceMarks(clock).of(request(mark)) == ""  # of another process


def test_deleting_the_cookie_again_and_again_soon_gives_no_more_marks(marks: DeviceMarks) -> None:
    found = [given(marks, request()) for _ in range(10_000)]

    assert sum(bool(each) for each in found) == NEW_MARKS.burst
    assert given(marks, request(address="10.0.0.2"))


def test_ten_thousand_addresses_and_more_do_not_grow_what_is_remembered(marks: DeviceMarks) -> None:
    for number in range(12_000):
        given(marks, request(address=f"10.0.{number // 256}.{number % 256}"))

    assert len(marks._new) == 10_000
