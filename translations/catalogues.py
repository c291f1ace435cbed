"""Reads the gettext catalogues: `catalogues/<domain>/<tag>.po`.

A catalogue is read when its domain and language are first asked for (about 20 ms). There are no compiled `.mo` files:
they would be a second copy that can be forgotten, or a build step that a box would need.
`python -m translations.extraction` brings the catalogues up to date with the texts in the code.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from babel import support
from babel.messages import mofile, pofile

from translations import domains, locale_data
from translations.words import Words

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

    from translations.domains import Domain
    from translations.languages import Language

FOLDER = "catalogues"


@cache
def words(domain: Domain, language: Language) -> Words:
    """The words of a domain in a language. Raises FileNotFoundError when the domain does not have this language."""
    locale_data.read(language.locale)
    if language == domains.SOURCE:
        return Words(language, support.NullTranslations())
    compiled = io.BytesIO()
    mofile.write_mo(compiled, read(domain, language))
    compiled.seek(0)
    return Words(language, support.Translations(compiled))


def read(domain: Domain, language: Language) -> Catalog:
    """The catalogue of a domain in a language, as its file holds it. Raises FileNotFoundError without a file."""
    file = resources.files(__package__).joinpath(FOLDER, domain.name, f"{language.tag}.po")
    return pofile.read_po(io.BytesIO(file.read_bytes()), locale=language.locale, abort_invalid=True)
