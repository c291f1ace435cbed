"""A program that runs as a child process: its command, its user, and how it is stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stack.embedded.os_user import Account

_PR_SET_PDEATHSIG = 1
# Looked up here, not between fork and exec: there a lock that another thread held at the fork is never released.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Options(TypedDict):
    """Keyword arguments for `subprocess.Popen` and `asyncio.create_subprocess_exec` alike."""

    env: dict[str, str]
    user: int | None
    group: int | None
    extra_groups: list[int] | None
    cwd: str | None
    start_new_session: bool
    preexec_fn: Callable[[], None] | None


@dataclass(frozen=True, slots=True)
class Program:
    """One program: `command` runs in the foreground until it gets `stop_signal`."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    account: Account | None = None
    folder: str | None = None  # its working directory; None: that of this process
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL  # from the kernel, when this process dies without stopping it
    operator_exit: int | None = None  # the exit code that means: a person must act first
    is_noise: Callable[[str], bool] | None = None  # whether a line of its output is left out
    is_stuck: Callable[[str], bool] | None = None  # whether a line of its output means: only another start helps

    def options(self) -> Options:
        """How to start it: in its own session, out of reach of a terminal's Ctrl-C. It ends when this process ends."""
        return Options(
            env=dict(self.environment),
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=_die_with_parent(self.orphan_signal) if _prctl else None,
        )


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Asks Linux for a signal when the parent dies. Runs just before exec: a change of user would clear it."""
    parent = os.getpid()

    def before_exec() -> None:
        assert _prctl is not None
        _prctl(_PR_SET_PDEATHSIG, number.value, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before prctl: no signal will come
            os._exit(1)

    return before_exec
