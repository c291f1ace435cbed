"""The ledger: what became of everything that the hub received."""

from typing import Annotated, Self

from pydantic import Field

from api.database import Row
from api.http.times import Instant
from api.readings.schemas.base import Page, Resource


class Outcomes(Resource):
    """What became of what was received."""

    received: int = Field(examples=[60])
    stored: int = Field(examples=[60])
    duplicate: int = Field(examples=[0])
    rejected: int = Field(examples=[0])

    @property
    def is_balanced(self) -> bool:
        """Whether received = stored + duplicate + rejected."""
        return self.received == self.stored + self.duplicate + self.rejected


class MessageOutcomes(Outcomes):
    """Messages of one hour."""

    lost: int = Field(examples=[0], description="Gaps in `seq` that opened, less those that closed: may be negative.")


class ReadingOutcomes(Outcomes):
    """Readings of one hour."""

    differing: int = Field(examples=[0], description="Of the duplicates: came with another value than the stored one.")


class LedgerEntry(Resource):
    """One hour of one box."""

    hour: Instant = Field(description="When the hour began.")
    box: Annotated[
        str | None,
        Field(
            examples=["71-01"],
            description="Null: no box could be read from the topic. (others): messages that were never meant for us.",
        ),
    ]
    balanced: bool = Field(description="received = stored + duplicate + rejected, in messages and in readings.")
    messages: MessageOutcomes
    readings: ReadingOutcomes

    @classmethod
    def of(cls, row: Row) -> Self:
        """From a row of ledger.sql."""
        outcomes = ("received", "stored", "duplicate", "rejected")
        messages = MessageOutcomes(**{name: row[f"messages_{name}"] for name in (*outcomes, "lost")})
        readings = ReadingOutcomes(**{name: row[f"readings_{name}"] for name in (*outcomes, "differing")})
        return cls(
            hour=row["hour"],
            box=None if row["box"] == "-" else row["box"],
            balanced=messages.is_balanced and readings.is_balanced,
            messages=messages,
            readings=readings,
        )


class Ledger(Page):
    """A page of the ledger."""

    items: list[LedgerEntry]
