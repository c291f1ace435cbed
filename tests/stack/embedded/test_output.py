from __future__ import annotations

import io

from stack.embedded.output import LabelledOutput


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def said(stream: io.StringIO, environment: dict[str, str]) -> str:
    LabelledOutput(stream, ["up", "ingest"], environment).line("up", "hello")
    return stream.getvalue()


def test_names_are_coloured_on_a_terminal() -> None:
    assert said(Terminal(), {}) == "\x1b[36mup     |\x1b[0m hello\n"


def test_no_colour_reaches_a_file() -> None:
    assert said(io.StringIO(), {}) == "up     | hello\n"


def test_no_color_is_respected() -> None:
    assert said(Terminal(), {"NO_COLOR": "1"}) == "up     | hello\n"


def test_a_reader_that_is_gone_stops_nothing() -> None:
    class Gone(io.StringIO):
        """A closed terminal."""

        def write(self, _text: str) -> int:
            raise BrokenPipeError

    stream = Gone()

    LabelledOutput(stream, ["up"], {}).line("up", "hello")

    assert stream.getvalue() == ""
