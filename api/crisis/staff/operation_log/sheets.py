"""The operation log on paper: lines are put on sheets of A4 landscape, so that each says which of how many it is. Pure.

A browser that breaks pages by itself could not say so. Every text is wrapped here, in a font whose characters are all
equally wide (log_print.css), so that it is known how high a line is; a text that does not fit on its sheet goes on on
the next one, and nothing is cut.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# How many characters fit into the columns of a sheet, and how many rows on it (log_print.css has the measures).
COLUMNS = {"time": 14, "from_to": 21, "marks": 17, "text": 68, "refers": 9}
ROWS = 41
ROWS_OF_THE_END = 9  # signatures, and who kept the log
KEEPERS_IN_A_ROW = 2
_NARROW = 0x530  # Latin, Greek and Cyrillic characters come before; whatever comes after may be in a wider font


@dataclass(frozen=True, slots=True)
class Cells:
    """A line as texts for its columns; `struck`: by whom, when and why, under the text that stays legible."""

    number: int
    time: str
    from_to: str
    marks: str
    text: str
    refers: str
    struck: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """A line, or as much of it as fits on one sheet. Each column is a list of rows."""

    number: int
    is_continued: bool  # it began on the sheet before
    is_struck: bool
    time: Sequence[str]
    from_to: Sequence[str]
    marks: Sequence[str]
    text: Sequence[str]
    struck: Sequence[str]
    refers: Sequence[str]

    @property
    def height(self) -> int:
        """How many rows it takes."""
        return max(
            len(self.time), len(self.from_to), len(self.marks), len(self.text) + len(self.struck), len(self.refers)
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side of paper. `number` of all."""

    number: int
    strips: Sequence[Strip]
    is_last: bool


def wrapped(text: str, width: int) -> list[str]:
    """The text in rows of at most `width` cells, broken between words where there are any; at least one row."""
    rows: list[str] = []
    for paragraph in text.expandtabs(4).split("\n"):
        row, used = "", 0
        for word in _pieces(paragraph, width):
            size = cells(word)
            if used + size > width and row:
                rows += [row.rstrip()] if row.strip() else []
                row, used = "", 0
                if word.isspace():
                    continue
            row += word
            used += size
        rows.append(row.rstrip())
    return rows


def _pieces(paragraph: str, width: int) -> list[str]:
    """Words and the spaces between them; a word that is wider than a row in parts."""
    pieces: list[str] = []
    piece = ""
    for character in paragraph:
        is_end = piece and (character.isspace() != piece[-1].isspace() or cells(piece + character) > width)
        if is_end:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece] if piece else pieces


def cells(text: str) -> int:
    """How wide a text is at most, in characters of the font."""
    return sum(1 if ord(character) < _NARROW or unicodedata.combining(character) else 2 for character in text)


def of(lines: Sequence[Cells], keepers: int = 0) -> list[Sheet]:
    """The sheets for these lines, at least one; the last one has room for so many who kept the log."""
    end = ROWS_OF_THE_END + keepers // KEEPERS_IN_A_ROW
    pages: list[list[Strip]] = [[]]
    left = ROWS
    for line in lines:
        strip = _strip(line)
        if left == 0 or left < strip.height <= ROWS:
            pages.append([])
            left = ROWS
        while strip.height > left:
            first, strip = _split(strip, left)
            pages[-1].append(first)
            pages.append([])
            left = ROWS
        pages[-1].append(strip)
        left -= strip.height
    if left < end:
        pages.append([])
    return [Sheet(number, strips, number == len(pages)) for number, strips in enumerate(pages, start=1)]


def _strip(line: Cells) -> Strip:
    columns = {name: wrapped(getattr(line, name), width) for name, width in COLUMNS.items()}
    struck = wrapped(line.struck, COLUMNS["text"]) if line.struck else []
    return Strip(line.number, False, bool(line.struck), struck=struck, **columns)


def _split(strip: Strip, rows: int) -> tuple[Strip, Strip]:
    """What fits into so many rows, and the rest."""
    said = [*strip.text, *strip.struck]
    cut = len(strip.text)

    def part(start: int, stop: int | None, *, is_continued: bool) -> Strip:
        stop = len(said) if stop is None else stop
        columns = {name: getattr(strip, name)[start:stop] for name in COLUMNS if name != "text"}
        return Strip(
            strip.number,
            is_continued,
            strip.is_struck,
            text=said[start : min(stop, cut)],
            struck=said[max(start, cut) : stop],
            **columns,
        )

    return part(0, rows, is_continued=strip.is_continued), part(rows, None, is_continued=True)
