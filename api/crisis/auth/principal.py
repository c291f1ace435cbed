"""Who is signed in."""

from dataclasses import dataclass
from datetime import datetime

from crisis.model import roles
from crisis.model.commands import Actor
from crisis.model.roles import Right, Role


@dataclass(frozen=True, slots=True)
class Principal:
    """An account that has proved who it is: a person with a session, or a program with a token.

    A program has no session: its `csrf`, `ends_at` and `secret` are empty.
    """

    actor: Actor  # as the node records who acts: the account's name and role
    csrf: str = ""
    ends_at: datetime | None = None  # of the session
    secret: str = ""  # of the session: what its cookie holds

    @property
    def account(self) -> str:
        """The name of the account."""
        return self.actor.name

    @property
    def role(self) -> Role:
        """The role of the account."""
        return self.actor.role

    def may(self, right: Right) -> bool:
        """Whether the role has this right."""
        return roles.may(self.role, right)
