"""`python -m api.crisis.residents.extraction`: bring the catalogues up to date with the texts in code and templates.

New texts are added with an empty translation, texts that nobody uses any more are taken out, translations are kept.
A test fails until every text is translated in every language. Not needed by a process that serves.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract

from api.crisis.residents import catalogues, languages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.crisis.residents.languages import Language

_PACKAGE = Path(__file__).parent
_MARKS = {"_": None, "ngettext": (1, 2), "noted": None}
_METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract"}
_HEADER = """\
# What the residents' page says in: {name}. Texts are added and taken out by
# python -m api.crisis.residents.extraction; the translations are written by people.
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def folder() -> Path:
    """Where the catalogues are."""
    return _PACKAGE / catalogues.FOLDER


def template() -> Catalog:
    """Every text that the code and the templates hold, in a fixed order."""
    found = Catalog(fuzzy=False)
    for path in sorted(_PACKAGE.rglob("*")):
        method = _METHODS.get(path.suffix)
        if method is None or path.name == Path(__file__).name:
            continue
        for line, text, _comments, _context in extract(method, io.BytesIO(path.read_bytes()), keywords=_MARKS):
            found.add(text, locations=[(str(path.relative_to(_PACKAGE)), line)])
    return found


def updated(language: Language) -> bytes:
    """The catalogue of a language with exactly the texts that are used now, as its file holds it."""
    try:
        old = catalogues.read(language)
    except FileNotFoundError:
        old = Catalog(locale=language.locale)
    new = Catalog(locale=language.locale, fuzzy=False)
    for message in template():
        if message.id:
            known = old.get(message.id[0] if isinstance(message.id, tuple) else message.id)
            has_same = known is not None and known.id == message.id
            files = sorted({(name, 0) for name, _ in message.locations})
            new.add(message.id, known.string if known is not None and has_same else None, locations=files)
    sink = io.BytesIO()
    # Babel's own header has dates and versions, which change with each run and tell nothing.
    pofile.write_po(sink, new, width=120, omit_header=True, include_lineno=False)
    return (
        _HEADER.format(name=language.name, locale=language.locale, plural=new.plural_forms).encode() + sink.getvalue()
    )


def translated() -> Iterator[Language]:
    """The languages that have a catalogue."""
    yield from (language for language in languages.LANGUAGES if language != catalogues.SOURCE)


def main() -> None:
    """Write every catalogue."""
    for language in translated():
        (folder() / f"{language.tag}.po").write_bytes(updated(language))


if __name__ == "__main__":
    main()
