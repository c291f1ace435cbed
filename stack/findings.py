"""What `kiezbox doctor` finds: how bad it is, of which part, and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    level: Level
    part: str
    text: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.level:<4}  {self.part:<9} {self.text}".replace("\n", f"\n{'':<15}")
        return f"{line}\n      {'':<9} -> {self.advice}" if self.advice else line

    def as_json(self) -> dict[str, str]:
        """For machines: every value a string."""
        return {name: str(value) for name, value in asdict(self).items()}
