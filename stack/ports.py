"""Where servers listen: addresses as people type them, and which program has a port already."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

import psutil

from kiezbox.errors import OperatorError

LOOPBACK = "127.0.0.1"
_PORT_MAX = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @property
    def local(self) -> Address:
        """Where this machine itself reaches a server that listens on this address, which may be a wildcard."""
        return Address({"0.0.0.0": LOOPBACK, "::": "::1"}.get(self.host, self.host), self.port)  # noqa: S104 -- compared, not bound


def parse(text: str, option: str) -> Address:
    """`PORT`, `HOST:PORT` or `[IPV6]:PORT`; OperatorError otherwise. `option` is the option that it was given to."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host else LOOPBACK
    if not port.isascii() or not port.isdigit() or not 0 < int(port) <= _PORT_MAX or not host.strip():
        raise OperatorError(f"{option} {text!r} is no address", f"a port or HOST:PORT, as in: {option} 127.0.0.1:8000")
    return Address(host, int(port))


def require_free(address: Address, use: str, option: str) -> None:
    """Raise OperatorError when the address cannot be listened on: it says which program has it, and what to choose."""
    hint = f"choose another with {option}, for example: kiezbox up {option} {_other(address)}"
    try:
        family, _, _, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers themselves do
            listener.bind(where)
            listener.listen(1)
    except (socket.gaierror, UnicodeError):
        raise OperatorError(f"{address.host} is no address of this machine ({use})", hint) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OperatorError(f"port {address.port} ({use}) is in use by {holder(address.port)}", hint) from None
        if error.errno == errno.EACCES:
            raise OperatorError(f"port {address.port} ({use}) is reserved for root", hint) from None
        raise OperatorError(f"nothing can listen on {address} ({use}): {error.strerror}", hint) from None


def require_apart(*wanted: tuple[Address, str]) -> None:
    """Raise OperatorError when two of these addresses, each with its option, have the same port."""
    options: dict[int, str] = {}
    for address, option in wanted:
        earlier = options.setdefault(address.port, option)
        if earlier != option:
            raise OperatorError(
                f"{earlier} and {option} both want port {address.port}",
                f"give each its own, for example: kiezbox up {option} {_other(address)}",
            )


def holder(port: int) -> str:
    """The program that listens on a TCP port, as far as this user may see it."""
    try:
        for connection in psutil.net_connections("tcp"):
            is_listening = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr[1] == port
            if is_listening and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass  # the process has ended, or this user may not see it
    return "a program of another user"


def _other(address: Address) -> str:
    """A free port on the same host, near the wanted one."""
    for port in range(address.port + 1, min(address.port + 100, _PORT_MAX)):
        with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as listener:
            try:
                listener.bind((address.local.host, port))
            except OSError:
                continue
        text = str(Address(address.host, port))
        return text if address.host != LOOPBACK else str(port)
    return "PORT"
