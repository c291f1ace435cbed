"""What `kiezbox box credential new --bundle` writes: how boxes reach the broker, and as whom. One box, or a list."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from firmware_sim.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_VERSION = 1
_NAMED = 3  # boxes that an error names; the others it counts


@dataclass(frozen=True, slots=True)
class Credential:
    """Who a box is at the broker."""

    username: str
    password: str = field(repr=False)
    client_id: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The broker's address, and a credential for each box. `ca` is PEM; None: the system's authorities."""

    host: str
    port: int
    tls: bool
    ca: str | None
    credentials: Mapping[str, Credential]

    def require(self, boxes: Sequence[str]) -> None:
        """Raise SimulatorError when a box has no credential."""
        missing = [box for box in boxes if box not in self.credentials]
        if missing:
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            raise SimulatorError(
                f"the bundle has no credential for {', '.join(missing[:_NAMED])}{more}:"
                " kiezbox box credential new ID ... --bundle FILE makes one for each"
            )


def read(file: Path) -> Bundle:
    """The bundle. Raises SimulatorError, which says what is wrong with the file."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulatorError(f"the bundle {file} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise SimulatorError(f"the bundle {file} is no JSON: {error}") from error
    entries = found if isinstance(found, list) else [found]
    try:
        parsed = [_parsed(entry) for entry in entries]
    except (KeyError, TypeError, ValueError) as error:
        raise SimulatorError(
            f"the bundle {file} is not one that `kiezbox box credential new --bundle` wrote: {error!r}"
        ) from error
    addresses = {address for address, _, _ in parsed}
    if len(addresses) != 1:
        raise SimulatorError(f"the bundle {file} names {len(addresses)} brokers; all of its boxes need the same one")
    (address,) = addresses
    return Bundle(*address, {box: credential for _, box, credential in parsed})


def _parsed(entry: Mapping[str, Any]) -> tuple[tuple[str, int, bool, str | None], str, Credential]:
    if entry["v"] != _VERSION:
        raise ValueError(f"version {entry['v']}")
    mqtt = entry["mqtt"]
    ca = mqtt["ca"]
    credential = Credential(str(mqtt["username"]), str(mqtt["password"]), str(mqtt["client_id"]))
    address = str(mqtt["host"]), int(mqtt["port"]), bool(mqtt["tls"]), None if ca is None else str(ca)
    return address, str(entry["box"]), credential
