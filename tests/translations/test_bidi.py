from __future__ import annotations

import pytest

from translations import bidi


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_a_control_of_direction_is_seen_and_is_no_control_any_more(control: str) -> None:
    assert bidi.shown(f"a{control}b") == f"a[U+{ord(control):04X}]b"


PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # with the joiner that its spelling needs


@pytest.mark.parametrize("text", ["", "plain", "مرحبا 030", "a\u200eb\u200f", PERSIAN, "👩\u200d👧", "Łódź"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert bidi.shown(text) == text


@pytest.mark.parametrize("number", ["\u202a+49 171 2345678\u202c", "\u2068030 90-12\u2069"])
def test_what_phones_put_around_a_number_is_left_out(number: str) -> None:
    assert bidi.shown(f"Ruft {number} an") == f"Ruft {number[1:-1]} an"


@pytest.mark.parametrize(
    "name", ["Rath\u0430us", "\u0421harlottenburg", "Kie\u0396", "\uff32athaus", "\U0001d411athaus"]
)
def test_a_name_that_looks_like_another_is_found(name: str) -> None:
    assert bidi.has_look_alikes(name)


@pytest.mark.parametrize(
    "name",
    ["Rathaus Schöneberg", "Kiez Москва", "Ελλάδα 12", "مركز", "Łódź-Platz", "U8 Leinestraße", "", "71-01", "東京駅"],
)
def test_a_name_of_one_alphabet_for_each_word_is_not(name: str) -> None:
    assert not bidi.has_look_alikes(name)


def test_markup_is_not_touched() -> None:
    class Html(str):
        __slots__ = ()

        def __html__(self) -> str:
            return str(self)

    made = Html("<b>\u202e</b>")

    assert bidi.finalize(made) is made
    assert bidi.finalize("\u202e") == "[U+202E]"
    assert bidi.finalize(7) == 7
