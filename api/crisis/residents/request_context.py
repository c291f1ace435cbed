"""In which language a request is answered, and of which minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.crisis.residents import situation
from api.http import negotiation
from translations import catalogues, domains

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request

    from api.crisis.residents.situation import Situation
    from crisis.node import Node
    from translations.languages import Language
    from translations.words import Words

LANGUAGE_COOKIE = "kiezbox_lang"  # remembers the choice and nothing else


def words_of(request: Request, typed: str | None = None) -> Words:
    """The texts in the client's language: as the form says, as chosen, as remembered, or as the browser prefers."""
    chosen = typed or request.query_params.get("lang")
    header = request.headers.get("accept-language")
    return catalogues.words(domains.RESIDENTS, language_of(chosen, request.cookies.get(LANGUAGE_COOKIE), header))


def language_of(chosen: str | None, remembered: str | None, header: str | None) -> Language:
    """What somebody chose, now or before; else what the browser prefers of ours; else German."""
    domain = domains.RESIDENTS
    preferred = negotiation.choose_language(negotiation.preferences(header), domain.find)
    return domain.find(chosen) or domain.find(remembered) or preferred or domain.fallback


def now_at(node: Node) -> datetime:
    """The time of an answer, in whole minutes, as pages write it: within a minute an unchanged page stays the same."""
    return node.now().replace(second=0, microsecond=0)


def situation_at(node: Node) -> tuple[Situation, datetime]:
    """The situation where this node stands, and the minute of which it is."""
    now = now_at(node)
    return situation.of(node, now), now
