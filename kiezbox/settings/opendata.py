"""Settings of the open data: under which licence, by whom, and where monthly files lie."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from kiezbox.settings.section import Section

LicenceName = Literal[
    "dl-by-de/2.0", "dl-zero-de/2.0", "cc-by/4.0", "cc-by-sa/4.0", "cc-zero", "odbl"
]  # the ends of http://dcat-ap.de/def/licenses/, as far as Berlin's handbook allows them

_IRI = re.compile(r"""[^\x00-\x20<>"{}|\\^`]+""")  # RFC 3987: the catalogue writes these as they are


class OpendataSettings(Section):
    """The open data: the licence, who publishes it, and the files by month (`kiezbox export`)."""

    folder: Path | None = Field(
        default=None, description="Folder of the monthly files, which `kiezbox export` writes and the API serves."
    )
    licence: LicenceName | None = Field(
        default=None, description="The licence of all public data; without one nobody may publish it elsewhere."
    )
    attribution: str | None = Field(
        default=None,
        max_length=500,
        description="Whom users have to name, where the licence demands it; else `PUBLISHER`, else `TITLE`.",
    )
    title: str = Field(
        default="Kiezbox", min_length=1, max_length=100, description="What the network of boxes is called."
    )
    publisher: str | None = Field(
        default=None, min_length=1, max_length=200, description="Who publishes the data: an office, a club, a person."
    )
    contact_email: str | None = Field(default=None, description="Where questions about the data go, by mail.")
    contact_url: str | None = Field(default=None, description="Where questions about the data go: a page.")
    contributor: str | None = Field(
        default=None,
        description="Id of the data portal that takes the catalogue (`dcatde:contributorID`), once one does.",
    )
    months_max: int = Field(
        default=0, ge=0, description="How many months of files are kept, the newest ones; 0: all of them."
    )
    old_version_days: int = Field(
        default=0, ge=0, description="Days for which a month's file is kept after a newer version; 0: for ever."
    )
    free_mb_min: int = Field(
        default=1024, ge=0, description="No monthly file is made while less than this is free on its disk (MB)."
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the export's own `/metrics`.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the export's own `/metrics`; 0 turns it off."
    )

    @field_validator(
        "licence", "attribution", "publisher", "contact_email", "contact_url", "contributor", mode="before"
    )
    @classmethod
    def _is_set(cls, given: object) -> object:
        """An empty variable, as Compose passes it on, is none."""
        return None if isinstance(given, str) and not given.strip() else given

    @field_validator("contact_email")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and (address.count("@") != 1 or not _IRI.fullmatch(address)):
            raise ValueError("write a mail address, as daten@kiez.example")
        return address

    @field_validator("contact_url", "contributor")
    @classmethod
    def _is_a_page(cls, url: str | None) -> str | None:
        found = urlsplit(url or "")
        is_web = found.scheme in {"http", "https"} and found.hostname
        if url is not None and not (is_web and _IRI.fullmatch(url)):
            raise ValueError("write an address with https:// or http://, without spaces and brackets")
        return url
