"""Numbers, times, addresses and links in people's text: they read from left to right, also in Arabic and Persian.

Without isolation the bidirectional algorithm (UAX #9) turns the groups of `030 90 12 345` around beside right-to-left
text. A phone number becomes a link besides, because not every browser finds numbers on its own.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from translations import bidi

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_DIGIT = "[0-9\u0660-\u0669\u06f0-\u06f9]"  # also those of Arabic and Persian
_CLOCK = f"{_DIGIT}{{1,2}}[:.]{_DIGIT}{{2}}"
_ALONE = rf"(?<!\w)(?<!{_DIGIT}[.,:])"  # not in the middle of a word, a date or a decimal number
_ENDS = rf"(?!\w)(?![.,:]{_DIGIT})"
# What reads from left to right, in the order in which the kinds are tried at each place. Each repetition has a bound,
# so that no text makes the search slow.
_RUN = re.compile(
    r"(?P<link>(?:https?://|www\.)[^\s<>\"\u2026]{0,500}[^\s<>\"\u2026.,;:!?)\]]"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    rf"|(?P<time>{_ALONE}{_CLOCK}(?: ?[-\u2013] ?{_CLOCK})?{_ENDS})"
    rf"|(?P<number>{_ALONE}[+(]?{_DIGIT}(?:[ \u00a0/()-]{{0,2}}{_DIGIT}){{0,40}}{_ENDS})"
    r"|(?P<word>[0-9A-Za-z\u00c0-\u024f]+%?)"  # Latin letters, with those of European languages and Turkish
)
_BETWEEN = re.compile(r"[ \u00a0.,:/&'\u2019+()\u2013-]*")  # between words of one run, for example of an address
_PHONE_DIGITS_MIN, _PHONE_DIGITS_MAX = 6, 15  # 15: ITU-T E.164
_UNBROKEN = 25  # characters that fit into one line of a small phone
_SHORT_NUMBERS = frozenset({"110", "112", "115", "116117"})
# What stands before a house number, or before the number of a room or a bus: nobody calls the police by 110 there.
_NUMBERED = re.compile(
    r"(?:(?:stra(?:ß|ss)e|str\.?|damm|weg|allee|platz|ufer|ring|chaussee|gasse|steig|zeile|park|markt|hof|brücke|berg)"
    r"|\bunter den linden|\balt-\w{2,30}|\bstra(?:ß|ss)e des 17\. juni"
    r"|\b(?:nr|no|hausnr)\.?|\b(?:nummer|hausnummer|haus|zimmer|raum|wohnung|bus|linie|box|tram))[ \u00a0]{1,3}$",
    re.IGNORECASE,
)
_NUMBERED_MAX = 50  # characters before a number in which that can stand
_POSTCODE = re.compile(r",? {1,3}1[0-4][0-9]{3}\b")  # of Berlin: what stands before it is a house number
_DATE = re.compile(r"\d\d?-\d\d?-\d\d(?:\d\d)?")
_NATIONAL_ZERO = re.compile(r"\(0\)")  # of +49 (0)30: not dialled from abroad
_CUT = "\u2026"  # ends a text that was shortened: the number before it may not be whole


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    html: Markup
    is_isolated: bool
    has_digit: bool


def mark(text: str, direction: str = "ltr") -> Markup:
    """The text as HTML, escaped, with phone numbers as links, and what reads from left to right isolated.

    Controls of direction are shown, so that nobody can turn around what stands beside them.

    `direction` is that of the element around the text. Words are isolated only in right-to-left text.
    """
    text = bidi.shown(text)
    runs = [_run(text, found) for found in _RUN.finditer(text)]
    if direction == "rtl" or _RIGHT_TO_LEFT.search(text):
        runs = list(_joined(text, runs))
    parts, done = [], 0
    for run in runs:
        parts += [escape(text[done : run.start]), run.html]
        done = run.end
    return Markup("").join([*parts, escape(text[done:])])


def _run(text: str, found: re.Match[str]) -> _Run:
    run, html, is_isolated = found[0], escape(found[0]), False
    if found["number"]:
        dialled = None if text.startswith(_CUT, found.end()) or _is_of_a_place(text, found) else _dialled(run)
        if dialled is not None:
            html, is_isolated = Markup('<a href="tel:{}">{}</a>').format(dialled, _number(run)), True
    elif found["time"]:
        html, is_isolated = _number(run), True
    elif found["link"]:
        html, is_isolated = Markup('<bdi dir="ltr">{}</bdi>').format(run), True
    return _Run(found.start(), found.end(), html, is_isolated, any(each.isdigit() for each in run))


def _is_of_a_place(text: str, found: re.Match[str]) -> bool:
    """Whether a short number is that of a house, a room or a bus: `Grazer Damm 110`."""
    if found[0] not in _SHORT_NUMBERS:
        return False
    before = text[max(found.start() - _NUMBERED_MAX, 0) : found.start()]
    return _NUMBERED.search(before) is not None or (before != "" and _POSTCODE.match(text, found.end()) is not None)


def _number(run: str) -> Markup:
    """A number, which pages do not break over two lines (class `n`)."""
    kind = Markup(' class="n"') if len(run) <= _UNBROKEN else Markup("")
    return Markup('<bdi{} dir="ltr">{}</bdi>').format(kind, run)


def _dialled(run: str) -> str | None:
    """What a phone dials for this number: digits, perhaps after a plus. None when it is no phone number."""
    if _DATE.fullmatch(run):
        return None
    whole = _NATIONAL_ZERO.sub("", run) if run.startswith("+") else run
    digits = "".join(str(unicodedata.digit(each)) for each in whole if each.isdigit())
    dialled = f"+{digits}" if run.startswith("+") else digits
    is_long = _PHONE_DIGITS_MIN <= len(digits) <= _PHONE_DIGITS_MAX and dialled.startswith(("+", "0"))
    return dialled if is_long or digits in _SHORT_NUMBERS else None


def _joined(text: str, runs: list[_Run]) -> Iterator[_Run]:
    """Neighbouring runs as one, isolated as a whole: `Rathausstraße 12, 10178 Berlin`. Words without a number stay."""
    group: list[_Run] = []
    for run in runs:
        if group and not _BETWEEN.fullmatch(text, group[-1].end, run.start):
            yield from _closed(text, group)
            group = []
        group.append(run)
    if group:
        yield from _closed(text, group)


def _closed(text: str, group: list[_Run]) -> Iterator[_Run]:
    if all(run.is_isolated for run in group) or not any(run.has_digit for run in group):
        yield from group
        return
    parts, done = [], group[0].start
    for run in group:
        parts += [escape(text[done : run.start]), run.html]
        done = run.end
    inner = (
        _number(group[0].html) if len(group) == 1 else Markup('<bdi dir="ltr">{}</bdi>').format(Markup("").join(parts))
    )
    yield _Run(group[0].start, done, inner, is_isolated=True, has_digit=True)
