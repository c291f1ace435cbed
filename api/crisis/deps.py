"""The node that the crisis routes answer from: made once for an application, handed to each of them."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from api import assembly
from api.assembly import AppKey
from api.crisis.auth import accounts
from api.http.sse import OpenStreams
from crisis import service
from crisis.node import Node
from kiezbox import metrics
from kiezbox.settings import Settings

OPEN_STREAMS = AppKey[OpenStreams]("crisis_streams")


@contextlib.asynccontextmanager
async def serving(app: FastAPI, settings: Settings) -> AsyncIterator[Node]:
    """The node of an application and the accounts of its staff while the block runs.

    Raises OperatorError when the crisis log cannot be used.
    """
    async with service.running(settings) as node:
        hand_over(app, node)
        async with accounts.opened(node) as app.state.desk:
            yield node


def hand_over(app: FastAPI, node: Node) -> None:
    """Let the routes of this application answer from this node; its streams end when the application does."""
    app.state.node = node
    assembly.on_stop(app, node.notifier.end)
    limit = assembly.SETTINGS.of(app).api.stream_clients_max
    OPEN_STREAMS.put(app, OpenStreams(limit, metrics.CRISIS_STREAM_CLIENTS))


def of(request: Request) -> Node:
    """The node of the application that serves this request."""
    node: Node = request.app.state.node
    return node


Given = Annotated[Node, Depends(of)]
