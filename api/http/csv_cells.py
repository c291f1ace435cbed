"""Cells of CSV files, which no spreadsheet runs as a formula."""

# A spreadsheet treats a text that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str, separator: str = ",") -> str:
    """A text as one field, quoted where needed; with an apostrophe before what a spreadsheet would run as a formula."""
    return quoted(f"'{text}" if text.startswith(_FORMULA) else text, separator)


def quoted(text: str, separator: str) -> str:
    """A text as one field, in quotation marks where it needs them (RFC 4180)."""
    if {separator, '"', "\r", "\n"}.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'
