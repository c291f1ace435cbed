"""Who reads a page: in which language, and when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from api.http import negotiation
from translations import catalogues, domains
from translations.words import Words


class PageQuestion(BaseModel):
    """The query parameters of a page for people.

    Others are left alone: links that people pass on gather parameters on their way (`fbclid`, `utm_source`), which must
    not cost anybody the page.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of one page.

    `chosen`: the tag of the language that the address names (`lang`); None where the browser's preference counts.
    `path`, `parameters`: the page's address without `lang`.
    """

    words: Words
    chosen: str | None
    now: datetime
    path: str
    parameters: tuple[tuple[str, str], ...]

    def link(self, path: str, **parameters: object) -> str:
        """The address of one of our pages, in the language that this reader has chosen. None leaves a parameter out."""
        return _address(
            path, [(name, str(value)) for name, value in parameters.items() if value is not None], self.chosen
        )

    def knowing(self, names: Collection[str]) -> "Reader":
        """The same reader, of whose parameters only these are left: links gather others on their way (`fbclid`), which
        must neither make a page of their own nor come into one that others read.
        """
        return replace(self, parameters=tuple(pair for pair in self.parameters if pair[0] in names))

    def without_address(self) -> "Reader":
        """The same reader, for a page that must not repeat its own address."""
        return replace(self, path="/", parameters=())

    def asking(self, **parameters: str | None) -> "Reader":
        """The same reader, of whose parameters the page knows these; it leads to itself with those that are given."""
        return replace(self, parameters=tuple((name, value) for name, value in parameters.items() if value))

    @property
    def languages(self) -> tuple[tuple[str, str, str | None], ...]:
        """Every language of these pages: its tag, its name, and this page in it; None for the one that is read now."""
        return tuple(
            (
                each.tag,
                each.name,
                None if each == self.words.language else _address(self.path, self.parameters, each.tag),
            )
            for each in domains.SITE.languages
        )


def of(request: Request) -> Reader:
    """The reader of a request: `lang` of its address counts, then Accept-Language, then the fallback of the pages."""
    chosen = domains.SITE.find(request.query_params.get("lang"))
    accepted = negotiation.preferences(request.headers.get("accept-language"))
    language = chosen or negotiation.choose_language(accepted, domains.SITE.find) or domains.SITE.fallback
    return Reader(
        words=catalogues.words(domains.SITE, language),
        chosen=None if chosen is None else chosen.tag,
        now=datetime.now(UTC),
        path=request.url.path,
        parameters=tuple((name, value) for name, value in request.query_params.multi_items() if name != "lang"),
    )


def _address(path: str, parameters: Iterable[tuple[str, str]], language: str | None) -> str:
    pairs = [*parameters, *([] if language is None else [("lang", language)])]
    return f"{path}?{urlencode(pairs)}" if pairs else path


PageReader = Annotated[Reader, Depends(of)]
