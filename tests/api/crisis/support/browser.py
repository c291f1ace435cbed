"""The staff's pages as a person with a browser uses them, over HTTP alone."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.accounts import sessions

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application

OVERVIEW = "/crisis/staff"
PASSWORD = "Kerzenlicht im Rathaus"


@dataclass(slots=True)
class Browser:
    """Somebody who is signed in. Cookies are sent by hand: the client is shared by everybody."""

    application: Application
    secret: str
    language: str = "en"

    @property
    def headers(self) -> dict[str, str]:
        """What the browser sends with everything."""
        return {"Cookie": f"kiezbox_staff={self.secret}", "Accept-Language": self.language}

    async def get(self, path: str = OVERVIEW) -> httpx.Response:
        """A page."""
        return await self.application.client.get(path, headers=self.headers)

    async def fields(self, action: str, path: str = OVERVIEW) -> dict[str, str]:
        """The hidden fields of the form with this action, as a page has it now: of a call or report, in its card."""
        about = re.search("/(?:calls|reports)/([0-9a-f-]{36})/", action)
        page = await self.get(f"{path}?card={about[1]}" if about is not None and path == OVERVIEW else path)
        form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
        assert form is not None, f"no form for {action}:\n{page.text}"
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0])
        return {name: html.unescape(value) for name, value in found}

    async def send(self, action: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Send a form."""
        return await self.application.client.post(action, data=fields, headers={**self.headers, **headers})

    async def fill(self, action: str, page: str = OVERVIEW, **typed: str) -> httpx.Response:
        """Open a page, fill in one of its forms, and send it."""
        return await self.send(action, {**await self.fields(action, page), **typed})


async def sign_in(application: Application, name: str, language: str = "en") -> Browser:
    """A session that begins without a password, whose check is slow: the sign-in page has tests of its own."""
    service = application.deps.accounts
    secret = await service.run(sessions.begin, name, application.node.now(), service.terms)
    return Browser(application, secret, language)


def text_of(page: httpx.Response) -> str:
    """What a person reads of a page, with single spaces."""
    body = page.text[page.text.index("<body") :]
    body = re.sub(r"<script>.*?</script>", " ", body, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))
