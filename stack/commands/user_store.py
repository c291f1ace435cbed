"""The accounts of a node, for the commands of `kiezbox user`: every error is a sentence and what to do."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from crisis.accounts import accounts, store
from crisis.log import errors
from kiezbox.errors import OperatorError
from stack import command_line, startup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.accounts.store import AccountStore

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account.", show_default=False)]
Folder = command_line.NodeFolderOption
HINT_LIST = "nothing was changed; kiezbox user list shows who there is"
_HINT_USER = "run this as the user that runs the API, or as root"
_HINT_FOLDER = "name the node's crisis folder: --folder or KIEZBOX_CRISIS_FOLDER"


@contextlib.contextmanager
def opened(folder: Path | None, *, make: bool = False) -> Iterator[AccountStore]:
    """The accounts of a node. Every error becomes an OperatorError with a hint."""
    crisis_folder = startup.at_node(folder).crisis.folder
    if make and not startup.is_node_named(folder) and not crisis_folder.exists():
        raise OperatorError(f"no node has run here yet: there is no {crisis_folder.absolute()}", _HINT_FOLDER)
    if not make and not (crisis_folder / store.FILE).exists():
        raise OperatorError(
            f"there are no accounts in {crisis_folder}",
            "kiezbox user add NAME --role admin makes the first; another folder: --folder or KIEZBOX_CRISIS_FOLDER",
        )
    try:
        with store.opened(crisis_folder) as found:
            yield found
    except accounts.AccountError as error:
        raise OperatorError(str(error), HINT_LIST) from None
    except errors.DamagedFileError as error:
        raise OperatorError(
            f"the accounts in {crisis_folder / store.FILE} are damaged: {error}",
            "move that file away and add the accounts again; the crisis log is another file",
        ) from None
    except errors.NotKept as error:
        raise OperatorError(
            f"the accounts in {crisis_folder} cannot be written: {error}", "make room on the disk"
        ) from None
    except OSError as error:
        raise OperatorError(
            f"the accounts in {crisis_folder} cannot be used: {error.strerror}",
            _HINT_USER if isinstance(error, PermissionError) else _HINT_FOLDER,
        ) from None
