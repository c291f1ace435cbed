"""What the pages say, in German and English; and how numbers, units and ages are written for people."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from api.http import negotiation


class Language(StrEnum):
    """What the pages speak."""

    EN = "en"
    DE = "de"


_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "tagline": ("What the neighbourhood boxes measure now", "Was die Kiezboxen gerade messen"),
        "boxes": ("boxes", "Boxen"),
        "online": ("online", "online"),
        "offline": ("offline", "offline"),
        "silent": ("no status", "kein Status"),
        "live": ("live", "live"),
        "connecting": ("connecting …", "verbinde …"),
        "away": ("database away", "Datenbank weg"),
        "static": ("as loaded", "Stand beim Laden"),
        "district": ("District", "Bezirk"),
        "elsewhere": ("Other boxes", "Weitere Boxen"),
        "unconfigured": ("Not configured yet", "Noch nicht eingerichtet"),
        "seen_only": ("only seen, not registered", "nur gesehen, nicht registriert"),
        "mode_normal": ("normal", "Normalbetrieb"),
        "mode_emergency": ("emergency", "Notfall"),
        "mode_maintenance": ("maintenance", "Wartung"),
        "mains": ("mains", "Netz"),
        "no_mains": ("no mains", "kein Netz"),
        "battery": ("battery", "Batterie"),
        "uplink": ("link", "Verbindung"),
        "waiting": ("waiting", "wartend"),
        "status_age": ("status", "Status"),
        "quantity": ("Quantity", "Größe"),
        "value": ("Value", "Wert"),
        "unit": ("Unit", "Einheit"),
        "age": ("Age", "Alter"),
        "flag_suspect": ("suspect", "zweifelhaft"),
        "flag_clock_unset": ("clock unset", "Uhr nicht gestellt"),
        "flag_unconfigured": ("unconfigured", "nicht eingerichtet"),
        "within": ("The box itself", "Die Box selbst"),
        "no_readings": ("has not sent a reading yet", "hat noch nichts gemessen"),
        "ahead": ("{} ahead", "{} voraus"),
        "s": ("{} s", "{} s"),
        "min": ("{} min", "{} min"),
        "h": ("{} h", "{} h"),
        "d": ("{} d", "{} d"),
        "more": ("More boxes", "Weitere Boxen"),
        "all": ("All boxes", "Alle Boxen"),
        "empty_title": ("No box has sent anything yet", "Noch hat keine Box etwas gesendet"),
        "empty_why": (
            "The database is there and holds no box. Boxes appear here as soon as their first reading is stored.",
            "Die Datenbank ist da und kennt keine Box. Boxen erscheinen hier mit ihrem ersten gespeicherten Messwert.",
        ),
        "empty_what": (
            "Start simulated boxes, or send a reading yourself:",
            "Starten Sie simulierte Boxen oder senden Sie selbst einen Messwert:",
        ),
        "empty_check": (
            "Something should be here? These say which part does not work:",
            "Hier sollte etwas stehen? Dies sagt, was nicht geht:",
        ),
        "empty_district": ("No box in this district", "Keine Box in diesem Bezirk"),
        "away_title": ("The readings cannot be shown now", "Die Messwerte sind gerade nicht abrufbar"),
        "away_why": (
            "The database does not answer. Nothing is lost: boxes and broker keep what they measure until it does.",
            "Die Datenbank antwortet nicht. Nichts geht verloren: Boxen und Broker heben solange alles auf.",
        ),
        "away_what": (
            "This page tries again on its own. Operators find the reason here:",
            "Diese Seite versucht es von selbst wieder. Wer sie betreibt, findet den Grund hier:",
        ),
        "as_of": ("As of", "Stand"),
        "data": ("Data", "Daten"),
    }
)

FLAGS = tuple(name for name in _TEXTS if name.startswith("flag_"))

# UCUM codes whose usual sign differs.
SIGNS = MappingProxyType(
    {"Cel": "°C", "ug/m3": "µg/m³", "kW.h": "kWh", "dB[A]": "dB(A)", "kOhm": "kΩ", "1": "", "deg": "°", "m/s": "m/s"}
)

_WHOLE_FROM = 1000  # from here on decimals say nothing
_ONE_DECIMAL_FROM = 100
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_TWO_OF_A_UNIT = 2  # 119 s reads better than 1 min


def texts(language: Language) -> Mapping[str, str]:
    """Every text in this language."""
    column = list(Language).index(language)
    return {name: both[column] for name, both in _TEXTS.items()}


def negotiate(header: str | None) -> Language:
    """The language that Accept-Language prefers of ours; English when it prefers neither (RFC 9110, 12.5.4)."""
    return negotiation.choose_language(negotiation.preferences(header), _named) or Language.EN


def _named(tag: str) -> Language | None:
    """Our language for a tag such as `de-AT`; None when we have none."""
    name = tag.partition("-")[0]
    return Language(name) if name in set(Language) else None


def sign(unit: str) -> str:
    """A UCUM code as people write it."""
    return SIGNS.get(unit, unit)


def number(value: float, language: Language) -> str:
    """A value with as many decimals as mean something, and the language's decimal sign."""
    size = abs(value)
    decimals = 0 if size >= _WHOLE_FROM else 1 if size >= _ONE_DECIMAL_FROM else 2
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    text = "0" if text == "-0" else text
    return text.replace("-", "\N{MINUS SIGN}").replace(".", "," if language is Language.DE else ".")


def age(seconds: float, words: Mapping[str, str]) -> str:
    """`4 s`, `12 min`, `3 h`, `5 d`; of a moment in the future: how far ahead."""
    size = abs(seconds)
    if size < _TWO_OF_A_UNIT * _MINUTE_S:
        text = words["s"].format(int(size))
    elif size < _TWO_OF_A_UNIT * _HOUR_S:
        text = words["min"].format(int(size // _MINUTE_S))
    elif size < _TWO_OF_A_UNIT * _DAY_S:
        text = words["h"].format(int(size // _HOUR_S))
    else:
        text = words["d"].format(int(size // _DAY_S))
    return words["ahead"].format(text) if seconds <= -1 else text
