"""How alike two messages are: by their words, and by what they are about. Pure.

Residents of one house write the same in other words: "Beatmung, Akku noch 40 Minuten" and "Mann am Beatmungsgerät". So
words count as the same when they begin alike, and the themes of a blackout are known by the beginnings of their words.
"""

from __future__ import annotations

import functools

from crisis.places import normal_forms

_STEM = 5  # letters in which two words have to agree
_WORD_MIN = 4
_CACHED = 300  # as many as are compared at once
# Words that say nothing of what it is about. Normal forms: no umlauts.
_EMPTY_WORDS = """
aber alle allein bitte braucht brauche brauchen dann dass dort eine einem einen einer eines etwa geht gibt haben hallo
hier hilfe ihnen immer ist jemand kann kein keine keinen koennen kommen mehr mein meine meinen nach nicht nichts noch
oben oder ohne person personen schnell sehr seit sind stock stunden minuten und unser unsere unten viel viele von vor
wegen weiss wenn wieder wird wohnt wohnung haus
help please need needs there with without from have people minutes hours floor house street
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
# What messages in a blackout are about, by the beginnings of words in German and English.
_THEMES: dict[str, tuple[str, ...]] = {
    "breathing": ("beatm", "sauerst", "oxygen", "ventil", "atemg", "atemn", "heimbeat"),
    "medicine": ("insul", "medika", "medizi", "dialy", "apothe", "medici", "tablet"),
    "lift": ("aufzug", "fahrstu", "lift", "elevat"),
    "fire": ("feuer", "brand", "brenn", "rauch", "fire", "smoke", "qualm"),
    "gas": ("gas",),
    "water": ("wasser", "water", "trinkw", "rohrbr"),
    "food": ("essen", "lebensm", "nahrung", "food", "babyn", "brot", "kochen"),
    "warmth": ("heizung", "kalt", "frier", "waerm", "warm", "decke", "heat", "cold", "blanket"),
    "power": ("akku", "batter", "auflad", "ladeg", "ladem", "powerb", "generat", "notstr", "charg", "steckd"),
    "transport": ("fahrdi", "transp", "auto", "abhol", "fahren", "ride", "rollst"),
    "shelter": ("schlaf", "uebern", "unterk", "bett", "sleep", "shelter"),
    "care": ("pflege", "betreu", "kinder", "senior", "babys", "demenz", "kita"),
    "fall": ("gestu", "sturz", "gefal", "knoche", "blut", "verlet", "bewuss", "ohnmac"),
    "crime": ("einbr", "brechen", "diebst", "schlaeg", "pluend", "raub"),
}


def words(text: str) -> frozenset[str]:
    """The words that say what a message is about, in normal form; numbers stay out, they are compared as house numbers.

    Names of streets stay out as well: whether two messages are about the same place is a question of its own.
    """
    found = (word.form for word in normal_forms.words(text))
    return frozenset(
        each
        for each in found
        if len(each) >= _WORD_MIN and each not in _EMPTY and each.isalpha() and not each.endswith("strasse")
    )


@functools.lru_cache(_CACHED)
def trigrams(found: frozenset[str]) -> frozenset[str]:
    """All sequences of three letters in these words."""
    return frozenset(
        padded[at : at + 3] for word in found for padded in (f" {word} ",) for at in range(len(padded) - 2)
    )


def themes(text: str) -> frozenset[str]:
    """What a message is about."""
    found = [word.form for word in normal_forms.words(text) if not word.form.endswith("strasse")]
    return frozenset(theme for word in found for theme, beginnings in _THEMES.items() if word.startswith(beginnings))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How alike two sets of words are, from 0 to 1: trigrams in common, or as many words that begin alike."""
    if not one or not other:
        return 0.0
    first, second = trigrams(one), trigrams(other)
    jaccard = len(first & second) / len(first | second)
    fewer, more = sorted((one, other), key=len)
    stems = {word[:_STEM] for word in more}
    shared = sum(word[:_STEM] in stems for word in fewer)
    return max(jaccard, shared / max(len(fewer), 2))
