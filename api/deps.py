"""What routes work with: made once for an application, handed to each of them."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.database import Database
from api.health.readiness import Readiness
from api.stream.feed import Feed
from api.stream.feed_table import FeedRows
from kiezbox.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one running application."""

    settings: Settings
    database: Database
    feed: Feed
    rows: FeedRows
    readiness: Readiness
    downloads: asyncio.Semaphore  # who asks for the next rows of a file: at most half of the pool at once


def _of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Given = Annotated[Parts, Depends(_of)]
