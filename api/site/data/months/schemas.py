"""The index of monthly files as JSON."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class MonthFile(BaseModel):
    """One file of a version."""

    format: str = Field(description="`csv.gz` or `parquet`.", examples=["csv.gz"])
    href: str = Field(description="Its address; what is there never changes.")
    bytes: int
    sha256: str = Field(description="Its checksum, in hexadecimal digits.")


class MonthVersion(BaseModel):
    """What a month held when it was made."""

    version: int = Field(description="Counts from 1; late readings make a new one.", examples=[1])
    made_at: datetime
    readings: int
    boxes: list[str]
    files: list[MonthFile]


class Month(BaseModel):
    """One month."""

    model_config = ConfigDict(serialize_by_alias=True)

    month: str = Field(examples=["2025-11"])
    from_: datetime = Field(alias="from", description="Where it begins: a midnight of the civil days.")
    to: datetime = Field(description="Where the next month begins.")
    newest: list[MonthFile] = Field(description="The newest files, at addresses that always lead to the newest.")
    versions: list[MonthVersion] = Field(description="The newest first.")


class Licence(BaseModel):
    """What may be done with the data."""

    name: str = Field(examples=["dl-by-de/2.0"])
    iri: str = Field(examples=["http://dcat-ap.de/def/licenses/dl-by-de/2.0"])
    url: str
    attribution: str | None = Field(description="Whom to name; null where the licence does not demand it.")


class Months(BaseModel):
    """All months, the newest first."""

    items: list[Month]
    licence: Licence | None = Field(description="Null: none was chosen yet.")
    checked_at: datetime | None = Field(description="When it was last looked whether readings have come in.")
    failing_since: datetime | None = Field(description="Since when that fails; null while it does not.")
