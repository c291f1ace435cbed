"""Pages that are the same for all readers of a language, made once and kept until the state changes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page with a placeholder where each copy gets its form's own token.

    `basis` is everything that the page was made from: while it is the same, so is the page.
    """

    basis: tuple[object, ...]
    etag: str
    html: str


class SharedPages:
    """The newest shared page of each language."""

    def __init__(self) -> None:
        self._by_language: dict[str, SharedPage] = {}

    def find(self, language: str, basis: tuple[object, ...]) -> SharedPage | None:
        """The page of this language tag that was made from this basis; None when there is no such page."""
        found = self._by_language.get(language)
        return found if found is not None and found.basis == basis else None

    def keep(self, language: str, page: SharedPage) -> None:
        """Keep a page; it replaces the former page of its language."""
        self._by_language[language] = page
