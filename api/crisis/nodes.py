"""The node that the crisis routes answer from: made once for an application, handed to each of them."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from crisis.node import Node


def hand_over(app: FastAPI, node: Node) -> None:
    """Let the routes of this application answer from this node; its streams end when the application does."""
    app.state.node = node
    app.state.endings.append(node.news.end)


def of(request: Request) -> Node:
    """The node of the application that serves this request."""
    node: Node = request.app.state.node
    return node


Given = Annotated[Node, Depends(of)]
