"""The health of a box for programs that watch it: `/readyz`, `/version`. See also process.py."""

from importlib import metadata
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from api.crisis.deps import ServedNode
from api.health import checks
from api.http import problems
from api.http.problems import Problem, Slug

router = APIRouter(tags=["health"])


class Version(BaseModel):
    """What runs here."""

    version: str = Field(examples=["0.1.0"])
    role: Literal["box"] = "box"
    node: str = Field(examples=["71-01"])


@router.get("/readyz", response_model=checks.Health, responses=problems.documented(503))
async def readyz(node: ServedNode) -> Response:
    """Whether the crisis log takes calls for help and reports; 503 says why not. A hub that is away does not count."""
    part = await checks.crisis(node)
    health = checks.Health(ready=part.ok, parts=[part])
    headers = {"Cache-Control": "no-store"}
    if part.ok:
        return JSONResponse(health.model_dump(), headers=headers)
    retry = {"Retry-After": str(problems.RETRY_AFTER_SECONDS)}
    reason = f"{part.name}: {part.detail}"
    raise Problem(503, Slug.NOT_READY, "Not ready", reason, headers=headers | retry, extra=health.model_dump())


@router.get("/version")
async def version(node: ServedNode) -> Version:
    """Which version this is, and which box."""
    return Version(version=metadata.version("kiezbox"), node=node.name)
