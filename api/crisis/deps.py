"""What the crisis routes work with: made once where the node starts, handed to each route by a typed dependency."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request

from api import assembly
from api.assembly import AppKey
from api.crisis.auth import accounts
from api.crisis.auth.accounts import AccountService
from api.crisis.auth.factors.gate import FactorMemory
from api.crisis.auth.holds import Holds
from api.crisis.auth.login_throttle import LoginThrottle
from api.crisis.auth.oidc.attempts import Attempts
from api.crisis.auth.oidc.provider import Provider
from api.crisis.limits import Limits
from api.crisis.memory.newest_values import NewestValues
from api.crisis.memory.pasts import Pasts
from api.crisis.memory.remembered import Remembered
from api.crisis.memory.shared_pages import SharedPages
from api.crisis.memory.submissions import Submissions
from api.http.connections.open_streams import OpenStreams
from crisis import service
from crisis.alarm import service as alarm_service
from crisis.alarm.service import AlarmService
from crisis.node import Node
from kiezbox import metrics
from kiezbox.settings import Settings


@dataclass(frozen=True, slots=True)
class CrisisDeps:
    """The crisis part of one running application."""

    settings: Settings
    node: Node
    accounts: AccountService
    pasts: Pasts
    newest_values: NewestValues | None  # None on a box, which has no database
    open_streams: OpenStreams
    limits: Limits = field(default_factory=Limits)
    login_throttle: LoginThrottle = field(default_factory=LoginThrottle)
    holds: Holds = field(default_factory=Holds)
    alerts: Remembered[Any] = field(default_factory=Remembered)  # what follows from all notices (api/crisis/alerts),
    alerts_of: Remembered[Any] = field(default_factory=Remembered)  # and from each
    shared_pages: SharedPages = field(default_factory=SharedPages)  # of residents,
    residents_version: Remembered[str] = field(default_factory=Remembered)  # of what their page says
    lage_pages: SharedPages = field(default_factory=SharedPages)  # and what changes of the situation page
    submissions: Submissions = field(default_factory=Submissions)
    provider: Provider | None = None  # the city's, at a hub that has one
    alarms: AlarmService | None = None  # None where nobody is told of anything: in tests of pages
    attempts: Attempts = field(default_factory=Attempts)
    factors: FactorMemory = field(default_factory=FactorMemory)


CRISIS_DEPS = AppKey[CrisisDeps]("crisis")


def of_node(settings: Settings, node: Node, service: AccountService) -> CrisisDeps:
    """What an application with these settings needs to serve this node."""
    return CrisisDeps(
        settings=settings,
        node=node,
        accounts=service,
        pasts=Pasts(node),
        provider=Provider(settings.oidc) if node.is_hub and settings.oidc.issuer is not None else None,
        newest_values=NewestValues() if node.is_hub else None,
        open_streams=OpenStreams(
            settings.api.stream_clients_max, metrics.CRISIS_STREAM_CLIENTS, settings.api.streams_per_client
        ),
    )


@contextlib.asynccontextmanager
async def serving(app: FastAPI, settings: Settings) -> AsyncIterator[CrisisDeps]:
    """Run the node of this application, and let its routes answer from it, while the block runs.

    Raises OperatorError when the crisis log cannot be used.
    """
    async with (
        service.running(settings) as node,
        alarm_service.running(node, settings) as alarms,
        accounts.opened(node) as opened,
    ):
        made = dataclasses.replace(of_node(settings, node, opened), alarms=alarms)
        hand_over(app, made)
        yield made


def hand_over(app: FastAPI, made: CrisisDeps) -> None:
    """Let the routes of this application work with these; its streams end when the application does."""
    CRISIS_DEPS.put(app, made)
    accounts.ACCOUNTS.put(app, made.accounts)  # auth/ is a layer below this one
    assembly.on_stop(app, made.node.notifier.end)
    assembly.on_stop(app, made.holds.end)


def node_of(request: Request) -> Node:
    """The node of the application that serves this request."""
    return CRISIS_DEPS(request).node


async def _served_node(request: Request) -> Node:
    return node_of(request)


Deps = Annotated[CrisisDeps, Depends(CRISIS_DEPS.served)]
ServedNode = Annotated[Node, Depends(_served_node)]
