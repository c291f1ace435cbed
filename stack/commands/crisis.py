"""`kiezbox crisis verify`: check a log that was exported, on a machine that has nothing but the file."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 -- typer reads the annotations
from typing import Annotated

import typer

from crisis.trust.seals import chain, verification
from crisis.trust.seals.verification import Findings, NotALogError
from kiezbox.errors import OperatorError
from stack import command_line

BAD_EXIT = 1  # the file was read, and it is not what was sealed

app = command_line.app(
    "crisis",
    no_args_is_help=True,
    help="Files of the crisis part: check an operation log that was exported.",
    epilog=command_line.examples("kiezbox crisis verify tagebuch-hub.jsonl"),
)


@app.callback()
def crisis() -> None:
    """Files of the crisis part."""


@app.command(
    epilog=command_line.examples(
        "kiezbox crisis verify tagebuch-hub.jsonl",
        "kiezbox crisis verify tagebuch-hub.jsonl --seal 3f9a-b2c4-11d0-9e77",
    )
)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="An operation log, exported as .jsonl.")],
    *,
    seal: Annotated[
        str | None,
        typer.Option("--seal", metavar="CODE", help="A seal from a sheet of paper: the log must have had it once."),
    ] = None,
) -> None:
    """Check that nothing in an exported log was changed, left out, added or moved; with --seal, since that seal.

    Needs no node, no settings and no network. The exit code is 1 when something is wrong; then the first wrong line is
    named. It does not prove that an entry was true, or who typed it on a shared account.
    """
    code = None if seal is None else chain.read_code(seal)
    if seal is not None and code is None:
        raise OperatorError(f"{seal} is no seal", "a seal has 16 digits 0-9 and a-f, such as 3f9a-b2c4-11d0-9e77")
    try:
        with file.open("rb") as lines:
            found = verification.verify(lines, code)
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror}", "name the file that was exported") from error
    except NotALogError as error:
        raise OperatorError(f"{file}: {error}", "export it from /crisis/tagebuch.jsonl") from error
    for text in report(found, seal):
        typer.echo(text)
    if not found.is_whole:
        raise typer.Exit(BAD_EXIT)


def report(found: Findings, seal: str | None = None) -> list[str]:
    """What was found, a sentence a line."""
    bad, link = found.bad, found.link
    if bad is not None:
        number = "" if bad.number is None else f", number {bad.number} of the operation log"
        place = "" if bad.seq is None else f" (event {bad.seq}{number})"
        before = f"Up to there {link.count} events are whole." if link.count else "Nothing before it."
        return [f"WRONG in line {bad.line}{place}: {bad.why}.", before]
    said = [
        f"The log {found.log} of {found.node} is whole: {link.count} events, head {link.code}.",
        f"{found.seals} seals in it fit, the last of them after event {found.sealed}."
        if found.seals
        else "No seal of its own is in it: compare its head with a seal on paper or at another node (--seal).",
    ]
    if found.by_hash:
        said.append(f"{found.by_hash} events (accounts, sign-ins) are there by their hash only.")
    if found.withheld:
        said.append(f"{found.withheld} events are there without their words, as the hub signed them for this node.")
    if found.unsigned:
        said.append(f"{found.unsigned} events have no signature that the file has a certificate for.")
    if found.rewritten:
        said.append(
            f"Words of other boxes' residents were taken out up to event {found.rewritten}: seals from before that do"
            " not fit any more."
        )
    if seal is not None and found.matched is None:
        return [f"WRONG: the log never had the seal {seal}. Up to that seal something was changed.", *said]
    if seal is not None and found.matched is not None:
        said.append(
            f"The seal {seal} fits: it was made after event {found.matched.seq}, and nothing before it changed."
        )
    return [*said, "This does not prove that an entry was true, or who typed it on a shared account."]
