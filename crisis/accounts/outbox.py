"""What happened to accounts and is not in the log yet. A change and its entry here are written in one transaction.

The command line cannot write to the log, which belongs to the running node. The node turns the entries into events
(crisis/sync/accounts.py), each once, by the id that it has from here.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crisis.accounts.store import AccountStore

MADE, ROLE, PASSWORD = "made", "role", "password"
ENABLED, DISABLED = "enabled", "disabled"
GRANTED, REVOKED = "granted", "revoked"
TOKEN_MADE, TOKEN_REVOKED = "token_made", "token_revoked"
WALL_MADE, WALL_REVOKED = "wall_made", "wall_revoked"  # of `wall:NAME`, which is no account
SIGNED_IN, SIGNED_OUT, REFUSED = "signed_in", "signed_out", "refused"
PASSING = frozenset({SIGNED_IN, SIGNED_OUT, REFUSED})  # they change no account

_sql = partial(sql.load, "crisis.accounts")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that `actor` did to `account`, or that happened to it; `id` is that of its event."""

    seq: int
    id: UUID
    actor: str
    change: str
    account: str
    detail: Mapping[str, Any]


def put(store: AccountStore, actor: str, change: str, account: str, **detail: Any) -> None:
    """Note a change, in the caller's transaction. `detail`: fields of the event's body, as JSON has them."""
    row = {
        "event": uuid.uuid4().bytes,
        "actor": actor,
        "change": change,
        "account": account,
        "detail": json.dumps(detail, separators=(",", ":")),
    }
    store.run(_sql("insert_outbox"), row)


def pending(store: AccountStore, limit: int = 100) -> tuple[Change, ...]:
    """The changes that are not in the log yet, the oldest first."""
    rows = store.rows(_sql("select_outbox"), {"limit": limit})
    return tuple(
        Change(seq, UUID(bytes=event), actor, change, account, json.loads(detail))
        for seq, event, actor, change, account, detail in rows
    )


def delete(store: AccountStore, change: Change) -> None:
    """A change is in the log."""
    store.run(_sql("delete_outbox"), {"seq": change.seq})
