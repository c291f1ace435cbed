"""For whom an answer is: in which language, of which minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.crisis.residents import situation
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request

    from api.crisis.residents.situation import Picture
    from crisis.node import Node
    from translations.words import Words

LANGUAGE_COOKIE = "kiezbox_lang"  # remembers the choice and nothing else


def words_of(request: Request, typed: str | None = None) -> Words:
    """The language for whoever asks: as the form says, as chosen, as remembered, or as the browser prefers."""
    domain = domains.RESIDENTS
    chosen = languages.find(typed or request.query_params.get("lang"))
    remembered = languages.find(request.cookies.get(LANGUAGE_COOKIE))
    return catalogues.words(domain, chosen or remembered or domain.preferred(request.headers.get("accept-language")))


def now_at(node: Node) -> datetime:
    """The time of an answer, in whole minutes: pages say no more, and so an unchanged one stays the same."""
    return node.now().replace(second=0, microsecond=0)


def picture_at(node: Node) -> tuple[Picture, datetime]:
    """The picture at this node, and the minute it is of."""
    now = now_at(node)
    return situation.of(node, now), now
