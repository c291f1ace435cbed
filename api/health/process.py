"""What every process says to programs that watch it, on a hub and on a box: `/livez` and `/metrics`."""

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from kiezbox import metrics

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    alive: bool = True


@router.get("/livez")
async def livez() -> Alive:
    """Whether the process answers. Uses nothing outside the process."""
    return Alive()


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def show_metrics() -> Response:
    """The metrics of this process in Prometheus's text format."""
    return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE_LATEST)
