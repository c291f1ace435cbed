"""What the crisis routes work with: made once where the node starts, handed to each route by a typed dependency."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from api.crisis.auth import accounts
from api.crisis.auth.accounts import AccountService
from api.crisis.auth.login_throttle import LoginThrottle
from api.crisis.limits import Limits
from api.crisis.memory.newest_values import NewestValues
from api.crisis.memory.shared_pages import SharedPages
from api.crisis.memory.stream_seats import StreamSeats
from api.crisis.memory.submissions import Submissions
from crisis import service
from crisis.node import Node
from kiezbox.settings import Settings


@dataclass(frozen=True, slots=True)
class CrisisDeps:
    """The crisis part of one running application."""

    settings: Settings
    node: Node
    accounts: AccountService
    newest_values: NewestValues | None  # None on a box, which has no database
    stream_seats: StreamSeats
    limits: Limits = field(default_factory=Limits)
    login_throttle: LoginThrottle = field(default_factory=LoginThrottle)
    shared_pages: SharedPages = field(default_factory=SharedPages)
    submissions: Submissions = field(default_factory=Submissions)


def of_node(settings: Settings, node: Node, service: AccountService) -> CrisisDeps:
    """What an application with these settings needs to serve this node."""
    return CrisisDeps(
        settings=settings,
        node=node,
        accounts=service,
        newest_values=NewestValues() if node.is_hub else None,
        stream_seats=StreamSeats(settings.api.stream_clients_max),
    )


@contextlib.asynccontextmanager
async def serving(app: FastAPI, settings: Settings) -> AsyncIterator[CrisisDeps]:
    """Run the node of this application, and let its routes answer from it, while the block runs.

    Raises OperatorError when the crisis log cannot be used.
    """
    async with service.running(settings) as node, accounts.opened(node) as opened:
        made = of_node(settings, node, opened)
        hand_over(app, made)
        yield made


def hand_over(app: FastAPI, made: CrisisDeps) -> None:
    """Let the routes of this application work with these; its streams end when the application does."""
    app.state.crisis = made
    app.state.endings.append(made.node.notifier.end)


def of(request: Request) -> CrisisDeps:
    """The crisis part of the application that serves this request."""
    found: CrisisDeps = request.app.state.crisis
    return found


def node_of(request: Request) -> Node:
    """The node of the application that serves this request."""
    return of(request).node


Deps = Annotated[CrisisDeps, Depends(of)]
ServedNode = Annotated[Node, Depends(node_of)]
