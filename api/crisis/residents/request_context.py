"""In which language a request is answered, and as of when."""

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
    """The time of an answer: within a minute an unchanged page stays the same, as pages write times in whole minutes.

    That is the start of the minute; or, when a notice began or ended or a place of help became unconfirmed since then,
    the newest of these moments, so that a page and the bulletin agree at every second.
    """
    now = node.now()
    return max(situation.changes_between(node, now.replace(second=0, microsecond=0), now))


def situation_at(node: Node) -> tuple[Situation, datetime]:
    """The situation where this node stands, and the time of which it is (`now_at`)."""
    now = now_at(node)
    return situation.of(node, now), now
