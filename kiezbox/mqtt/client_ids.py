"""The client ids of a process with a folder of its own: they cannot be guessed, and are kept in that folder.

A client id names the queue at the broker: whoever connects with it takes the calls for help that wait there. In the
versions before, it followed from the node's name; what waits in a session of that name is taken first.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
from typing import TYPE_CHECKING

from kiezbox.mqtt.draining import Watched, drain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from kiezbox.settings import MqttSettings

log = logging.getLogger(__name__)

FILE = "broker-sessions.json"
_RANDOM_BYTES = 10
_TRIES = 3  # at each start: where the broker binds client ids to users, each try interrupts the session for a moment
_AGAIN_SECONDS = 60.0


def passing(name: str) -> str:
    """A client id for a session that leaves nothing at the broker: another one at each start."""
    return f"{name}-{secrets.token_hex(_RANDOM_BYTES)}"


class ClientIds:
    """The client ids of one process, by what each session is for. `prefix` begins their names."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._path = folder / FILE
        self._prefix = prefix
        self._token, self._drained = self._read()

    def client_id(self, what: str) -> str:
        """The client id of a session."""
        return self.name(what) if self._token is None else f"{self.name(what)}-{self._token}"

    def name(self, what: str) -> str:
        """The name of a session: its user at the broker, and in the versions before its client id too."""
        return f"{self._prefix}-{what}"

    async def drain_before(
        self,
        what: str,
        settings: MqttSettings,
        successor: Watched,
        take: Callable[[Watched], Awaitable[None]],
        *,
        once: bool = False,
    ) -> None:
        """Take what waits in the session of the version before. `once` as in `drain`."""
        if what in self._drained or self._token is None:
            return
        for _ in range(_TRIES):
            if await drain(settings, self.name(what), successor, lambda source, _stop: take(source), once=once):
                self._drained.add(what)
                self._write()
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    def _read(self) -> tuple[str | None, set[str]]:
        """The random part of the ids, None where it cannot be kept; and which sessions before are gone."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return str(found["token"]), set(found["drained"])
        except FileNotFoundError:
            log.debug("the first start with this folder")
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Its name is lost, and a call may wait in the session that had it; a new one begins.
            log.error("the client ids at the broker cannot be read, new ones are made", extra={"error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
        self._token, self._drained = secrets.token_hex(_RANDOM_BYTES), set()
        if not self._write():
            return None, set()
        return self._token, self._drained

    def _write(self) -> bool:
        """Keep the ids on the disk. False when that fails: then the sessions have the ids of the version before."""
        temporary = self._path.with_suffix(".new")
        try:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump({"token": self._token, "drained": sorted(self._drained)}, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            log.warning("the client ids at the broker cannot be kept", extra={"error": error})
            return False
        return True
