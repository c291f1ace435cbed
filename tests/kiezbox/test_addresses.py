from __future__ import annotations

import pytest
from pydantic import ValidationError

from kiezbox import addresses
from kiezbox.settings import ApiSettings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://daten.example", "https://daten.example"),
        ("https://daten.example/kiezbox/", "https://daten.example/kiezbox"),
        ("https://Daten.example:443/a/b", "https://daten.example/a/b"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_a_public_address_is_written_in_one_way(url: str, expected: str) -> None:
    assert addresses.public(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        *("daten.example", "ftp://daten.example", "https://", "https://a@daten.example", "https://daten.example/?a=b"),
        *('https://daten.example/"x', "https://daten.example/a b", "https://daten.example:port", "https://x//y"),
    ],
)
def test_what_is_no_public_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|port|scheme"):
        addresses.public(url)


def test_a_proxy_that_is_no_address_is_refused_with_its_text() -> None:
    with pytest.raises(ValidationError, match="proxy\\.example"):
        ApiSettings(trusted_proxies=("10.0.0.0/8", "proxy.example"))
