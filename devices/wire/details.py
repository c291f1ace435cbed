"""Details of a rejection: where it is and what was there, on one bounded line that any column can hold."""

from __future__ import annotations

CHARACTERS_MAX = 500
_SHOWN_MAX = 60
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


def one_line(text: str, characters_max: int = CHARACTERS_MAX) -> str:
    """The text, cut, and with each character that is not printable (NUL, line ends, lone surrogates) replaced."""
    if len(text) > characters_max:
        text = text[: characters_max - 1] + "…"
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _UNPRINTABLE for character in text)


def pointer(*path: str | int) -> str:
    """Where in a JSON document (RFC 6901): `/samples/3/values/pm2_5`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def excerpt(value: object) -> str:
    """The beginning of a value's JSON, short enough for a list."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return one_line(f'the text "{value}"', _SHOWN_MAX)
        case dict():
            return "an object"
        case list():
            return "a list"
    return one_line(str(value), _SHOWN_MAX)
