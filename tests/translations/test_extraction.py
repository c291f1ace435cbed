"""The catalogues hold exactly the texts of the code and the templates, as the tool writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.translations.support.every_catalogue import EVERY_CATALOGUE
from translations import catalogues, domains, extraction, languages

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Catalog

    from translations.domains import Domain
    from translations.languages import Language

CODE = """
from translations.marks import gettext_noop as N_, pgettext_noop as NP_
A = N_("Water")
B = NP_("station", "Open")
C = words.plural("%(number)s box", "%(number)s boxes", 2)
D = gettext("not a mark of ours")
E = words.ngettext("%(number)s box", "%(number)s boxes", 2)
"""
PAGE = '<p>{{ _("Water") }}</p><p title="{{ _("As of %(time)s.", time=now) }}">not marked</p>'


def keys(catalog: Catalog) -> set[tuple[object, object]]:
    return {(message.id, message.context) for message in catalog if message.id}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the sources of the public page, with a module and a template."""
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "labels.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "page" / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "page" / "page.css").write_text('content: _("Not read");', encoding="utf-8")
    monkeypatch.setattr(extraction, "_ROOT", tmp_path)
    monkeypatch.setattr(extraction, "_SOURCES", {domains.SITE: ("page",)})
    return tmp_path / "page"


@pytest.mark.usefixtures("site")
def test_marked_texts_of_code_and_templates_are_found_once_with_every_place() -> None:
    found = {
        message.id: (message.context, [name for name, _ in message.locations])
        for message in extraction.template(domains.SITE)
        if message.id
    }

    assert found == {
        "Water": (None, ["page/labels.py", "page/page.html"]),
        "Open": ("station", ["page/labels.py"]),
        ("%(number)s box", "%(number)s boxes"): (None, ["page/labels.py", "page/labels.py"]),
        "As of %(time)s.": (None, ["page/page.html"]),
    }


def test_a_text_that_is_not_used_any_more_is_taken_out_and_a_new_one_waits_for_its_translation(site: Path) -> None:
    kept = 'N_("Map")'
    (site / "labels.py").write_text(f"A = {kept}\nB = N_('Brand new')\n", encoding="utf-8")
    (site / "page.html").write_text("", encoding="utf-8")

    written = extraction.updated(domains.SITE, languages.GERMAN).decode()

    assert 'msgid "Map"\nmsgstr "Karte"' in written
    assert 'msgid "Brand new"\nmsgstr ""' in written
    assert written.count("msgid") == 3


def test_texts_that_move_to_another_file_keep_their_order_and_a_new_one_stands_after_its_neighbour(site: Path) -> None:
    known = [message.id for message in catalogues.read(domains.SITE, languages.GERMAN) if isinstance(message.id, str)]
    first, second = [text for text in known if text.isalpha()][:2]
    (site / "labels.py").write_text(f"A = N_({second!r})\nB = N_('Brand new')\n", encoding="utf-8")
    (site / "page.html").write_text(f"{{{{ _({first!r}) }}}}", encoding="utf-8")

    written = extraction.updated(domains.SITE, languages.GERMAN).decode()

    order = [written.index(f'msgid "{text}"') for text in (first, second, "Brand new")]
    assert order == sorted(order)


@EVERY_CATALOGUE
def test_a_catalogue_has_exactly_the_texts_that_are_used(domain: Domain, language: Language) -> None:
    used, kept = keys(extraction.template(domain)), keys(catalogues.read(domain, language))

    assert kept - used == set(), "not used any more: python -m translations.extraction"
    assert used - kept == set(), "new: python -m translations.extraction, then translate"


@EVERY_CATALOGUE
def test_a_catalogue_is_written_as_the_tool_writes_it(domain: Domain, language: Language) -> None:
    file = extraction.folder(domain) / f"{language.tag}.po"

    assert file.read_bytes() == extraction.updated(domain, language)
