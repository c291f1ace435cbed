from __future__ import annotations

import re

import pytest

from api.crisis import text_runs


def read(html: str) -> str:
    """The text without its marks: what people read, in the order of the characters."""
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    ("text", "dialled"),
    [
        ("Bürgertelefon 030 90 12 345", ["030 90 12 345>0309012345"]),
        ("+49 (30) 555-0199.", ["+49 (30) 555-0199>+49305550199"]),
        ("+49 (0)30 5550199", ["+49 (0)30 5550199>+49305550199"]),
        ("(030) 90/12-345", ["(030) 90/12-345>0309012345"]),
        ("Tel:0800 1234567 24h", ["0800 1234567>08001234567"]),
        ("115 oder 116 117", ["115>115", "116 117>116117"]),
        (
            "اتصلوا على 030 90 12 345 أو +49 (30) 555-0199",
            ["030 90 12 345>0309012345", "+49 (30) 555-0199>+49305550199"],
        ),
        ("٠٣٠ ٩٠ ١٢ ٣٤٥", ["٠٣٠ ٩٠ ١٢ ٣٤٥>0309012345"]),
        ("01.12.2026", []),
        ("01-12-2026", []),
        ("04109 Leipzig, 100 Liter, 0,5 l, 08:00-16:00, 8-16 Uhr", []),
        ("030 90 12\u2026", []),  # shortened: nobody may be led to dial half a number
        ("Box 71-01", []),
        ("Grazer Damm 110", []),
        ("Karl-Marx-Str. 112, Hinterhaus", []),
        ("Rubensstraße 115: Strom weg", []),
        ("Alt-Moabit 110", []),
        ("Am Kupfergraben 110, 10117 Berlin", []),
        ("Zimmer 112, Nr. 110", []),
        ("Notruf 112, Polizei 110", ["112>112", "110>110"]),
        ("Im Notfall: 112. Auf der Straße Verletzte? 112", ["112>112", "112>112"]),
        ("Call 112 or 110", ["112>112", "110>110"]),
    ],
)
def test_phone_numbers_are_links_and_other_numbers_are_not(text: str, dialled: list[str]) -> None:
    html = text_runs.mark(text)

    found = re.findall(r'<a href="tel:([^"]+)"><bdi class="n" dir="ltr">([^<]+)</bdi></a>', html)
    assert [f"{written}>{number}" for number, written in found] == dialled
    assert html.count("<a ") == len(dialled)
    assert read(html) == text


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("مفتوح 08:00-16:00 يوميا", ["08:00-16:00"]),
        ("في Rathausstraße 12, 10178 Berlin اليوم", ["Rathausstraße 12, 10178 Berlin"]),
        ("في 12 Main Street الآن", ["12 Main Street"]),
        ("انظر https://berlin.de/a-1/b?c=2.", ["https://berlin.de/a-1/b?c=2"]),
        ("في 01.12.2026", ["01.12.2026"]),
        ("من 8-16", ["8-16"]),
        ("اكتبوا إلى hilfe@berlin.de", ["hilfe@berlin.de"]),
        ("كلمة Berlin", []),  # a word without a number needs nothing
    ],
)
def test_beside_right_to_left_text_what_reads_from_left_to_right_is_isolated(text: str, isolated: list[str]) -> None:
    html = text_runs.mark(text)

    assert [read(each) for each in re.findall(r'<bdi[^>]* dir="ltr">.*?</bdi>', html)] == isolated
    assert read(html) == text


def test_in_a_right_to_left_element_a_text_of_numbers_alone_is_isolated() -> None:
    assert text_runs.mark("8 - 16", "rtl") == '<bdi dir="ltr">8 - 16</bdi>'
    assert text_runs.mark("8 - 16") == "8 - 16"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_everything_is_escaped(direction: str) -> None:
    html = text_runs.mark("<b>1&2</b> \"'> 030 901234 <script>ن https://x/<i>", direction)

    tags = set(re.findall(r"<(/?\w+)", html))
    assert tags <= {"a", "/a", "bdi", "/bdi"}
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_controls_of_direction_are_shown_and_a_number_beside_them_still_dials(direction: str) -> None:
    html = text_runs.mark("Ruft \u202e030 90 12 345\u2069 an", direction)

    assert not set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert 'href="tel:0309012345"' in html
    assert read(html) == "Ruft [U+202E]030 90 12 345[U+2069] an"


def test_a_long_text_takes_no_time_that_anybody_notices() -> None:
    """The expression goes over a text once: no input makes it start again and again."""
    for text in ("0 " * 50_000, "1" * 100_000, "a." * 50_000, "a@" * 50_000, "(" * 100_000, "12:30-" * 15_000):
        text_runs.mark(text, "rtl")
