"""`python -m translations.extraction`: bring the catalogues up to date with the texts in code and templates.

New texts are added with an empty translation, texts that nobody uses any more are taken out, translations are kept,
and so is their order: a text that moves to another file changes nothing but the comment with its place.
A test fails until every text is translated in every language of its domain. Runs in a checkout only, and is not needed
by a process that serves.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract

from translations import catalogues, domains, glossary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

    from translations.domains import Domain
    from translations.languages import Language

_ROOT = Path(__file__).parents[1]
# Where the texts of each domain stand. The public pages and staff's have short ages, say what is not live, have charts.
_SHORT_AGES, _OUTAGES, _CHARTS = "translations/words.py", "api/live", "api/charts"
_AGES = "translations/ages.py"
_SOURCES = {
    domains.RESIDENTS: ("api/crisis/residents", "api/crisis/alerts", _AGES),
    domains.SITE: ("api/site", _CHARTS, _OUTAGES, _SHORT_AGES, _AGES),
    domains.STAFF: ("api/crisis/staff", _CHARTS, _OUTAGES, _SHORT_AGES),
    domains.DASHBOARDS: ("dashboards",),
    domains.CRISIS: ("crisis", _SHORT_AGES),
}
_READERS = {
    domains.RESIDENTS: "the residents' page",
    domains.SITE: "the public page",
    domains.STAFF: "staff's pages",
    domains.DASHBOARDS: "the dashboards",
    domains.CRISIS: "pages, programs and messages that say what the crisis part sees: outages",
}
# Which arguments of these functions are texts; "c" is the context.
_KEYWORDS = {
    "_": None,
    "ngettext": (1, 2),
    "plural": (1, 2),
    "pgettext": ((1, "c"), 2),
    "N_": None,
    "NP_": ((1, "c"), 2),
}
_METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract"}
_HEADER = """\
# Texts of {readers}: {name}. Texts are added and taken out by
# python -m translations.extraction; the translations are written by people.
# Terms, and why (translations/glossary.py):
{terms}
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def folder(domain: Domain) -> Path:
    """Where the catalogues of a domain are."""
    return Path(__file__).parent / catalogues.FOLDER / domain.name


def template(domain: Domain) -> Catalog:
    """Every text that the code and the templates of a domain hold, in a fixed order."""
    found = Catalog(fuzzy=False)
    for path in _files(domain):
        name = str(path.relative_to(_ROOT))
        content = io.BytesIO(path.read_bytes())
        for line, text, _comments, context in extract(_METHODS[path.suffix], content, keywords=_KEYWORDS):
            found.add(text, locations=[(name, line)], context=context)
    return found


def _files(domain: Domain) -> Iterator[Path]:
    for source in _SOURCES[domain]:
        start = _ROOT / source
        paths = sorted(start.rglob("*")) if start.is_dir() else [start]
        yield from (path for path in paths if path.suffix in _METHODS)


def updated(domain: Domain, language: Language) -> bytes:
    """The catalogue as its file should be: exactly the texts that are used now, with the translations that it has."""
    try:
        old = catalogues.read(domain, language)
    except FileNotFoundError:
        old = Catalog(locale=language.locale)
    new = Catalog(locale=language.locale, fuzzy=False)
    for message in _in_order_of(old, template(domain)):
        known = old.get(_key(message), message.context)
        translation = known.string if known is not None and known.id == message.id else None
        files = sorted({(name, 0) for name, _ in message.locations})
        new.add(message.id, translation, locations=files, context=message.context)
    sink = io.BytesIO()
    # Babel's own header holds dates and versions, which change with each run and say nothing.
    pofile.write_po(sink, new, width=120, omit_header=True, include_lineno=False)
    header = _HEADER.format(
        readers=_READERS[domain],
        name=language.name,
        terms="\n".join(f"# - {line}" for line in glossary.comments(language.tag)),
        locale=language.locale,
        plural=new.plural_forms,
    )
    return header.encode() + sink.getvalue()


def _key(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def _in_order_of(old: Catalog, used: Catalog) -> list[Message]:
    """The texts in use: known ones in the order of the old catalogue, a new one after its neighbour in the code."""
    places = {(_key(message), message.context): (place, 0) for place, message in enumerate(old)}
    ordered, neighbour = [], (-1, 0)
    for count, message in enumerate(message for message in used if message.id):
        place = places.get((_key(message), message.context), (neighbour[0], count + 1))
        ordered.append((place, message))
        neighbour = place
    return [message for _, message in sorted(ordered, key=lambda each: each[0])]


def main() -> None:
    """Write every catalogue."""
    for domain in domains.DOMAINS:
        for language in domain.translated:
            (folder(domain) / f"{language.tag}.po").write_bytes(updated(domain, language))


if __name__ == "__main__":
    main()
