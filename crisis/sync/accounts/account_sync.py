"""Accounts between their file and the log: what is done to them becomes events; a box takes over what the hub issued.

At a hub the file is the truth about its accounts, and every change in it becomes an event. What a box needs to sign
somebody in is sealed for it and sent as an event, too: nobody else can read that. A box brings its own file level with
these events, also after days without the hub.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from crisis.accounts import accounts, grants, issued, outbox
from crisis.accounts import store as stores
from crisis.accounts.issued import InvalidCredentialError
from crisis.log.errors import DamagedFileError, NotKept
from crisis.model import event_bodies, events
from crisis.model.account_bodies import AccountCredential
from crisis.model.events import InvalidEventError
from crisis.sync.accounts import account_events, envelopes
from crisis.trust.sealed_box import InvalidSealError
from kiezbox import metrics, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from crisis.accounts.outbox import Change
    from crisis.accounts.store import AccountStore
    from crisis.node import Node
    from crisis.state.views import IssuedAccount
    from crisis.sync.accounts.envelopes import Addressee

log = logging.getLogger(__name__)

_IDLE_SECONDS = 0.5
_RETRY_SECONDS = 5.0  # while the accounts' file, or the log, takes nothing
_TAKEN_MARGIN = timedelta(seconds=5)  # what was sealed later may not be counted yet in what a box lacks
_T = TypeVar("_T")
_sql = partial(sql.load, "crisis.accounts")


class AccountSync:
    """The accounts of one node and its log, kept level."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._store: AccountStore | None = None
        self._thread = ThreadPoolExecutor(1, "account sync")  # the only one that uses the file
        self._lock = asyncio.Lock()
        self._said = ""
        self._seen: object = None  # the version of the state, and our areas, when a box looked last
        self._sealed_for: object = None  # the accounts and boxes for which a hub has sealed everything
        self._is_complete = False  # whether a hub has compared all accounts with the log since it started
        node.settle_accounts = self.settle

    async def run(self) -> None:
        """Keep the two level for as long as the node runs."""
        while True:
            is_level = await self.settle()
            await asyncio.sleep(_IDLE_SECONDS if is_level else _RETRY_SECONDS)

    def close(self) -> None:
        """Close the file, after what is under way: a cancelled task does not stop the thread."""
        self._thread.submit(self._close)
        self._thread.shutdown()

    async def settle(self) -> bool:
        """Bring the two level now; False when the file or the log takes nothing, which is logged once."""
        try:
            async with self._lock:
                await self._settle()
        except (NotKept, DamagedFileError, OSError) as error:
            if str(error) != self._said:
                log.error("accounts and log are not level for now", extra={"error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
                self._said = str(error)
            self._thread.submit(self._close)  # so that a repaired file is opened next time
            return False
        self._said = ""
        return True

    async def _settle(self) -> None:
        while changes := await self._use(outbox.pending):
            for change in changes:
                await self._write(change)
                await self._use(outbox.delete, change)
                if change.change not in outbox.PASSING:
                    self._sealed_for = None
        if not self._node.is_hub:
            await self._take_over()
            return
        if not self._is_complete:
            await self._complete()
            self._is_complete = True
        needed = self._node.state.accounts(), envelopes.boxes(self._node)
        if needed != self._sealed_for:
            await self._seal(*needed)
            self._sealed_for = needed
        await self._note_taken()

    def _opened(self) -> AccountStore:
        if self._store is not None:
            return self._store
        made = stores.open_store(self._node.settings.folder)
        role = "hub" if self._node.is_hub else "box"
        if not made.is_copy and made.meta("role") != role:
            made.set_meta("role", role)  # for the command line
        self._store = made
        return made

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    async def _use(self, work: Callable[..., _T], *given: Any) -> _T:
        def do() -> _T:
            return work(self._opened(), *given)

        return await asyncio.get_running_loop().run_in_executor(self._thread, do)

    # -- from the file into the log ----------------------------------------------------------------------------------

    async def _write(self, change: Change) -> None:
        try:
            body = account_events.body_of(change, is_hub=self._node.is_hub)
            await self._node.record(body, change.actor, change.id)
        except (ValueError, KeyError, InvalidEventError) as error:  # a bug: it must not keep all later changes waiting
            metrics.CRISIS_FAILURES.inc()
            log.exception("a change of an account is no event", extra={"change": change.change, "error": error})

    async def _complete(self) -> None:
        """Write what the log lacks about a hub's accounts: all of them after an upgrade, or after the log was lost."""
        known, granted = await self._use(accounts.everybody), await self._use(grants.of)
        for account in known:
            areas = tuple(grant.area for grant in granted.get(account.name, ()))
            for body in account_events.missing(account, areas, self._node.state.account(account.name)):
                await self._node.record(body, events.COMMAND_LINE)
        names = {account.name for account in known}
        lost = [found.name for found in self._node.state.accounts() if found.is_enabled and found.name not in names]
        if lost:
            log.warning(
                "accounts that this hub issued are not in its file any more, and still good at boxes: add them again,"
                " then disable whom you do not want",
                extra={"accounts": ", ".join(lost)},
            )

    # -- at a hub: credentials for boxes -----------------------------------------------------------------------------

    async def _seal(self, granted: Sequence[IssuedAccount], boxes: Mapping[str, Addressee]) -> None:
        credentials = await self._use(issued.credentials)
        sealed = {(name, box): digest for name, box, digest, *_ in await self._use(_sealed)}
        wanted = {
            (account.name, box)
            for account in granted
            if account.name in credentials
            for box, addressee in boxes.items()
            if account.is_granted_at(box, addressee.areas)
        }
        for name, box in sorted(wanted):
            content = credentials[name].to_bytes()
            key = boxes[box].key
            digest = hashlib.sha256(key + content).digest()
            if sealed.get((name, box)) == digest:
                continue
            body = AccountCredential(name, box, envelopes.seal(key, content))
            await self._node.record(body, self._node.name)
            await self._use(_note_sealed, name, box, digest, event_bodies.milliseconds(self._node.now()))
        for name, box in sealed.keys() - wanted:
            await self._use(_forget_sealed, name, box)

    async def _note_taken(self) -> None:
        """Note which boxes have everything that was sealed for them a moment ago."""
        now = self._node.now()
        for box in await self._use(_untaken):
            peer = self._node.peers.get(box)
            if peer is not None and not peer.waiting and not peer.is_silent:
                before_ms = event_bodies.milliseconds(now - _TAKEN_MARGIN)
                await self._use(_note_taken, box, before_ms, event_bodies.milliseconds(now))

    # -- at a box: from the log into the file ------------------------------------------------------------------------

    async def _take_over(self) -> None:
        state, now = self._node.state, self._node.now()
        areas, version = envelopes.areas_of(self._node), state.version
        if (version, areas) == self._seen:
            return
        for account in state.accounts():
            if account.is_granted_at(self._node.name, areas):
                await self._grant(account, now)
            elif await self._use(issued.withdraw, account.name):
                log.info("the hub has taken an account from this box", extra={"account": account.name})
        self._seen = (version, areas)

    async def _grant(self, account: IssuedAccount, now: datetime) -> None:
        event = self._node.state.credential(account.name, self._node.name)
        if event is None:
            return
        assert isinstance(event.body, AccountCredential)
        try:
            credential = issued.read(envelopes.opened(self._node, event.body.sealed), account.name)
        except (InvalidSealError, InvalidCredentialError) as error:
            log.warning("an account of the hub cannot be used here", extra={"account": account.name, "error": error})
            return
        if await self._use(issued.apply, account, event.id.bytes, credential, now):
            log.info("an account of the hub is good here", extra={"account": account.name, "role": account.role})


def _sealed(store: AccountStore) -> list[tuple[str, str, bytes, int, int | None]]:
    return store.rows(_sql("select_sealed"))


def _untaken(store: AccountStore) -> list[str]:
    return [box for (box,) in store.rows(_sql("select_untaken"))]


def _note_sealed(store: AccountStore, account: str, box: str, digest: bytes, now_ms: int) -> None:
    store.run(_sql("upsert_sealed"), {"account": account, "box": box, "digest": digest, "now_ms": now_ms})


def _forget_sealed(store: AccountStore, account: str, box: str) -> None:
    store.run(_sql("delete_sealed"), {"account": account, "box": box})


def _note_taken(store: AccountStore, box: str, before_ms: int, now_ms: int) -> None:
    store.run(_sql("update_taken"), {"box": box, "before_ms": before_ms, "now_ms": now_ms})
