"""What staff's pages say, in English and German: texts.toml. Ages are in the catalogues of `translations`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from api.http import negotiation
from translations import domains
from translations.languages import Language


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files("api.crisis.staff").joinpath("texts.toml").read_text(encoding="utf-8"))


@cache
def texts(language: Language) -> Mapping[str, str]:
    """Every text in this language."""
    return {name: both[language.tag] for name, both in _catalogue().items()}


def negotiate(chosen: str | None, header: str | None) -> Language:
    """The language that somebody chose; else what the browser prefers."""
    domain = domains.STAFF
    named = {language.tag: language for language in domain.languages}.get(chosen or "")
    preferred = negotiation.choose_language(negotiation.preferences(header), domain.find)
    return named or preferred or domain.fallback
