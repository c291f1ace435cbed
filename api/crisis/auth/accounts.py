"""The accounts as requests use them: never on the event loop, and never the reason why the node does not start."""

import asyncio
import contextlib
import logging
import shlex
import time
from collections.abc import AsyncIterator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from api.assembly import AppKey
from api.crisis import refusals
from api.crisis.auth import check_queue
from api.crisis.auth.check_queue import CheckQueue
from api.crisis.auth.tally import Tallied, Tally
from api.crisis.refusals import Reason
from api.http import problems
from crisis.accounts import accounts, devices, outbox, passwords, sessions, store, walls
from crisis.accounts.devices import Device
from crisis.accounts.sessions import Session, Terms
from crisis.accounts.store import AccountStore
from crisis.accounts.walls import Wall
from crisis.log.errors import DamagedFileError, NotKept
from crisis.node import Node
from kiezbox.token_bucket import Rate, TokenBuckets

log = logging.getLogger(__name__)

HOW_TO_BEGIN = "kiezbox user add NAME --role admin"
_WATCH_SECONDS = 1.0
_NAMES_MAX = 1_000
_SIGN_INS = Rate(20, 1 / 180)  # of one account; more of them are written down together

# What takes nobody's access. Whatever else is done here may, so what was found before it is forgotten.
_READS = frozenset((sessions.find, sessions.bearer, walls.find, accounts.ended, accounts.stored_password))

_T = TypeVar("_T")
_P = ParamSpec("_P")


class AccountService:
    """The accounts of the node that an application serves. One thread reads the file, another computes passwords."""

    def __init__(self, folder: Path, terms: Terms, now: Callable[[], datetime], name: str) -> None:
        self.terms = terms
        self._name = name  # the node's: it refuses sign-ins
        self.now = now  # the node's: sessions end by the same clock that events are dated with
        self._folder = folder
        self._store: AccountStore | None = None
        self._store_thread = ThreadPoolExecutor(1, "accounts")
        self._password_thread = ThreadPoolExecutor(1, "passwords")
        self._checks = CheckQueue()
        self._sign_ins = TokenBuckets(_SIGN_INS, _NAMES_MAX)
        self._more_sign_ins = Tally()
        self.refused = Tally()
        self._is_broken = False
        self._found: dict[Hashable, Any] = {}  # by what was sent, in the last second
        self._found_until = 0.0
        self.ended = 0  # grows whenever access ended before its time: then streams look who is still signed in

    async def run(
        self, work: Callable[Concatenate[AccountStore, _P], _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Run `work(store, ...)` on the thread of the accounts and return its result.

        Raises what `work` raises, Full and Unwritable; Problem 503 when the file cannot be read.
        """

        def do() -> _T:
            if self._store is None:
                self._store = store.open_store(self._folder)
            try:
                return work(self._store, *args, **kwargs)
            except NotKept:
                if self._store.is_copy:  # the next write finds out whether the disk can be written again
                    self._close_store()
                raise

        try:
            done = await asyncio.get_running_loop().run_in_executor(self._store_thread, do)
        except NotKept:
            raise
        except (DamagedFileError, OSError) as error:
            await self._give_up(error)
            raise refusals.problem(Reason.NO_ACCOUNTS) from error
        finally:
            if work not in _READS:
                self._forget()
        self._is_broken = False
        return done

    async def session(self, secret: str, *, is_use: bool) -> Session | None:
        """Whose session this is. Raises what `run` raises.

        For a page that asks by itself (not `is_use`) the file is looked at once a second: so it learns within two
        seconds of access that another process ended, as streams do, and at once of what this process did.
        """
        if is_use:
            return await self.run(sessions.find, secret, self.now(), self.terms)
        found = await self._lately(sessions.find, secret, self.now(), self.terms, is_use=False)
        return found if found is not None and self.now() < found.ends_at else None

    async def wall(self, secret: str) -> Wall | None:
        """The wall display of this token, which asks by itself; looked at as `session` does."""
        found = await self._lately(walls.find, secret, self.now())
        return found if found is not None and self.now() < found.until_at else None

    async def _lately(
        self,
        find: Callable[Concatenate[AccountStore, str, _P], _T],
        secret: str,
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        """What `find` found for this secret in the last second; nothing is remembered of secrets that are unknown."""
        if time.monotonic() >= self._found_until:
            self._forget()
            self._found_until = time.monotonic() + _WATCH_SECONDS
        key, found_so_far = (find, sessions.hash_of(secret)), self._found
        if key in found_so_far:
            known: _T = found_so_far[key]
            return known
        found = await self.run(find, secret, *args, **kwargs)
        if found is not None and found_so_far is self._found:
            self._found[key] = found
        return found

    def _forget(self) -> None:
        self._found = {}  # a new one: who looks now remembers nothing from before

    async def _give_up(self, error: Exception) -> None:
        """Close the file, so that a repaired one is opened next time. Logged once for each outage."""
        if not self._is_broken:
            self._is_broken = True
            log.critical(
                "THE ACCOUNTS CANNOT BE READ: nobody can sign in, residents are served",
                extra={"file": self._folder / store.FILE, "error": error},
            )
        await asyncio.get_running_loop().run_in_executor(self._store_thread, self._close_store)

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    async def check(self, name: str, password: str, rank: int = check_queue.KNOWN) -> bool:
        """Whether this is the password of an account that may sign in. An unknown name takes as long as a known one.

        `rank` is the place in the queue (check_queue.py). Raises TooManyChecksError, and what `run` raises.
        """
        async with self._checks.turn(rank):
            stored = await self.run(accounts.stored_password, name)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._password_thread, passwords.verify, stored, password)

    async def sign_in(self, name: str, cookie: str) -> tuple[str, Device]:
        """Begin a session of this account in the browser with this device cookie. Returns the session's secret.

        Raises what `run` raises.
        """
        is_noted = self._is_noted(name)
        return await self.run(devices.sign_in, name, cookie, self.now(), self.terms, is_noted=is_noted)

    async def sign_in_wall(self, secret: str) -> Wall | None:
        """The wall display of this token, whose browser begins now; None when it is unknown or has ended.

        Raises what `run` raises.
        """
        wall = await self.run(walls.find, secret, self.now())
        if wall is not None and self._is_noted(wall.principal):
            await self.run(walls.note_sign_in, wall)
        return wall

    def _is_noted(self, name: str) -> bool:
        """Whether a sign-in gets an entry of its own; else it is counted, and written down with others."""
        is_noted = self._sign_ins.admit(name, time.monotonic()) == 0.0
        if not is_noted:
            self._more_sign_ins.add(name)
        return is_noted

    async def write_down(self, *, everything: bool = False) -> None:
        """Note refused sign-ins, and those that were too many for an entry each, for the history."""
        refused = self.refused.due(everything=everything)
        more = self._more_sign_ins.due(everything=everything)
        if refused or more:
            await self.run(_note, self._name, refused, more)

    async def watch(self) -> None:
        """Notice within a second that access ended, in whichever process, for as long as the node runs."""
        while True:
            with contextlib.suppress(NotKept, problems.Problem):  # `run` has logged it; streams look by themselves, too
                ended = await self.run(accounts.ended)
                if ended != self.ended:
                    self.ended = ended
                    self._forget()
                await self.write_down()
            await asyncio.sleep(_WATCH_SECONDS)

    def close(self) -> None:
        """Finish what is under way, and close the file."""
        self._store_thread.submit(self._close_store)
        self._store_thread.shutdown()
        self._password_thread.shutdown()


ACCOUNTS = AppKey[AccountService]("crisis_accounts")


def of_node(node: Node) -> AccountService:
    """The accounts beside the log of this node. Nothing is read before the first call."""
    settings = node.settings
    terms = Terms(timedelta(seconds=settings.session_idle_seconds), timedelta(seconds=settings.session_seconds))
    return AccountService(settings.folder, terms, node.now, node.name)


def _note(store: AccountStore, by: str, refused: list[Tallied], sign_ins: list[Tallied]) -> None:
    with store.transaction():
        for each in refused:
            outbox.put(store, by, outbox.REFUSED, each.account, count=each.count, seconds=each.seconds)
        for each in sign_ins:
            outbox.put(store, each.account, outbox.SIGNED_IN, each.account, count=each.count)


@contextlib.asynccontextmanager
async def opened(node: Node) -> AsyncIterator[AccountService]:
    """The accounts of this node while the block runs. Logs what an operator must do when nobody can sign in."""
    service = of_node(node)
    try:
        await _log_what_to_do(service, node)
        watching = asyncio.create_task(service.watch(), name="accounts")
        try:
            yield service
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            with contextlib.suppress(NotKept, problems.Problem):
                await service.write_down(everything=True)
    finally:
        service.close()


async def _log_what_to_do(service: AccountService, node: Node) -> None:
    """Log how to begin when there is no account, or why the accounts cannot be used."""
    try:
        is_empty = await service.run(accounts.is_empty)
    except NotKept as error:
        log.error("the accounts cannot be used", extra={"error": error})  # noqa: TRY400 -- an operator's matter, no bug
    except problems.Problem:
        return  # `run` has logged it
    else:
        if is_empty:
            how = f"{HOW_TO_BEGIN} --folder {shlex.quote(str(node.settings.folder.absolute()))}"
            log.warning("nobody can sign in at this node yet: there is no account", extra={"do": how})
