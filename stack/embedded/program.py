"""A program that runs as our child: what to run, as whom, and how it is stopped."""

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
# Looked up here and not between fork and exec, where a lock that another thread held would never be released.
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
    folder: str | None = None  # where it starts; None: where we are
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL  # from the kernel, when we die without having stopped it
    hopeless_exit: int | None = None  # the exit code with which it says that a person must act first
    is_noise: Callable[[str], bool] | None = None  # lines of output that nobody misses
    is_stuck: Callable[[str], bool] | None = None  # lines that say: only another start helps

    def options(self) -> Options:
        """How to start it: in a session of its own, so that a terminal's Ctrl-C reaches only us; it dies when we do."""
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
    """What the child does before exec: Linux's parent-death signal, set after the change of user, which clears it."""
    parent = os.getpid()

    def before_exec() -> None:
        assert _prctl is not None
        _prctl(_PR_SET_PDEATHSIG, number.value, 0, 0, 0)
        if os.getppid() != parent:  # it died in between: no signal will come
            os._exit(1)

    return before_exec
