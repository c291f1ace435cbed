"""`kiezbox user`: who may sign in at this node. A running API sees every change at once."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crisis.accounts import accounts, grants, sessions
from crisis.model.roles import Role
from kiezbox import settings
from kiezbox.errors import OperatorError
from stack import command_line
from stack.commands import user_factors, user_output, user_store, user_walls

if TYPE_CHECKING:
    from crisis.accounts.store import AccountStore

app = command_line.app(
    "user",
    no_args_is_help=True,
    help="Accounts of staff, on this node: KIEZBOX_CRISIS_FOLDER, or --folder.",
    epilog=command_line.examples("kiezbox user add anna --role operator", "kiezbox user list"),
)
token_app = command_line.app(
    "token",
    no_args_is_help=True,
    help="Tokens, with which programs act as an account.",
    epilog=command_line.examples("kiezbox user token add display lobby-screen --days 30"),
)
app.add_typer(token_app)
app.add_typer(user_walls.wall_app)
app.add_typer(user_factors.badge_app)
app.add_typer(user_factors.factor_app)
app.command(epilog=command_line.examples("kiezbox user link anna 7f3c-a1"))(user_factors.link)

NewRole = Annotated[Role, typer.Option("--role", help="What the account may do.", show_default=False)]
OtherRole = Annotated[Role, typer.Argument(help="What the account may do.", show_default=False)]
Areas = Annotated[
    list[str],
    typer.Argument(metavar="AREA...", help="all, a district (district-71) or a box (71-01).", show_default=False),
]
_ON_THE_WAY = "Each box takes it as soon as it hears of it: kiezbox user list says which have it."
_EVERYWHERE = "here at once, and at each box as soon as that hears of it"


def _now() -> datetime:
    return datetime.now(UTC)


def _is_box(opened_store: AccountStore) -> bool:
    """Whether these are the accounts of a box: its node has written it down, or the settings say so."""
    return (opened_store.meta("role") or settings.read().role) == "box"


def _require_hub(opened_store: AccountStore) -> None:
    if _is_box(opened_store):
        raise OperatorError(
            "this is a box: accounts are granted at the hub, and travel to the boxes by themselves",
            "run this on the hub; an account made here without --at is good at this box alone",
        )


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
    epilog=command_line.examples(
        "kiezbox user add anna --role operator --at district-71",
        "kiezbox user add display --role viewer --no-password",
        "echo 'a long pass phrase' | kiezbox user add bert --role responder",
    )
)
def add(
    name: user_store.Name,
    role: NewRole,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="AREA", help="Also good at these boxes: all, district-71, 71-01. Hub only."),
    ] = None,
    no_password: Annotated[bool, typer.Option("--no-password", help="For programs: it has tokens only.")] = False,
    folder: user_store.Folder = None,
) -> None:
    """Make an account. The password is asked for, or read from standard input; never an argument.

    An account made at the hub is good at the hub, and at the boxes of the areas that you name. One made at a box is
    good at that box alone.
    """
    with user_store.opened(folder, make=True) as opened_store:
        if at:
            _require_hub(opened_store)
            accounts.checked_areas(at)
        if accounts.find(opened_store, name) is not None:
            raise accounts.AccountError(f"there is an account {accounts.known_name(name)} already")
        password = None if no_password else _password(f"Password for {name}")
        made = accounts.add(opened_store, name, role, password, _now(), areas=at or ())
    typer.echo(
        f"{made.name} may sign in as {made.role}." if password else f"{made.name} acts as {made.role} by tokens."
    )
    if at:
        typer.echo(_ON_THE_WAY)


@app.command(name="list")
def show(as_json: command_line.JsonOption = False, folder: user_store.Folder = None) -> None:
    """Show every account: its tokens, where it is good, and since when a box has it."""
    with user_store.opened(folder) as opened_store:
        found, tokens = accounts.everybody(opened_store), sessions.tokens(opened_store)
        granted, sent = grants.of(opened_store), grants.sent(opened_store)
        is_box = _is_box(opened_store)
    if as_json:
        held: dict[str, list[dict[str, Any]]] = {}
        for token in tokens:
            held.setdefault(token.account, []).append(user_output.token(token))
        listed = [
            user_output.described(account, granted.get(account.name, ()), sent.get(account.name, ()))
            | {"tokens": held.get(account.name, [])}
            for account in found
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    rows = [
        (
            account.name,
            account.role.value,
            user_output.state(account),
            user_output.day(account.password_at) or "none",
            user_output.day(account.signed_in_at) or "never",
            str(sum(token.account == account.name for token in tokens)),
            user_output.where(account, granted.get(account.name, ()), sent.get(account.name, ()), is_box=is_box),
        )
        for account in found
    ]
    head = ("account", "role", "state", "password of", "last sign-in", "tokens", "good at")
    typer.echo(user_output.table(head, rows))


@app.command(epilog=command_line.examples("kiezbox user grant anna district-71 65-02"))
def grant(name: user_store.Name, areas: Areas, folder: user_store.Folder = None) -> None:
    """Let an account of the hub be used at the boxes of these areas, too."""
    with user_store.opened(folder) as opened_store:
        _require_hub(opened_store)
        new = grants.grant(opened_store, name, areas, _now())
    typer.echo(f"{name} is granted to {', '.join(new)}. {_ON_THE_WAY}" if new else f"{name} had all of that already.")


@app.command(epilog=command_line.examples("kiezbox user revoke anna district-71"))
def revoke(name: user_store.Name, areas: Areas, folder: user_store.Folder = None) -> None:
    """Take an account of the hub from the boxes of these areas: it signs nobody in there any more."""
    with user_store.opened(folder) as opened_store:
        _require_hub(opened_store)
        gone = grants.revoke(opened_store, name, areas)
    typer.echo(
        f"{name} is taken from {', '.join(gone)}: from each box as soon as that hears of it."
        if gone
        else f"{name} was not granted there: kiezbox user list shows where it is."
    )


@app.command()
def disable(name: user_store.Name, folder: user_store.Folder = None) -> None:
    """Let an account sign in no more; its sessions and tokens end at once. It stays in the history."""
    with user_store.opened(folder) as opened_store:
        found = accounts.set_enabled(opened_store, name, is_enabled=False)
    typer.echo(f"{found.name} is disabled, and signed out: {_EVERYWHERE}.")


@app.command()
def enable(name: user_store.Name, folder: user_store.Folder = None) -> None:
    """Let a disabled account sign in again."""
    with user_store.opened(folder) as opened_store:
        found = accounts.set_enabled(opened_store, name, is_enabled=True)
    typer.echo(f"{found.name} is enabled.")


@app.command(name="role")
def change_role(
    name: user_store.Name,
    role: OtherRole,
    folder: user_store.Folder = None,
) -> None:
    """Give an account another role; its sessions and tokens end."""
    with user_store.opened(folder) as opened_store:
        found = accounts.set_role(opened_store, name, role)
    typer.echo(f"{found.name} is {found.role}, and signed out: {_EVERYWHERE}. Its tokens have ended.")


@app.command()
def password(name: user_store.Name, folder: user_store.Folder = None) -> None:
    """Set a new password; every session and token of the account ends."""
    with user_store.opened(folder) as opened_store:
        accounts.own(opened_store, name)
        found = accounts.set_password(opened_store, name, _password(f"New password for {name}"), _now())
    typer.echo(f"{found.name} has a new password, and is signed out: {_EVERYWHERE}. Its tokens have ended.")


# -- tokens ----------------------------------------------------------------------------------------------------------

TokenName = Annotated[str, typer.Argument(metavar="TOKEN-NAME", help="What the token is for.", show_default=False)]


@token_app.command(name="add")
def add_token(
    name: user_store.Name,
    token: TokenName,
    days: Annotated[
        int | None, typer.Option(min=1, max=3_650, help="How long it is good for; else until it is revoked.")
    ] = None,
    folder: user_store.Folder = None,
) -> None:
    """Make a token and print it, this once: `Authorization: Bearer TOKEN`."""
    now = _now()
    with user_store.opened(folder) as opened_store:
        secret = sessions.add_token(
            opened_store, name, token, now, None if days is None else now + timedelta(days=days)
        )
    typer.echo(secret)
    typer.echo("It is shown this once. kiezbox user token revoke takes it back.", err=True)


@token_app.command(name="list")
def show_tokens(as_json: command_line.JsonOption = False, folder: user_store.Folder = None) -> None:
    """Show every token: whose it is, until when, and when it was used last."""
    with user_store.opened(folder) as opened_store:
        found = sessions.tokens(opened_store)
    if as_json:
        typer.echo(json.dumps([{"account": token.account} | user_output.token(token) for token in found], indent=2))
        return
    rows = [
        (
            token.account,
            token.name,
            user_output.day(token.made_at),
            user_output.day(token.until_at) or "it is revoked",
            user_output.day(token.seen_at) or "never",
        )
        for token in found
    ]
    typer.echo(user_output.table(("account", "token", "made", "good until", "last used"), rows))


@token_app.command(name="revoke")
def revoke_token(name: user_store.Name, token: TokenName, folder: user_store.Folder = None) -> None:
    """Take a token back, at once."""
    with user_store.opened(folder) as opened_store:
        sessions.revoke_token(opened_store, name, token)
    typer.echo(f"{name}'s token {token} is good for nothing any more.")
