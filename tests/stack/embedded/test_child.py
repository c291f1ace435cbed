from __future__ import annotations

import os
from dataclasses import replace

import pytest

from stack.embedded import child
from tests.stack.support.programs import RecordedOutput, script, supervise, until


async def test_a_line_stands_behind_its_program_s_padded_name() -> None:
    output = RecordedOutput()

    await supervise(output).once(script("first", "print('hello'); print('and bye')"))

    assert output.lines == ["first  | hello", "first  | and bye"]


async def test_errors_of_a_program_are_shown_like_its_output() -> None:
    output = RecordedOutput()

    await supervise(output).once(script("first", "import sys; print('oh', file=sys.stderr)"))

    assert output.lines == ["first  | oh"]


async def test_output_that_is_no_text_and_lines_without_end_are_shown() -> None:
    output = RecordedOutput()

    await supervise(output).once(
        script("first", "import sys; sys.stdout.buffer.write(b'\\xff\\n' + b'x' * 200_000 + b'end')")
    )

    assert output.lines[0] == "first  | �"
    assert sum(line.count("x") for line in output.lines) == 200_000
    assert output.lines[-1].endswith("end")


async def test_noise_is_left_out() -> None:
    output = RecordedOutput()
    program = replace(script("first", "print('noise'); print('news')"), is_noise="noise".__eq__)

    await supervise(output).once(program)

    assert output.lines == ["first  | news"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended with exit code 0"),
        (2, "ended with exit code 2"),
        (-9, "was killed by SIGKILL"),
        (-11, "was killed by SIGSEGV"),
        (-99, "was killed by signal 99"),
    ],
)
def test_an_end_in_words(code: int, words: str) -> None:
    assert child.describe(code) == words


async def test_a_child_gets_no_signal_of_our_terminal() -> None:
    output = RecordedOutput()

    async with supervise(output).child(
        script("first", "import os, time; print('group', os.getpgrp(), os.getsid(0), flush=True); time.sleep(600)"),
        until(output, "group"),
    ):
        group, session = (int(word) for word in output.lines[0].split()[-2:])

    assert group not in {os.getpgrp(), 0}
    assert session != os.getsid(0)
