"""A certified OpenID provider (deploy/oidc-provider.sh), and somebody who signs in there over HTTP."""

from __future__ import annotations

import contextlib
import html
import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
from pydantic import SecretStr

from kiezbox.settings import OidcSettings
from stack.embedded.program import Program
from tests import servers
from tests.conftest import ROOT, absent, running, unused_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUPS = {
    "anna.mueller": ["lagezentrum", "everybody"],
    "dana": ["stab", "lagezentrum"],
    "finn": ["lagezentrum"],
    "guest": ["everybody"],
}
ROLES = {"stab": "commander", "lagezentrum": "operator"}


@dataclass(frozen=True, slots=True)
class RunningProvider:
    """A provider on a port."""

    issuer: str

    def settings(self, **more: object) -> OidcSettings:
        """The settings of a hub that uses it."""
        given = {"issuer": self.issuer, "client_secret": SecretStr("a secret of the tests"), "roles": ROLES}
        return OidcSettings.model_validate({**given, "label": "Berlin", **more})


@contextlib.contextmanager
def provider(folder: Path, redirect_uri: str) -> Iterator[RunningProvider]:
    """The provider while the block runs; it sends browsers back to this address."""
    recipe = ROOT / "deploy" / "oidc-provider"
    app = servers.made(f"oidc-provider-{servers.checksum(recipe / 'package.json', recipe / 'provider.mjs')}")
    node = shutil.which("node")
    if app is None or node is None:
        absent("the OpenID provider")
    port = unused_port()
    config = json.dumps({"port": port, "redirectUris": [redirect_uri], "groups": GROUPS})
    program = Program("oidc-provider", (node, str(app / "provider.mjs"), config), folder=str(app))
    issuer = f"http://localhost:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200
        except httpx.TransportError:
            return False

    folder.mkdir(parents=True, exist_ok=True)
    with running(program, folder, answers):
        yield RunningProvider(issuer)


async def sign_in(address: str, name: str, back: str) -> str:
    """Open the provider's page, sign in as `name`, agree, and return the address to which the browser is sent back."""
    async with httpx.AsyncClient() as browser:
        response = await browser.get(address)
        for _ in range(20):
            if response.is_redirect:
                address = urljoin(str(response.url), response.headers["location"])
                if address.startswith(back):
                    return address
                response = await browser.get(address)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', response.text, re.DOTALL)
            assert form is not None, response.text
            fields = dict(re.findall(r'name="(\w+)" value="(\w*)"', form[2]))
            if 'name="login"' in form[2]:
                fields |= {"login": name, "password": "any"}
            response = await browser.post(urljoin(str(response.url), html.unescape(form[1])), data=fields)
    raise AssertionError("the provider sends the browser round in circles")
