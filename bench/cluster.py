"""Machines in network namespaces, with a switch between them, and PostgreSQL clusters on them.

    enter_switch   restart this program in a network namespace of its own, which is the switch
    Machine        a namespace with one address; its link can be cut
    Cluster        a PostgreSQL server on a machine, or a standby of another one

Nothing outside is touched: the namespaces have no names, and end with the processes in them.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["SWITCH", "Cluster", "Machine", "enter_switch", "missing_parts"]

NETWORK = "10.77.0"
SWITCH = f"{NETWORK}.1"
PORT = 5432
DATABASE = "wxbot"
BINARIES = Path("/usr/lib/postgresql/15/bin")
_INSIDE = "WXBOT_BENCH_SWITCH"


def missing_parts() -> str:
    """Return what this computer lacks for machines in namespaces; nothing if it can run them."""
    if os.geteuid() != 0:
        return "needs root, to make network namespaces"
    for program in ("ip", "unshare", "nsenter", "runuser"):
        if shutil.which(program) is None:
            return f"needs the program {program}"
    if not (BINARIES / "pg_basebackup").exists():
        return f"needs PostgreSQL 15 in {BINARIES}"
    tried = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "may not make network namespaces"


def enter_switch() -> None:
    """Restart this program inside a new namespace with a bridge; return at once when it is there."""
    if os.environ.get(_INSIDE) != "1":
        os.environ[_INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-n", *sys.orig_argv])
    del os.environ[_INSIDE]
    for words in (
        "link set lo up",
        "link add switch type bridge",
        "link set switch up",
        f"addr add {SWITCH}/24 dev switch",
    ):
        _run("ip", *words.split())


@dataclass
class Machine:
    """One machine: a process that holds its namespace, and the prefix of commands that run on it."""

    number: int
    holder: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "3600"])
        ours, theirs = f"to{self.number}", f"m{self.number}"
        _run("ip", *f"link add {ours} type veth peer name {theirs}".split())
        until = time.monotonic() + 10
        while _namespace(self.holder.pid) == _namespace(os.getpid()) and time.monotonic() < until:
            time.sleep(0.02)
        _run("ip", "link", "set", theirs, "netns", str(self.holder.pid))
        _run("ip", *f"link set {ours} master switch up".split())
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "addr", "add", f"{self.address}/24", "dev", theirs)
        self.run("ip", "link", "set", theirs, "up")

    @property
    def address(self) -> str:
        """Its address."""
        return f"{NETWORK}.{self.number}"

    @property
    def prefix(self) -> tuple[str, ...]:
        """The words before a command that runs on this machine."""
        return ("nsenter", "-t", str(self.holder.pid), "-n", "--")

    def run(self, *words: str) -> str:
        """Run a command on it."""
        return _run(*self.prefix, *words)

    def cut_off(self) -> None:
        """Cut its link: packets vanish, and nobody is told."""
        _run("ip", "link", "set", f"to{self.number}", "down")

    def connect(self) -> None:
        """Repair its link."""
        _run("ip", "link", "set", f"to{self.number}", "up")

    def close(self) -> None:
        """End the machine."""
        self.holder.kill()
        self.holder.wait()


class Cluster:
    """A PostgreSQL server on a machine; `primary` makes it a standby that follows."""

    def __init__(self, machine: Machine, folder: Path, primary: "Cluster | None" = None) -> None:
        self.machine = machine
        self._data = folder / f"postgresql-{machine.number}"
        self._is_killed = False
        if primary is None:
            self._program("initdb", "-U", DATABASE, "-A", "trust", "-D", str(self._data))
            with (self._data / "pg_hba.conf").open("a", encoding="ascii") as file:
                file.write(f"host all,replication all {NETWORK}.0/24 trust\n")
            self._start()
            self.sql("CREATE DATABASE wxbot")
        else:
            source = ("-h", primary.machine.address, "-p", str(PORT), "-U", DATABASE)
            self._program("pg_basebackup", *source, "-D", str(self._data), "-R", "-X", "stream")
            self._start()
            # Without it a commit that the standby has not got yet is lost with the primary: a message would go twice.
            primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.sql("SELECT pg_reload_conf()")

    def sql(self, statement: str) -> str:
        """Run a statement, and return its first value."""
        return self._program(
            "psql", "-h", self.machine.address, "-U", DATABASE, "-d", "postgres", "-Atc", statement
        ).strip()

    def kill(self) -> None:
        """Kill the server's processes at once, as a power cut does."""
        self._is_killed = True
        postmaster = int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii")
        for process in (postmaster, *map(int, children.split())):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def promote(self) -> None:
        """Make a standby the primary, which waits for no standby of its own."""
        self._program("pg_ctl", "promote", "-w", "-D", str(self._data))
        self.sql("ALTER SYSTEM RESET synchronous_standby_names")
        self.sql("SELECT pg_reload_conf()")

    def close(self) -> None:
        """Stop the server, unless it is dead."""
        if self._is_killed:
            return
        with suppress(subprocess.CalledProcessError):
            self._program("pg_ctl", "stop", "-m", "immediate", "-D", str(self._data))

    def _start(self) -> None:
        options = f"-c listen_addresses={self.machine.address} -c port={PORT} -c unix_socket_directories="
        self._program(
            "pg_ctl", "start", "-w", "-D", str(self._data), "-l", f"{self._data}.log", "-o", options
        )

    def _program(self, name: str, *words: str) -> str:
        """Run a program of PostgreSQL, which refuses to run as root."""
        return self.machine.run("runuser", "-u", "postgres", "--", str(BINARIES / name), *words)


def _namespace(pid: int) -> str:
    with suppress(OSError):
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    return ""


def _run(*words: str) -> str:
    """Run a command; its words are printed when it fails."""
    ran = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ran.returncode:
        print(f"{' '.join(words)}: exit {ran.returncode}\n{ran.stdout}", file=sys.stderr)
        ran.check_returncode()
    return ran.stdout
