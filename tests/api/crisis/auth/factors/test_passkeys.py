"""Where browsers make passkeys. The ceremonies are tried in a real browser (staff/factors/test_browser.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import Request

from api.assembly import SETTINGS
from api.crisis.auth.factors import passkeys
from api.crisis.auth.factors.passkeys import Site
from kiezbox.settings import ApiSettings

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application


@pytest.mark.parametrize(
    ("public", "site"),
    [
        ("https://hub.example.org/kiezbox", Site("hub.example.org", "https://hub.example.org")),
        ("https://hub.example.org:8443", Site("hub.example.org", "https://hub.example.org:8443")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://hub.example.org", None),
        ("https://10.0.0.5", None),
        (None, None),
    ],
)
async def test_passkeys_need_a_public_name_and_tls(box: Application, public: str | None, site: Site | None) -> None:
    settings = SETTINGS.of(box.app).model_copy(update={"api": ApiSettings(public_url=public)})
    SETTINGS.put(box.app, settings)
    scheme, _, rest = (public or "http://10.0.0.5").partition("://")
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "scheme": scheme,
        "headers": [(b"host", rest.partition("/")[0].encode())],
        "app": box.app,
    }

    assert passkeys.site_of(Request(scope)) == site
