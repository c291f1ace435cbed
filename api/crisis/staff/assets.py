"""Style and script of staff's pages, fetched once: their addresses carry a hash of what is in them."""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources

from fastapi import APIRouter
from fastapi.responses import Response

from api.crisis import refusals
from api.crisis.refusals import Reason
from api.live import outages

router = APIRouter(prefix="/crisis/static", include_in_schema=False)

_FOR_A_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}
_AS_LONG_AS_IT_IS = {"Cache-Control": "no-cache"}


@router.get("/{name}")
async def show_asset(name: str, v: str = "") -> Response:
    """A style or script. One that was asked for by another hash is the present one, and is not kept."""
    if name not in _ASSETS:
        raise refusals.problem(Reason.NOT_FOUND)
    media_type = "text/css" if name.endswith(".css") else "text/javascript"
    headers = _FOR_A_YEAR if v == _hash(name) else _AS_LONG_AS_IT_IS
    return Response(_content(name), headers=headers, media_type=f"{media_type}; charset=utf-8")


def address(name: str) -> str:
    """Where pages fetch a style or script from."""
    return f"/crisis/static/{name}?v={_hash(name)}"


@cache
def read(name: str) -> str:
    """A file beside the templates."""
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def packed(script: str) -> str:
    """A script of ours without comment lines and indentation, which every reader would carry along."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


_ASSETS: dict[str, Callable[[], str]] = {
    "staff.css": lambda: read("staff.css") + outages.style(),
    "staff.js": lambda: packed(outages.script() + read("staff.js")),
}


@cache
def _content(name: str) -> str:
    return _ASSETS[name]()


@cache
def _hash(name: str) -> str:
    return hashlib.sha256(_content(name).encode()).hexdigest()[:16]
