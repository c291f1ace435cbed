"""Settings that every process has: what it logs, how it stops."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kiezbox.settings.section import Section


class LogSettings(Section):
    """How much is logged, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest severity that is logged."
    )
    format: Literal["text", "json"] = Field(default="text", description="`text` for people, `json` for machines.")


class ProcessSettings(Section):
    """How a process stops."""

    shutdown_seconds: float = Field(
        default=10.0, gt=0, description="How long an orderly stop may take before it is cut short."
    )
