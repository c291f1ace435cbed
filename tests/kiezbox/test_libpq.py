from __future__ import annotations

import pytest

from kiezbox import libpq


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://kiezbox@localhost/kiezbox",
        "postgres://kiezbox:pass%40word@db.example:5433/kiezbox?sslmode=require",
        "postgresql://kiezbox@[2001:db8::1]:5432/kiezbox",
        "postgresql://kiezbox@one:5432,two:5433/kiezbox",
        "postgresql:///kiezbox?host=/run/postgresql",
        "postgresql://",
    ],
)
def test_what_libpq_understands_is_accepted(url: str) -> None:
    libpq.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:5432",
        "mysql://kiezbox@localhost/kiezbox",
        "postgresql:/kiezbox",
        "postgresql://kiezbox@localhost:0/kiezbox",
        "postgresql://kiezbox@localhost:65536/kiezbox",
        "postgresql://kiezbox@localhost:54x/kiezbox",
        "postgresql://kiezbox@2001:db8::1/kiezbox",
        "postgresql://kiezbox:s3cret:more@host:1:2/kiezbox",
        "postgresql://kiezbox:s3cr/et@localhost/kiezbox",
        "postgresql://kiezbox:s3cr#et@localhost/kiezbox",
    ],
)
def test_a_mistake_is_found_and_nothing_of_the_url_is_quoted(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        libpq.check(url)

    assert "s3cr" not in str(raised.value)
    assert "localhost" not in str(raised.value)
