"""What can go wrong, told apart by what the caller can do about it."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818 -- named for what is the case
    """The simulator cannot run as asked; the text says why and what helps. Shown to people with no stack trace."""


class Unwritable(Exception):  # noqa: N818 -- named for what is the case
    """The outbox takes nothing at the moment (disk full, read-only, input/output error). Later it may."""


class Unlinked(Exception):  # noqa: N818 -- named for what is the case
    """No connection to the broker came about, or it was refused. The text says why; the next attempt may succeed."""


class Unreadable(Exception):  # noqa: N818 -- named for what is the case
    """What the hub sent is not the protocol. It is said and otherwise ignored: the hub will say it again."""
