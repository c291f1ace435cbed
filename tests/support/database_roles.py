"""A database as one of its roles sees it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings


def as_role(settings: DatabaseSettings, role: str) -> DatabaseSettings:
    """The same database with another role; as it is on a server that was given, whose passwords nobody knows."""
    if os.environ.get("KIEZBOX_TEST_DATABASE_URL"):
        return settings
    url = urlsplit(settings.url.get_secret_value())
    where = url.netloc.rpartition("@")[2]
    return settings.model_copy(update={"url": SecretStr(url._replace(netloc=f"{role}@{where}").geturl())})
