"""The database role with which dashboards read, and its password, which no log shows.

The embedded PostgreSQL makes the role with its data folder; `kiezbox dashboards reader` lets it log in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from kiezbox import db
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

READER = "kiezbox_reader"
# The role cannot log in before it has a password. Migration 0012_sight makes it too, where the owner may make roles.
CREATE = (
    f"CREATE ROLE {READER} NOLOGIN",
    f"ALTER ROLE {READER} SET default_transaction_read_only = on",
    f"ALTER ROLE {READER} SET statement_timeout = '15s'",
)
_ROUNDS = 4096  # PostgreSQL's own default for scram_iterations


async def admit(database: DatabaseSettings, password: str) -> None:
    """Let the role log in with this password, and read what dashboards show. Raises OperatorError, Unavailable."""
    async with db.connect(database, "kiezbox-dashboards") as connection:
        try:
            if not await connection.fetchval("SELECT to_regprocedure('grant_sight(name)') IS NOT NULL"):
                raise OperatorError("the database has no Kiezbox schema, or an older one", "run: kiezbox migrate")
            async with connection.transaction():
                if not await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", READER):
                    for statement in CREATE:
                        await connection.execute(statement)
                # A verifier instead of the password: this statement may end up in the server's log.
                await connection.execute(f"ALTER ROLE {READER} LOGIN PASSWORD '{verifier(password)}'")
                await connection.execute(f"CALL grant_sight('{READER}')")
        except db.Forbidden as error:
            raise OperatorError(
                f"this role may not change roles: {db.describe(error)}",
                f"run it with a superuser's KIEZBOX_DATABASE_URL; or as one: ALTER ROLE {READER} LOGIN PASSWORD ...",
            ) from None


def verifier(password: str, salt: bytes | None = None) -> str:
    """What PostgreSQL stores for a password (SCRAM-SHA-256, RFC 5803), as psql computes it."""
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ROUNDS}:{encoded[0]}${encoded[1]}:{encoded[2]}"
