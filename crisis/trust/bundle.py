"""The bundle: one file that a person carries from the hub to a box, so that the box becomes a member."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crisis.model import events
from crisis.trust import keys
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

_BYTES_MAX = 64 * 1024
_KIND = "kiezbox-node"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The hub's name and public key, the box's name and areas, the secret it joins with; and what the broker asks for.

    `broker` and `ca` are for the broker's own tools (`kiezbox box credential`), and empty here without them.
    """

    hub: str
    hub_key: bytes
    node: str
    areas: tuple[str, ...]
    secret: bytes
    broker: dict[str, Any]
    ca: str = ""


def write(path: Path, bundle: Bundle) -> None:
    """Write the bundle, readable by its owner alone. Raises OperatorError when the file is there, or cannot be made."""
    fields = {
        "kind": _KIND,
        "v": 1,
        "hub": bundle.hub,
        "hub_key": base64.b64encode(bundle.hub_key).decode(),
        "node": bundle.node,
        "areas": list(bundle.areas),
        "secret": base64.b64encode(bundle.secret).decode(),
        "broker": bundle.broker,
        "ca": bundle.ca,
    }
    try:
        keys.replace_private(path, json.dumps(fields, indent=2) + "\n")
    except OSError as error:
        raise OperatorError(
            f"the bundle cannot be written to {path}: {error.strerror}", "name another file: --to"
        ) from None


def read(path: Path) -> Bundle:
    """The bundle in a file. Raises OperatorError."""
    hint = "copy the file again from the hub: kiezbox node add NAME writes it"
    try:
        text = path.read_bytes()[:_BYTES_MAX]
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}", hint) from None
    try:
        return _bundle(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise OperatorError(f"{path} is not the bundle of a node", hint) from None


def _bundle(fields: Any) -> Bundle:
    """Raises ValueError, KeyError, TypeError."""
    made = Bundle(
        str(fields["hub"]),
        base64.b64decode(fields["hub_key"], validate=True),
        str(fields["node"]),
        tuple(map(str, fields["areas"])),
        base64.b64decode(fields["secret"], validate=True),
        dict(fields.get("broker") or {}),
        str(fields.get("ca") or ""),
    )
    names = all(map(events.NODE.fullmatch, (made.node, made.hub)))
    if fields["kind"] != _KIND or len(made.hub_key) != keys.KEY_BYTES or not names:
        raise ValueError(_KIND)
    return made
