"""The tokens of a $filter or $orderby, each with where it stands."""

import re
from dataclasses import dataclass

from api.sensorthings import expressions

LENGTH_MAX = 8_000  # characters

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+\- ]\d\d:\d\d)"  # a plus may arrive as a space
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?:geography|geometry)'(?P<shape>[^']*)'
    | duration'(?P<duration>[^']*)'
    | '(?P<text>(?:[^']|'')*)'
    | (?P<period>{_TIME}/{_TIME})
    | (?P<time>{_TIME})
    | (?P<date>\d{{4}}-\d\d-\d\d)
    | (?P<clock>\d\d:\d\d(?::\d\d(?:\.\d{{1,12}})?)?)
    | (?P<number>\d+(?:\.\d+)?(?:e[+\-]?\d+)?)(?![\w.])
    | (?P<name>[a-z_@][\w@]*(?:\.\w+)*)
    | (?P<mark>[(),/\-])
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind is the name of a group of the pattern, or `end`."""

    kind: str
    text: str
    at: int


def read(option: str, text: str, offset: int) -> list[Token]:
    """The tokens of `text`, which begins at `offset` of the option's value. Raises a 400 problem."""
    if len(text) > LENGTH_MAX:
        raise expressions.mistake(option, f"longer than {LENGTH_MAX} characters")
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            quote = text[position:].lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").startswith("'")
            reason = "a quote that is never closed" if quote else f"cannot read {text[position : position + 10]!r}"
            raise expressions.mistake(option, reason, offset + position)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[match.lastgroup], offset + position))
        position = match.end()
    return [*found, Token("end", "", offset + len(text))]
