"""The public address of the API: checked where the settings are read, used where links are made."""

import re
from urllib.parse import urlsplit

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]{1,64}){0,8}")  # letters that mean nothing in HTML, in a header or in a URL
_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_prefix(path: str) -> bool:
    """Whether links can begin with this path: nothing, or up to eight plain segments, without a slash at the end."""
    return _PREFIX.fullmatch(path) is not None


def public(url: str) -> str:
    """The address without a slash at its end and without the usual port. Raises ValueError for anything else."""
    found = urlsplit(url)
    path = found.path.rstrip("/")
    has_more = found.query or found.fragment or found.username is not None
    if found.scheme not in _DEFAULT_PORTS or not found.hostname or has_more or not is_prefix(path):
        raise ValueError("write scheme, host and path, for example https://daten.example/kiezbox")
    host = f"[{found.hostname}]" if ":" in found.hostname else found.hostname
    port = "" if found.port in {None, _DEFAULT_PORTS[found.scheme]} else f":{found.port}"
    return f"{found.scheme}://{host}{port}{path}"
