"""The private authority on disk, and certificates that it signs for the broker: `kiezbox broker cert`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kiezbox.errors import OperatorError
from stack.broker import files
from stack.broker.certificates import Authority, Pair

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CERTIFICATE, KEY = "ca.pem", "ca.key"
_NAME = "Kiezbox"
_OUT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def opened(folder: Path, names: Sequence[str]) -> Authority:
    """The authority of a folder; where there is none, one for these names and local ones. Raises OperatorError."""
    certificate, key = folder / CERTIFICATE, folder / KEY
    if certificate.exists() != key.exists():
        missing = key if certificate.exists() else certificate
        raise OperatorError(
            f"{missing} is missing: half an authority signs nothing",
            f"restore it from a backup; with {folder} empty a new authority is made, which every box then needs",
        )
    if certificate.exists():
        try:
            return Authority.of(Pair(certificate.read_text(encoding="ascii"), key.read_text(encoding="ascii")))
        except (OSError, ValueError) as error:
            raise OperatorError(f"the authority in {folder} cannot be read: {error}", "run this as its owner") from None
    made = Authority.new(_NAME, datetime.now(UTC), names)
    pair = made.pem()
    files.replace(folder, {KEY: pair.key}, files.PRIVATE)  # first: a certificate without it would be of no use
    files.replace(folder, {CERTIFICATE: pair.certificate}, files.PUBLIC)
    return made


def certify(folder: Path, names: Sequence[str], out: str) -> list[Path]:
    """Sign a certificate for a server with these names, and write it with its key; the files that were written.

    Raises OperatorError.
    """
    if not _OUT.fullmatch(out) or f"{out}.pem" == CERTIFICATE:
        raise OperatorError(
            f"{out!r} is no name for a certificate's files", "write a plain file name, as: --out broker"
        )
    made = opened(folder, names).issue(names, datetime.now(UTC))
    written = files.replace(folder, {f"{out}.key": made.key})
    return [folder / CERTIFICATE, *written, *files.replace(folder, {f"{out}.pem": made.certificate}, files.PUBLIC)]
