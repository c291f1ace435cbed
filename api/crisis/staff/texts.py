"""What the staff's pages say, in English and German: texts.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from api.site import texts as wording
from api.site.texts import Language


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files("api.crisis.staff").joinpath("texts.toml").read_text(encoding="utf-8"))


@cache
def texts(language: Language) -> Mapping[str, str]:
    """Every text in this language."""
    return {name: both[language.value] for name, both in _catalogue().items()}


def negotiate(chosen: str | None, header: str | None) -> Language:
    """The language that somebody chose; else what the browser prefers."""
    return Language(chosen) if chosen in set(Language) else wording.negotiate(header)
