"""`kiezbox node cert`: certificates with which hub and boxes serve their staff over HTTPS."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 -- typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from api.http.connections import tls
from kiezbox.errors import OperatorError
from stack import command_line, startup

if TYPE_CHECKING:
    from kiezbox.settings import Settings

EXAMPLES = command_line.examples(
    "kiezbox node cert --name hub.kiez.internal --name 10.0.0.5",
    "kiezbox node cert --name box.kiez.internal --name 192.168.4.1 --out 71-01.tls.pem",
    "kiezbox node cert --install 71-01.tls.pem",
)
_AUTHORITY = "authority"  # in the crisis folder, unless the broker has one

Folder = command_line.NodeFolderOption


def cert(
    *,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="DNS name or address under which staff reach it. Repeatable."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="For another node: write it here, with its key. Default: our own."),
    ] = None,
    install: Annotated[
        Path | None, typer.Option("--install", metavar="FILE", help="At a box: take what the hub has written.")
    ] = None,
    authority: Annotated[
        Path | None,
        typer.Option(
            "--authority",
            metavar="DIR",
            help="Where the private authority is kept.  [default: that of KIEZBOX_BROKER_CA_FILE, else in the folder]",
        ),
    ] = None,
    folder: Folder = None,
) -> None:
    """Give a hub or a box the certificate with which it serves its staff over HTTPS, at KIEZBOX_API_TLS_PORT.

    At the hub, which keeps the small private authority that signs: the broker's, or a new one. Staff's devices have to
    trust its ca.pem once. Whoever has ca.key can pretend to be any node: keep it elsewhere between two certificates.
    """
    found = startup.at_node(folder)
    if install is not None and not names and out is None:
        _take(found, _read(install))
    elif names and install is None:
        _make(found, names, out, authority)
    else:
        raise OperatorError(
            "make a certificate, or take one?",
            "kiezbox node cert --name NAME makes it at the hub, --install FILE takes it at a box",
        )


def _make(found: Settings, names: list[str], out: Path | None, authority: Path | None) -> None:
    from stack.broker import authority as authorities  # noqa: PLC0415 -- cryptography is large

    where = authority or _authority_of(found)
    if authority is None and out is None:
        _folder(found.crisis.folder)  # before what is in it: nobody else may look into it
    signer = authorities.opened(_folder(where), names)
    pair = signer.issue(names, datetime.now(UTC), for_browsers=True)
    text = pair.key + pair.certificate + signer.pem().certificate
    if out is None:
        _take(found, text)
    else:
        _place(out, text)
        typer.echo(f"written: {out} (its key is in it: nobody but that node may read it)")
        typer.echo(f"Bring it to that node, and there: kiezbox node cert --install {out.name}")
    typer.echo(f"Staff's devices trust it once they have {where / authorities.CERTIFICATE}")


def _authority_of(found: Settings) -> Path:
    ca = found.broker.ca_file
    return found.crisis.folder / _AUTHORITY if ca is None else ca.parent


def _folder(where: Path) -> Path:
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"{where}: {error.strerror}", "run this as the user that keeps the authority") from None
    return where


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a PEM file"
        raise OperatorError(f"{file} cannot be read: {why}", "name the file that the hub has written") from None


def _take(found: Settings, text: str) -> None:
    """Put the certificate where the server looks for it. Raises OperatorError for one that it could not use."""
    target = found.api.tls_file or found.crisis.folder / tls.FILE
    _folder(target.parent)
    draft = target.with_name(f".{target.name}.new")
    _place(draft, text)
    try:
        made = tls.load(draft, found.api.tls_port)
    except tls.UnusableCertificateError as error:
        draft.unlink(missing_ok=True)
        raise OperatorError(f"this certificate cannot be used: {error}", "make it with kiezbox node cert") from None
    draft.replace(target)
    typer.echo(f"written: {target}, good for {', '.join(made.names)} until {made.until_at:%Y-%m-%d}")
    typer.echo(
        f"A running node serves a renewed one within a minute; the first one, on port {made.port}, once it starts"
    )


def _place(file: Path, text: str) -> None:
    from stack.broker import files  # noqa: PLC0415 -- with cryptography's modules beside it

    files.replace(file.parent, {file.name: text}, files.PRIVATE)
    if os.geteuid() == 0:  # an administrator makes it, and the node's own user must read it
        owner = file.parent.stat()
        os.chown(file, owner.st_uid, owner.st_gid, follow_symlinks=False)
