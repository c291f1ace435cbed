"""A database as one of its roles sees it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from stack.embedded import postgres

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings


def as_role(settings: DatabaseSettings, role: str) -> DatabaseSettings:
    """The same database with another role.

    On the server of KIEZBOX_TEST_DATABASE_URL nobody knows the passwords of roles: there its user takes the role on.
    """
    url = urlsplit(settings.url.get_secret_value())
    given = urlsplit(os.environ.get("KIEZBOX_TEST_DATABASE_URL", ""))
    if url.netloc == given.netloc and _host(url.query) == _host(given.query):
        if role in {url.username, postgres.SUPERUSER}:
            return settings
        taken_on = f"options={quote(f'-c role={role}')}"
        changed = url._replace(query="&".join(part for part in (url.query, taken_on) if part))
    else:
        changed = url._replace(netloc=f"{role}@{url.netloc.rpartition('@')[2]}")
    return settings.model_copy(update={"url": SecretStr(changed.geturl())})


def _host(query: str) -> str:
    """Where the server's socket is, if its address stands in the query."""
    return next((part for part in query.split("&") if part.startswith("host=")), "")
