"""What the routes of the read side work with: made once for an application, handed to each of them."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from api.assembly import AppKey
from api.database import Database
from kiezbox.settings import Settings


@dataclass(frozen=True, slots=True)
class ReadDeps:
    """What one running application reads with."""

    settings: Settings
    database: Database
    registry: Database  # with the role that may also write boxes
    download_slots: asyncio.Semaphore  # downloads that may ask for their next rows now: at most half of the pool


READ_DEPS = AppKey[ReadDeps]("read_deps")
Deps = Annotated[ReadDeps, Depends(READ_DEPS.served)]
