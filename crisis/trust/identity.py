"""Who this node is: its key, the hub that it belongs to, its certificate. In the folder `trust` beside the log.

node.key       the private key, 0600, made at the first start
hub.json       the hub's name and public key: on a box what it joined, on a hub its own
join.json      the secret of the bundle that a box took, until its certificate is there
certificate    what the hub signed for this box
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crisis.trust import certificates, keys, signatures
from crisis.trust.certificates import Certificate, InvalidCertificateError
from crisis.trust.keys import DamagedKeyError, SigningKey

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.model.events import EncodedEvent

log = logging.getLogger(__name__)

FOLDER = "trust"
KEY_FILE, _HUB, _JOIN, _CERTIFICATE = "node.key", "hub.json", "join.json", "certificate"
_FILES = (KEY_FILE, _HUB, _JOIN, _CERTIFICATE)


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub that a node belongs to: its name and its public key."""

    name: str
    key: bytes


class Identity:
    """What this node is to others. Made by `opened`. Files are read again by `refresh`, when a command changed them.

    Used by the event loop and by the thread that opens the log; `sign` may be called from any.
    """

    def __init__(self, folder: Path, name: str, *, is_hub: bool) -> None:
        self._home = folder
        self.folder = folder / FOLDER
        self.name = name
        self.is_hub = is_hub
        self.hub: Hub | None = None
        self.certificate: Certificate | None = None
        self._certificate_text = ""
        self._join_secret: bytes | None = None
        self._key: SigningKey | None = None
        self._making = threading.Lock()
        self._said = ""
        self._seen: tuple[Any, ...] = ()
        self.refresh()

    # -- our own key ---------------------------------------------------------------------------------------------------

    @property
    def key(self) -> SigningKey | None:
        """Our key, made when it is missing; None while the disk takes none, or when a hub's key was lost."""
        with self._making:
            if self._key is None:
                self._key = self._load_key()
            return self._key

    def _load_key(self) -> SigningKey | None:
        path = self.folder / KEY_FILE
        try:
            if self.is_hub and not path.exists() and self.hub is not None:
                self._say(f"{path} is gone")  # another key would be another hub: that is for people to decide
                return None
            keys.make_folder(self.folder, self._home)
            found = keys.load_or_make(path, self._home)
        except (OSError, DamagedKeyError) as error:
            self._say(str(error))
            return None
        if self.is_hub:
            if self.hub is None:
                self._remember_hub(Hub(self.name, found.public))
            elif self.hub.key != found.public:
                self._say(f"{path} is not the key that this hub's nodes know")
                return None
            self.certificate = certificates.root(self.name, found.public)
        self._said = ""
        return found

    def _say(self, why: str) -> None:
        if why != self._said:
            self._said = why
            log.critical(
                "THIS NODE HAS NO KEY: what it writes is not signed, and other nodes will not take it",
                extra={"why": why, "see": "docs/crisis.md, Recovery"},
            )

    # -- the hub, and our certificate ----------------------------------------------------------------------------------

    @property
    def root(self) -> Certificate | None:
        """The hub's own certificate; None on a node that has not joined a hub."""
        if self.is_hub and self.hub is None and self.key is None:
            return None
        return None if self.hub is None else certificates.root(self.hub.name, self.hub.key)

    @property
    def is_joining(self) -> bool:
        """Whether this box took a bundle and has no certificate yet."""
        return self._join_secret is not None

    def refresh(self) -> bool:
        """Read the files again if they changed. Whether the hub, the bundle or our certificate is another one."""
        seen = tuple(_stamp(self.folder / name) for name in _FILES[1:])
        if seen == self._seen:
            return False
        before = (self.hub, self.certificate, self._join_secret)
        self._seen = seen
        found = _read(self.folder / _HUB)
        self.hub = None if found is None else Hub(str(found["name"]), base64.b64decode(found["key"]))
        joining = _read(self.folder / _JOIN)
        self._join_secret = None if joining is None else base64.b64decode(joining["secret"])
        if not self.is_hub:
            self.certificate = self._read_certificate()
        return before != (self.hub, self.certificate, self._join_secret)

    @property
    def certificate_text(self) -> str:
        """Our certificate as the hub signed it, for who does not know it yet; "" on a hub, and before there is one."""
        return self._certificate_text

    def _read_certificate(self) -> Certificate | None:
        self._certificate_text = ""
        try:
            text = (self.folder / _CERTIFICATE).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        found = self._checked(text)
        if found is not None:
            self._certificate_text = text
        return found

    def _checked(self, text: str) -> Certificate | None:
        """The certificate, if our hub signed it for our name and key."""
        if self.hub is None or self.key is None:
            return None
        try:
            found = certificates.read(text, self.hub.key)
        except InvalidCertificateError:
            return None
        return found if (found.node, found.key) == (self.name, self.key.public) else None

    def join(self, hub: Hub, secret: bytes) -> None:
        """Belong to this hub from now on. The certificate comes with the first exchange. Raises OSError."""
        self._remember_hub(hub)
        text = json.dumps({"secret": base64.b64encode(secret).decode()})
        self._write(_JOIN, text)
        (self.folder / _CERTIFICATE).unlink(missing_ok=True)
        self.refresh()

    def pin(self, hub: Hub) -> None:
        """Belong to the hub that this box has exchanged events with before there were keys. Raises OSError."""
        log.warning(
            "the hub of this box shows a key for the first time, and is known by it from now on; make the box a member:"
            " kiezbox node add at the hub, kiezbox node join here",
            extra={"hub": hub.name, "key": keys.fingerprint(hub.key)},
        )
        self._remember_hub(hub)
        self.refresh()

    def accept(self, text: str) -> bool:
        """Take our certificate from the hub, and forget the bundle's secret. False when it is not ours. OSError."""
        found = self._checked(text)
        if found is None or (self.certificate is not None and found.from_ms < self.certificate.from_ms):
            return False
        self._write(_CERTIFICATE, text)
        (self.folder / _JOIN).unlink(missing_ok=True)
        self.refresh()
        return True

    def _remember_hub(self, hub: Hub) -> None:
        text = json.dumps({"name": hub.name, "key": base64.b64encode(hub.key).decode()})
        self._write(_HUB, text)
        self.hub = hub

    def _write(self, name: str, text: str) -> None:
        keys.make_folder(self.folder, self._home)
        keys.replace_private(self.folder / name, f"{text}\n", self._home)

    def proof(self) -> str:
        """That we hold the bundle's secret: for the hub, bound to our name and key. "" without a bundle."""
        if self._join_secret is None or self.key is None:
            return ""
        return proof(self._join_secret, self.name, self.key.public)

    # -- signing -------------------------------------------------------------------------------------------------------

    def sign(self, event: EncodedEvent) -> EncodedEvent:
        """The event with our signature; as it is while we have no certificate, to be signed once we have one."""
        key, certificate = self.key, self.certificate
        if key is None or certificate is None:
            return event
        return signatures.signed(event, key, certificate.serial)


def renew(identity: Identity) -> SigningKey | None:
    """Give a hub, which does not run, a new key; the old one is set aside. Raises OSError."""
    path = identity.folder / KEY_FILE
    if path.exists():
        path.rename(identity.folder / f"{KEY_FILE}.before-{secrets.token_hex(4)}")
    (identity.folder / _HUB).unlink(missing_ok=True)
    return Identity(identity.folder.parent, identity.name, is_hub=True).key


def proof(secret: bytes, node: str, key: bytes) -> str:
    """HMAC-SHA256 that whoever made the key of this node holds the bundle's secret."""
    return hmac.new(secret, node.encode() + b"\0" + key, hashlib.sha256).hexdigest()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _read(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None when it is missing, or damaged, which the log says."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.error("a file of the node's trust cannot be read", extra={"file": path, "error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
        return None
    return found if isinstance(found, dict) else None
