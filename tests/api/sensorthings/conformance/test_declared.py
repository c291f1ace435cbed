from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import pytest

from tests.api.sensorthings import conformance
from tests.api.sensorthings.conftest import ROOT
from tests.api.sensorthings.support import requirements

if TYPE_CHECKING:
    import httpx

pytestmark = pytest.mark.slow


async def test_what_the_service_document_declares_is_tested_and_nothing_else(client: httpx.AsyncClient) -> None:
    for module in pkgutil.iter_modules(conformance.__path__):
        importlib.import_module(f"{conformance.__name__}.{module.name}")

    declared = (await client.get(ROOT)).json()["serverSettings"]["conformance"]

    assert sorted(declared) == sorted(requirements.TESTED)
