"""Checks a database URL as libpq writes it, before anybody connects."""

from __future__ import annotations

import re

_PORT_MAX = 65535
_SERVER = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(?::(?P<port>\d*))?", re.ASCII)  # host, [IPv6]; port


def check(url: str) -> None:
    """Raise ValueError when this is no libpq URL. The error quotes nothing of it: it may hold a password."""
    scheme, separator, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres"} or not separator:
        raise ValueError("write a libpq URL: postgresql://user:password@host:5432/database")
    for server in re.split(r"[/?#]", rest)[0].rpartition("@")[2].split(","):
        found = _SERVER.fullmatch(server)
        if found is None or int(found["port"] or 1) not in range(1, _PORT_MAX + 1):
            raise ValueError("host and port make no sense (in a password write %2F %40 %3A %23 %3F for / @ : # ?)")
