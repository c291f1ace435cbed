"""For whom an answer is: in which language, of which minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.crisis.residents import catalogues, languages, situation
from api.http import negotiation

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request

    from api.crisis.residents.catalogues import Words
    from api.crisis.residents.languages import Language
    from api.crisis.residents.situation import Picture
    from crisis.node import Node


def words_of(request: Request, typed: str | None = None) -> Words:
    """The language for whoever asks: as the form says, as chosen, as remembered, or as the browser prefers."""
    chosen = typed or request.query_params.get("lang")
    header = request.headers.get("accept-language")
    return catalogues.words(language_of(chosen, request.cookies.get(languages.COOKIE), header))


def language_of(chosen: str | None, remembered: str | None, header: str | None) -> Language:
    """What somebody chose, now or before; else what the browser prefers of ours; else German."""
    preferred = negotiation.choose_language(negotiation.preferences(header), languages.named)
    return languages.named(chosen) or languages.named(remembered) or preferred or languages.GERMAN


def now_at(node: Node) -> datetime:
    """The time of an answer, in whole minutes: pages say no more, and so an unchanged one stays the same."""
    return node.now().replace(second=0, microsecond=0)


def picture_at(node: Node) -> tuple[Picture, datetime]:
    """The picture at this node, and the minute it is of."""
    now = now_at(node)
    return situation.of(node, now), now
