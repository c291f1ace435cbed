"""The node that the crisis routes answer from: made once for an application, handed to each of them."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from api.crisis.auth import accounts
from crisis import service
from crisis.node import Node
from kiezbox.settings import Settings


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
    app.state.endings.append(node.notifier.end)


def of(request: Request) -> Node:
    """The node of the application that serves this request."""
    node: Node = request.app.state.node
    return node


Given = Annotated[Node, Depends(of)]
