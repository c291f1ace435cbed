"""What every section of the settings is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One part's settings: frozen, and unknown names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")
