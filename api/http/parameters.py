"""Query parameters that lists share. Unknown ones are refused by name: a mistyped filter must not return everything."""

from pydantic import BaseModel, ConfigDict, Field

from api.http.cursors import Cursor


class StrictQuery(BaseModel):
    """Query parameters of a route, and no others; this class itself has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteQuery(BaseModel):
    """Query parameters of a page for people. Others are left alone: links gather some on their way (`fbclid`), and must
    not cost anybody the page.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)


class PageQuery(StrictQuery):
    """Which part of a list."""

    limit: int | None = Field(default=None, ge=1, examples=[100], description="At most so many items.")
    cursor: Cursor | None = None
