"""What the commands of `kiezbox` share: how an app is made, options, examples, exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

OPERATOR_EXIT = 2  # a person must act first: `kiezbox up` does not restart a child that ends with this code
FAILURE_EXIT = 1

UpDataOption = Annotated[Path, typer.Option("--data", metavar="DIR", help="The data folder of kiezbox up.")]
RunningUpDataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="The data folder of a running kiezbox up.")
]
# Commands that take it get the settings of that node by startup.at_node.
NodeFolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="DIR",
        help="The node's crisis folder.  [default: KIEZBOX_CRISIS_FOLDER, else that of kiezbox up in ./data]",
    ),
]
BoxArgument = Annotated[str, typer.Argument(metavar="ID", help="The id of the box, as in its topic: 71-01.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For machines.")]
SinceOption = Annotated[
    str, typer.Option("--since", metavar="TIME", help="30m, 24h, 7d, a time with its zone, or all.", show_default=True)
]


def app(name: str, **options: Any) -> typer.Typer:
    """A command, or a group of commands once it has several. `options` are those of `typer.Typer`."""
    return typer.Typer(
        name=name,
        add_completion=False,
        rich_markup_mode=None,  # plain text: fits narrow terminals and logs
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        **options,
    )


def examples(*commands: str) -> str:
    """The end of a help text: examples, one on each line. Without the backspace character typer joins the lines."""
    return "\b\nFor example:\n" + "\n".join(f"  {command}" for command in commands)
