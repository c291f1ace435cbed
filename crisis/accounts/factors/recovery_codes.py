"""Recovery codes: each stands for a second factor once, when the phone is lost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from crisis.accounts import outbox
from crisis.accounts.factors import changes, codes
from kiezbox import sql

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore

CODES = 8
_sql = partial(sql.load, "crisis.accounts.factors")


def renew(store: AccountStore, account: str) -> tuple[str, ...]:
    """Make new codes, and return them, this once; those of before are good for nothing any more."""
    made = tuple(codes.make(codes.RECOVERY_GROUPS) for _ in range(CODES))
    with store.transaction():
        store.run(_sql("delete_recovery_codes"), {"account": account})
        for code in made:
            store.run(_sql("insert_recovery_code"), {"account": account, "id": codes.hash_of(code)})
        outbox.put(store, account, changes.CODES_RENEWED, account)
    return made


def left(store: AccountStore, account: str) -> int:
    """How many codes of the account were not used yet."""
    count: int = store.rows(_sql("count_recovery_codes"), {"account": account})[0][0]
    return count


def take(store: AccountStore, account: str, typed: str) -> bool:
    """Whether this is a code of the account; it is used up."""
    with store.transaction():
        is_right = store.run(_sql("delete_recovery_code"), {"account": account, "id": codes.hash_of(typed)}) == 1
        if is_right:
            outbox.put(store, account, changes.CODE_USED, account)
    return is_right
