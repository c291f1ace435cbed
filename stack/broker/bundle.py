"""What a box needs to reach the broker, in one file: address, user, password, client id and certificate authority."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import Settings
    from stack.ports import Address
    from storage.credentials import Credential

VERSION = 1
_CLIENT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Bundle:
    """One credential with the broker's address. `ca` is PEM; a box that has it uses TLS."""

    box: str
    username: str
    password: str
    address: Address
    client_id: str
    ca: str | None = None

    def described(self) -> dict[str, Any]:
        """For a file: `mqtt` has what an MQTT client asks for. Other parts of a box may add keys beside it."""
        return {
            "v": VERSION,
            "box": self.box,
            "mqtt": {
                "host": self.address.host,
                "port": self.address.port,
                "tls": self.ca is not None,
                "ca": self.ca,
                "username": self.username,
                "password": self.password,
                "client_id": self.client_id,
            },
        }


def of(credential: Credential, password: str, address: Address, settings: Settings) -> Bundle:
    """The bundle of a credential that was just made. Raises OperatorError when the CA's file cannot be read.

    The client id names the session at the broker. NATS lets anybody take it who knows it, so its end is random.
    """
    ca = settings.broker.ca_file
    try:
        authority = None if ca is None else ca.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise OperatorError(f"{ca} cannot be read: {error}", "KIEZBOX_BROKER_CA_FILE names a PEM file") from None
    client_id = f"{credential.username}-{secrets.token_hex(_CLIENT_BYTES)}"
    return Bundle(credential.box or "", credential.username, password, address, client_id, authority)


def write(file: Path, found: object) -> None:
    """Write a bundle, or a list of them, to a new file that only its owner can read.

    Raises OperatorError, also for a file that is there already: it stays as it is.
    """
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as sink:
            sink.write(json.dumps(found, indent=2) + "\n")
            sink.flush()
            os.fsync(number)
    except FileExistsError:
        raise OperatorError(f"{file} is there already", "name a new file, or remove that one first") from None
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror or error}", "name another file") from None
