"""What a person reads on a residents' page, and the places of help on it."""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from crisis.model import commands
from crisis.model.contents import PointContent, PointKind
from tests.crisis.support.examples import ANNA

if TYPE_CHECKING:
    from crisis.node import Node


ENGLISH = {"Accept": "text/html", "Accept-Language": "en"}


def text_of(html: str) -> str:
    """What a person reads in the main part, with single spaces."""
    body = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", entities.unescape(re.sub(r"<[^>]+>", " ", body)))


def places_of(html: str) -> list[str]:
    """The names of the places of help in their order."""
    return re.findall(r'<h[23] lang="de" dir="auto">(.*?)</h', html)


def point(name: str, **more: Any) -> PointContent:
    return PointContent(**{"kind": PointKind.WATER, "name": name, "open_now": True, **more})


async def put(node: Node, *points: PointContent) -> None:
    for each in points:
        await node.act(commands.PutPoint(uuid4(), each), ANNA)
