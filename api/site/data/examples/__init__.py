"""Programs that show how to get the data. The page shows them, and a test runs each of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[str, str] = {"curl": "curl.txt", "Python": "python.txt", "R": "r.txt"}


@dataclass(frozen=True, slots=True)
class Places:
    """What an example is filled with: it then works as it stands on the page."""

    root: str
    box: str
    from_: str
    to: str
    seconds: int = 60


def of(language: str, places: Places) -> str:
    """The program in `curl`, `Python` or `R`."""
    text = _text(NAMES[language])
    for name, value in (
        ("root", places.root),
        ("box", places.box),
        ("from", places.from_),
        ("to", places.to),
        ("seconds", str(places.seconds)),
    ):
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


@cache
def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
