"""`kiezbox user badge`, `factor` and `link`: whatever people prove themselves with besides a password."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from crisis.accounts import accounts
from crisis.accounts.factors import badges, identities, requirements
from crisis.model import events, roles
from kiezbox import settings
from kiezbox.errors import OperatorError
from stack import command_line
from stack.commands import user_output, user_store

BADGE_PAGE = "/crisis/badge"

badge_app = command_line.app(
    "badge",
    no_args_is_help=True,
    help="Badges, for the forgotten password at night: a printed code, good on the first device that uses it.",
    epilog=command_line.examples("kiezbox user badge add anna", "kiezbox user badge revoke 7KQ2"),
)
factor_app = command_line.app(
    "factor",
    no_args_is_help=True,
    help="Second factors at the hub: who has one, which roles need one, and what to do when one is lost.",
    epilog=command_line.examples("kiezbox user factor require commander admin", "kiezbox user factor reset anna"),
)
Serial = Annotated[str, typer.Argument(metavar="NUMBER", help="Printed on the badge.", show_default=False)]


def _now() -> datetime:
    return datetime.now(UTC)


# -- badges ----------------------------------------------------------------------------------------------------------


@badge_app.command(name="add", epilog=command_line.examples("kiezbox user badge add anna"))
def add_badge(name: user_store.Name, folder: user_store.Folder = None) -> None:
    """Make a badge and print its code, this once. The page /crisis/staff/badges makes one to be printed on paper."""
    with user_store.opened(folder) as found:
        badge, code = badges.make(found, name, events.COMMAND_LINE, _now())
    root = settings.read().api.public_url
    if root is not None and sys.stdout.isatty():
        import segno  # noqa: PLC0415 -- for the terminal only

        segno.make_qr(f"{root}{BADGE_PAGE}#{code}").terminal(compact=True)
    typer.echo(code)
    where = f"{root or 'the address of the node'}{'' if root else ' with '}{BADGE_PAGE}"
    typer.echo(f"Badge {badge.serial} of {badge.account}, shown this once. It is used at {where}", err=True)


@badge_app.command(name="list")
def show_badges(as_json: command_line.JsonOption = False, folder: user_store.Folder = None) -> None:
    """Show every badge: whose it is, whether a device has it, and when it was used last."""
    with user_store.opened(folder) as found:
        held = badges.of(found)
    if as_json:
        listed = [
            {
                "badge": badge.serial,
                "account": badge.account,
                "made_at": user_output.iso(badge.made_at),
                "made_by": badge.made_by,
                "has_device": badge.is_bound,
                "seen_at": user_output.iso(badge.seen_at),
                "revoked_at": user_output.iso(badge.revoked_at),
            }
            for badge in held
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    rows = [
        (
            badge.serial,
            badge.account,
            user_output.day(badge.made_at),
            badge.made_by,
            "yes" if badge.is_bound else "not yet",
            user_output.day(badge.seen_at) or "never",
            user_output.day(badge.revoked_at) or "good",
        )
        for badge in held
    ]
    typer.echo(user_output.table(("badge", "account", "made", "by", "has a device", "last used", "revoked"), rows))


@badge_app.command(name="revoke")
def revoke_badge(serial: Serial, folder: user_store.Folder = None) -> None:
    """Make a badge good for nothing, at once; the sessions of its account end. Boxes hear of it."""
    with user_store.opened(folder) as found:
        badge = badges.revoke(found, serial, events.COMMAND_LINE, _now())
    typer.echo(f"Badge {badge.serial} of {badge.account} is good for nothing any more.")


@badge_app.command(name="release")
def release_badge(serial: Serial, folder: user_store.Folder = None) -> None:
    """Let the next device that uses a badge have it, at this node."""
    with user_store.opened(folder) as found:
        badge = badges.release(found, serial, events.COMMAND_LINE, _now())
    typer.echo(f"Badge {badge.serial} of {badge.account} belongs to the next device that uses it.")


# -- second factors --------------------------------------------------------------------------------------------------


@factor_app.command(name="list")
def show_factors(as_json: command_line.JsonOption = False, folder: user_store.Folder = None) -> None:
    """Show every account's second factors, and which roles need one."""
    with user_store.opened(folder) as found:
        held = [(account, requirements.of(found, account.name)) for account in accounts.everybody(found)]
        needed = {each.role for each in requirements.required(found)}
    if as_json:
        listed = [
            {
                "account": account.name,
                "is_required": account.role in needed,
                "totp": factors.has_totp,
                "passkeys": [key.name for key in factors.passkeys],
                "recovery_codes": factors.codes_left,
            }
            for account, factors in held
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    rows = [
        (
            account.name,
            account.role.value,
            "yes" if account.role in needed else "no",
            "yes" if factors.has_totp else "no",
            str(len(factors.passkeys)),
            str(factors.codes_left),
        )
        for account, factors in held
    ]
    typer.echo(user_output.table(("account", "role", "needs one", "app", "passkeys", "recovery codes"), rows))


@factor_app.command(name="require", epilog=command_line.examples("kiezbox user factor require commander admin"))
def require_factors(
    wanted: Annotated[
        list[roles.Role] | None, typer.Argument(metavar="[ROLE]...", help="These, and no others.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="No role needs one.")] = False,
    folder: user_store.Folder = None,
) -> None:
    """Say which roles need a second factor at the hub, from the next sign-in on. Boxes never ask for one."""
    if bool(wanted) is off:
        raise OperatorError("which roles?", "name them, or --off for none")
    with user_store.opened(folder) as found:
        requirements.require(found, wanted or (), events.COMMAND_LINE, _now())
    said = ", ".join(wanted or ()) or "no role"
    typer.echo(f"A second factor is needed by: {said}.")


@factor_app.command(name="reset")
def reset_factors(name: user_store.Name, folder: user_store.Folder = None) -> None:
    """Forget the second factors of somebody who has lost them; the account's sessions end."""
    with user_store.opened(folder) as found:
        account = accounts.get(found, name)
        requirements.reset(found, account.name, events.COMMAND_LINE)
    typer.echo(f"{account.name} has no second factor, and sets one up at the next sign-in where the role needs it.")


# -- the city's provider ---------------------------------------------------------------------------------------------


def link(
    name: user_store.Name,
    subject: Annotated[
        str,
        typer.Argument(metavar="SUBJECT", help="Their id at the provider; the hub's log has it.", show_default=False),
    ],
    folder: user_store.Folder = None,
) -> None:
    """Let an account belong to somebody at the city's OpenID provider (KIEZBOX_OIDC_ISSUER)."""
    issuer = settings.read().oidc.issuer
    if issuer is None:
        raise OperatorError("there is no OpenID provider here", "set KIEZBOX_OIDC_ISSUER")
    with user_store.opened(folder) as found:
        account = identities.link(found, name, issuer, subject, _now())
    typer.echo(f"{account} signs in as {subject} of {issuer}. The role follows the groups there.")
