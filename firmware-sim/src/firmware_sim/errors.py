"""What can go wrong: an error for each thing that a caller can do about it."""

from __future__ import annotations


class SimulatorError(Exception):
    """The simulator cannot run as asked; the text says why and what helps. People see it without a stack trace."""


class OutboxWriteError(Exception):
    """The outbox takes nothing at the moment (disk full, read-only, input/output error). Later it may."""


class ConnectFailedError(Exception):
    """The connection to the broker failed or was refused. The text says why; the next attempt may succeed."""


class ProtocolError(Exception):
    """A message of the hub does not follow the protocol. It is noted and ignored: the hub will answer again."""
