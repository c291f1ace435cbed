from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package", params=servers.NAMES)
def host(request: pytest.FixtureRequest, scratch: Path) -> Iterator[servers.Host]:
    """The server of each tier."""
    folder = scratch / "dashboards"
    folder.mkdir(exist_ok=True)
    with servers.open_host(request.param, folder) as host:
        yield host
