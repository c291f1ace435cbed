"""`kiezbox user`: who may sign in at this node. Works beside the running API, which sees every change at once."""

from __future__ import annotations

import contextlib
import getpass
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crisis.model.roles import Role  # noqa: TC001 -- typer reads the annotations of a command
from kiezbox import settings
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crisis.accounts.accounts import Account
    from crisis.accounts.sessions import Token
    from crisis.accounts.store import AccountStore

app = typer.Typer(
    name="user",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Accounts of staff, on this node: KIEZBOX_CRISIS_FOLDER, or --folder.",
    epilog="\b\nFor example:\n  kiezbox user add anna --role operator\n  kiezbox user list",
)
token_app = typer.Typer(
    name="token",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Tokens, with which programs act as an account.",
    epilog="\b\nFor example:\n  kiezbox user token add display lobby-screen --days 30",
)
app.add_typer(token_app)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account.", show_default=False)]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="The node's crisis folder.  [default: KIEZBOX_CRISIS_FOLDER]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
_NOT_DONE = "nothing was changed; kiezbox user list shows who there is"
_NOT_MAY = "run this as the user that runs the API, or as root"
_NO_FOLDER = "name the node's crisis folder: --folder or KIEZBOX_CRISIS_FOLDER"


def _now() -> datetime:
    return datetime.now(UTC)


@contextlib.contextmanager
def _opened(folder: Path | None, *, make: bool = False) -> Iterator[AccountStore]:
    """The accounts, with every error as a sentence for whoever typed the command."""
    from crisis.accounts import accounts, store  # noqa: PLC0415 -- `--help` stays quick
    from crisis.log import errors  # noqa: PLC0415 -- `--help` stays quick

    place = folder or settings.read().crisis.folder
    if not make and not (place / store.FILE).exists():
        raise OperatorError(
            f"there are no accounts in {place}",
            "kiezbox user add NAME --role admin makes the first; another folder: --folder or KIEZBOX_CRISIS_FOLDER",
        )
    try:
        with store.opened(place) as found:
            yield found
    except accounts.AccountError as error:
        raise OperatorError(str(error), _NOT_DONE) from None
    except errors.DamagedFileError as error:
        raise OperatorError(
            f"the accounts in {place / store.FILE} are damaged: {error}",
            "move that file away and add the accounts again; the crisis log is another file",
        ) from None
    except errors.NotKept as error:
        raise OperatorError(f"the accounts in {place} cannot be written: {error}", "make room on the disk") from None
    except OSError as error:
        raise OperatorError(
            f"the accounts in {place} cannot be used: {error.strerror}",
            _NOT_MAY if isinstance(error, PermissionError) else _NO_FOLDER,
        ) from None


def _password(prompt: str) -> str:
    """A new password: typed twice at a terminal, else the first line of standard input. Raises OperatorError."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"{prompt}: ")
    if getpass.getpass("The same again: ") != first:
        raise OperatorError("the two passwords differ", "nothing was changed: try again")
    return first


# -- accounts --------------------------------------------------------------------------------------------------------


@app.command(
    epilog="\b\nFor example:\n  kiezbox user add anna --role operator\n  kiezbox user add display --role viewer"
    " --no-password\n  echo 'a long pass phrase' | kiezbox user add bert --role responder"
)
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account may do.", show_default=False)],
    no_password: Annotated[bool, typer.Option("--no-password", help="For programs: it has tokens only.")] = False,
    folder: Folder = None,
) -> None:
    """Make an account. The password is asked for, or read from standard input; never an argument."""
    from crisis.accounts import accounts  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder, make=True) as store:
        if accounts.find(store, name) is not None:
            raise accounts.AccountError(f"there is an account {accounts.known_name(name)} already")
        password = None if no_password else _password(f"Password for {name}")
        made = accounts.add(store, name, role, password, _now())
    typer.echo(
        f"{made.name} may sign in as {made.role}." if password else f"{made.name} acts as {made.role} by tokens."
    )


@app.command(name="list")
def show(as_json: AsJson = False, folder: Folder = None) -> None:
    """Show every account and its tokens."""
    from crisis.accounts import accounts, sessions  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder) as store:
        found, tokens = accounts.everybody(store), sessions.tokens(store)
    if as_json:
        held: dict[str, list[dict[str, Any]]] = {}
        for token in tokens:
            held.setdefault(token.account, []).append(_token(token))
        listed = [_described(account) | {"tokens": held.get(account.name, [])} for account in found]
        typer.echo(json.dumps(listed, indent=2))
        return
    rows = [
        (
            account.name,
            account.role.value,
            "enabled" if account.is_enabled else "disabled",
            _day(account.password_at) or "none",
            _day(account.signed_in_at) or "never",
            str(sum(token.account == account.name for token in tokens)),
        )
        for account in found
    ]
    typer.echo(_table(("account", "role", "state", "password of", "last sign-in", "tokens"), rows))


@app.command()
def disable(name: Name, folder: Folder = None) -> None:
    """Let an account sign in no more; its sessions and tokens stop at once. It stays in the history."""
    from crisis.accounts import accounts  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder) as store:
        found = accounts.set_enabled(store, name, is_enabled=False)
    typer.echo(f"{found.name} is disabled, and signed out everywhere on this node.")


@app.command()
def enable(name: Name, folder: Folder = None) -> None:
    """Let a disabled account sign in again."""
    from crisis.accounts import accounts  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder) as store:
        found = accounts.set_enabled(store, name, is_enabled=True)
    typer.echo(f"{found.name} is enabled.")


@app.command(name="role")
def change_role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What the account may do.", show_default=False)],
    folder: Folder = None,
) -> None:
    """Give an account another role; it counts at once."""
    from crisis.accounts import accounts  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder) as store:
        found = accounts.set_role(store, name, role)
    typer.echo(f"{found.name} is {found.role}.")


@app.command()
def password(name: Name, folder: Folder = None) -> None:
    """Set a new password; every session of the account ends."""
    from crisis.accounts import accounts  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder) as store:
        accounts.get(store, name)
        found = accounts.set_password(store, name, _password(f"New password for {name}"), _now())
    typer.echo(f"{found.name} has a new password, and is signed out everywhere on this node.")


# -- tokens ----------------------------------------------------------------------------------------------------------

TokenName = Annotated[str, typer.Argument(metavar="TOKEN-NAME", help="What the token is for.", show_default=False)]


@token_app.command(name="add")
def add_token(
    name: Name,
    token: TokenName,
    days: Annotated[
        int | None, typer.Option(min=1, max=3_650, help="How long it is good for; else until it is revoked.")
    ] = None,
    folder: Folder = None,
) -> None:
    """Make a token and print it, this once: `Authorization: Bearer TOKEN`."""
    from crisis.accounts import sessions  # noqa: PLC0415 -- `--help` stays quick

    now = _now()
    with _opened(folder) as store:
        secret = sessions.add_token(store, name, token, now, None if days is None else now + timedelta(days=days))
    typer.echo(secret)
    typer.echo("It is shown this once. kiezbox user token revoke takes it back.", err=True)


@token_app.command(name="list")
def show_tokens(as_json: AsJson = False, folder: Folder = None) -> None:
    """Show every token: whose it is, until when, and when it was used last."""
    from crisis.accounts import sessions  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder) as store:
        found = sessions.tokens(store)
    if as_json:
        typer.echo(json.dumps([{"account": token.account} | _token(token) for token in found], indent=2))
        return
    rows = [
        (
            token.account,
            token.name,
            _day(token.made_at),
            _day(token.until_at) or "it is revoked",
            _day(token.seen_at) or "never",
        )
        for token in found
    ]
    typer.echo(_table(("account", "token", "made", "good until", "last used"), rows))


@token_app.command()
def revoke(name: Name, token: TokenName, folder: Folder = None) -> None:
    """Take a token back, at once."""
    from crisis.accounts import sessions  # noqa: PLC0415 -- `--help` stays quick

    with _opened(folder) as store:
        sessions.revoke_token(store, name, token)
    typer.echo(f"{name}'s token {token} is good for nothing any more.")


# -- words -----------------------------------------------------------------------------------------------------------


def _described(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role.value,
        "enabled": account.is_enabled,
        "made_at": _iso(account.made_at),
        "password_at": _iso(account.password_at),
        "signed_in_at": _iso(account.signed_in_at),
    }


def _token(token: Token) -> dict[str, Any]:
    return {
        "name": token.name,
        "made_at": _iso(token.made_at),
        "until_at": _iso(token.until_at),
        "seen_at": _iso(token.seen_at),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "none"
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)
    ]
    return "\n".join(lines)
