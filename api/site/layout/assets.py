"""Styles and scripts that belong to a room: read once, named by their hash."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

from fastapi import APIRouter, Request
from fastapi.responses import Response

_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASKED_AGAIN = {"Cache-Control": "no-cache"}


def read(package: str, name: str) -> str:
    """The text of a file in a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Script:
    """A script at an address of its own that carries its hash, so browsers keep it until it changes."""

    name: str
    text: str

    @cached_property
    def digest(self) -> str:
        """What `v` is in its address."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @property
    def address(self) -> str:
        """The address by which a page loads it."""
        return f"/static/{self.name}?v={self.digest}"

    def serve(self, router: APIRouter) -> None:
        """Add the route that answers with this script."""

        async def show_script(request: Request) -> Response:
            headers = _KEPT if request.query_params.get("v") == self.digest else _ASKED_AGAIN
            return Response(self.text, headers=headers, media_type="text/javascript")

        router.add_api_route(f"/static/{self.name}", show_script, include_in_schema=False)


AGES = read(__package__, "ages.js")  # a script that uses it writes the texts `words.SHORT_AGES`
AGAIN = Script("again.js", read(__package__, "again.js"))  # of pages that are loaded again until there is something


def policy(style: str, *, form_action: str = "'none'", frame_ancestors: str = "'none'") -> str:
    """The content security policy of a page: nothing from elsewhere, and inline only this one style, by its hash."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; script-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:; base-uri 'none'; form-action {form_action}; frame-ancestors {frame_ancestors}"
    )
