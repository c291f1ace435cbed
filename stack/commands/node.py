"""`kiezbox node`: nodes of the crisis part."""

from __future__ import annotations

from stack import command_line
from stack.commands import node_cert

app = command_line.app(
    "node",
    no_args_is_help=True,
    help="Nodes of the crisis part.",
    epilog=command_line.examples("kiezbox node cert --name hub.kiez.internal"),
)
app.command(epilog=node_cert.EXAMPLES)(node_cert.cert)


@app.callback()
def _group() -> None:
    """Several commands, also while there is one."""
