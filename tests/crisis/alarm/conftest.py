"""Servers of others, and the apprise process that the tests of a module share: it takes seconds to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from crisis.alarm.apprise.process import AppriseProcess
from tests.crisis.alarm.support import services

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.crisis.alarm.support.services import HttpService, MailServer


@pytest.fixture
def service() -> Iterator[HttpService]:
    with services.http_service() as service:
        yield service


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with services.mail_server() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def apprise() -> AsyncIterator[AppriseProcess]:
    process = AppriseProcess()
    yield process
    await process.close()
