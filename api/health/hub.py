"""The health of a hub for programs that watch it: `/readyz`, `/version`. See also process.py."""

from importlib import metadata

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from api.deps import Deps
from api.health import checks
from api.health.readiness import ProcessReadiness
from api.http import problems
from api.http.problems import Problem, Slug
from storage import migrate
from storage.migrate import Tier

router = APIRouter(tags=["health"])


class Version(BaseModel):
    """What runs here."""

    version: str = Field(examples=["0.1.0"])
    schema_: str = Field(alias="schema", examples=["0004_ledger"], description="The newest migration of this program.")
    tier: Tier | None = Field(description="What the database can do; null while it has not answered.")


@router.get("/readyz", response_model=checks.Health, responses=problems.documented(503))
async def readyz(readiness: ProcessReadiness) -> Response:
    """Whether every part works: database, schema, broker, newest commit, stream, crisis log; 503 says why not."""
    health = await readiness.check()
    headers = {"Cache-Control": "no-store"}
    if health.ready:
        return JSONResponse(health.model_dump(), headers=headers)
    reasons = "; ".join(f"{part.name}: {part.detail}" for part in health.parts if not part.ok)
    raise Problem(
        503,
        Slug.NOT_READY,
        "Not ready",
        reasons,
        headers={**headers, "Retry-After": str(problems.RETRY_AFTER_SECONDS)},
        extra=health.model_dump(),
    )


@router.get("/version")
async def version(deps: Deps) -> Version:
    """The version of this program, the schema that it needs, and what the database can do as far as that is known."""
    newest = migrate.migrations()[-1].name
    return Version(version=metadata.version("kiezbox"), schema=newest, tier=deps.database.tier)
