from __future__ import annotations

import pytest

from crisis.alarm.apprise import divera, plugin


@pytest.mark.parametrize(
    ("status", "slug", "is_final"),
    [
        (200, None, None),
        (201, None, None),
        (302, "redirected", True),
        (400, "rejected", True),
        (401, "rejected", True),
        (408, "failed", False),
        (429, "limited", False),
        (500, "failed", False),
        (503, "failed", False),
        (100, "failed", False),
    ],
)
def test_an_answer_says_whether_to_try_again(status: int, slug: str | None, is_final: bool | None) -> None:
    failure = plugin.judged(status, None, 0.0)

    assert (failure and failure.slug, failure and failure.is_final) == (slug, is_final)


@pytest.mark.parametrize(
    ("status", "body", "slug"),
    [
        (201, b'{"id": 4711}', None),
        (201, b"", None),
        (204, b"", None),
        (200, b"", "failed"),  # nobody said that they took it
        (201, b"<html>Wartung</html>", "failed"),
        (200, b'{"success": false}', "rejected"),
    ],
)
def test_what_an_answer_says_counts_besides_its_status(status: int, body: bytes, slug: str | None) -> None:
    failure = plugin.said(status, body)

    assert (failure and failure.slug) == slug


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 30 Nov 2026 03:10:00 GMT", 60.0),
        ("Mon, 30 Nov 2026 03:00:00 GMT", 0.0),
        ("999999", 3600.0),
        ("bald", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(written: str | None, seconds: float | None) -> None:
    failure = plugin.judged(429, written, 1_796_008_140.0)

    assert failure is not None
    assert failure.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("host", "port", "found"),
    [
        ("", None, "https://app.example"),
        ("127.0.0.1", 8080, "http://127.0.0.1:8080"),
        ("hub.example", None, "https://hub.example"),
        ("hub.example", 8443, "https://hub.example:8443"),
    ],
)
def test_a_key_goes_over_an_encrypted_connection_or_stays_here(host: str, port: int | None, found: str) -> None:
    assert plugin.address(host, port, default="app.example") == found


def test_what_is_cut_says_so() -> None:
    assert divera.cut("Hilferuf H 17, Bezirk 71, Schöneberg", 30) == "Hilferuf H 17, Bezirk 71, Sch…"
    assert divera.cut("Hilferuf", 30) == "Hilferuf"
