"""The accounts as requests use them: never on the event loop, and never the reason why the node does not start."""

import asyncio
import contextlib
import logging
import shlex
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from fastapi import Request

from api.http import problems
from crisis.accounts import accounts, passwords, store
from crisis.accounts.sessions import Terms
from crisis.accounts.store import AccountStore
from crisis.log.errors import DamagedFileError, NotKept
from crisis.node import Node

log = logging.getLogger(__name__)

HOW_TO_BEGIN = "kiezbox user add NAME --role admin"
_CHECKS_MAX = 20  # passwords that wait to be computed; one takes up to a quarter of a second

_T = TypeVar("_T")
_P = ParamSpec("_P")


class Busy(Exception):  # noqa: N818 -- says how the desk is
    """Too many passwords wait to be checked."""


class Desk:
    """The accounts of the node that an application serves. One thread asks the file, one computes passwords."""

    def __init__(self, folder: Path, terms: Terms, now: Callable[[], datetime]) -> None:
        self.terms = terms
        self.now = now  # the node's: sessions end by the same clock that events are dated with
        self._folder = folder
        self._store: AccountStore | None = None
        self._asking = ThreadPoolExecutor(1, "accounts")
        self._computing = ThreadPoolExecutor(1, "passwords")
        self._checks = 0
        self._is_broken = False

    async def run(
        self, work: Callable[Concatenate[AccountStore, _P], _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Do something with the accounts. Raises what the work does, Full, Unwritable; Problem 503 without a file."""

        def do() -> _T:
            if self._store is None:
                self._store = store.open_store(self._folder)
            try:
                return work(self._store, *args, **kwargs)
            except NotKept:
                if self._store.is_copy:  # whoever writes next finds out whether the disk takes something again
                    self._shut()
                raise

        try:
            done = await asyncio.get_running_loop().run_in_executor(self._asking, do)
        except NotKept:
            raise
        except (DamagedFileError, OSError) as error:
            await self._give_up(error)
            raise _broken() from error
        self._is_broken = False
        return done

    async def _give_up(self, error: Exception) -> None:
        """Close the file, so that a mended one is opened next time; say it once."""
        if not self._is_broken:
            self._is_broken = True
            log.critical(
                "THE ACCOUNTS CANNOT BE READ: nobody can sign in, residents are served",
                extra={"file": self._folder / store.FILE, "error": error},
            )
        await asyncio.get_running_loop().run_in_executor(self._asking, self._shut)

    def _shut(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    async def check(self, name: str, password: str) -> bool:
        """Whether this is the password of an account that may sign in. Raises Busy; takes as long for a wrong name."""
        if self._checks >= _CHECKS_MAX:
            raise Busy
        self._checks += 1
        try:
            stored = await self.run(accounts.stored_password, name)
            return await asyncio.get_running_loop().run_in_executor(self._computing, passwords.verify, stored, password)
        finally:
            self._checks -= 1

    def close(self) -> None:
        """Finish what is under way, and close the file."""
        self._asking.submit(self._shut)
        self._asking.shutdown()
        self._computing.shutdown()


def _broken() -> problems.Problem:
    return problems.Problem(
        503,
        problems.Slug.NO_ACCOUNTS,
        "The accounts cannot be read",
        "Nobody can sign in at this node now. Its log says why; `kiezbox user list` on the machine does, too.",
        headers={"Retry-After": str(problems.RETRY_AFTER_SECONDS)},
    )


@contextlib.asynccontextmanager
async def opened(node: Node) -> AsyncIterator[Desk]:
    """The desk while the block runs. Says how to begin when there is no account."""
    settings = node.settings
    terms = Terms(timedelta(seconds=settings.session_idle_seconds), timedelta(seconds=settings.session_seconds))
    desk = Desk(settings.folder, terms, node.now)
    try:
        try:
            if await desk.run(accounts.is_empty):
                how = f"{HOW_TO_BEGIN} --folder {shlex.quote(str(settings.folder.absolute()))}"
                log.warning("nobody can sign in at this node yet: there is no account", extra={"do": how})
        except NotKept as error:
            log.error("the accounts cannot be used", extra={"error": error})  # noqa: TRY400 -- an operator's matter, no bug
        except problems.Problem:
            pass  # said already
        yield desk
    finally:
        desk.close()


def of(request: Request) -> Desk:
    """The desk of the application that serves this request."""
    desk: Desk = request.app.state.desk
    return desk
