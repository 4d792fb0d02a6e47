"""Facts about the address on which the server listens."""

import os
import socket
import subprocess
import sys

import pytest

from wxbot.cli.listening import open_socket
from wxbot.errors import Exit, UsageError

TAKE_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
from wxbot.cli.listening import inherited_socket
print(inherited_socket().getsockname()[1], "LISTEN_FDS" in os.environ, inherited_socket())
"""


def test_a_taken_port_is_refused_with_words_although_it_could_be_shared() -> None:
    """A port on which another program listens is refused with exit code 2, even if that one would share it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="已经被另一个程序占用") as refused:
            open_socket("127.0.0.1", other.getsockname()[1])
    assert Exit.USAGE == refused.value.exit


def test_the_socket_of_the_service_manager_is_taken_over_once() -> None:
    """The process that systemd names gets the open socket, and its children do not look for one."""
    with socket.create_server(("127.0.0.1", 0)) as kept:
        command = [sys.executable, "-c", TAKE_OVER, str(kept.fileno())]
        ran = subprocess.run(
            command,
            pass_fds=(kept.fileno(),),
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=True,
        )
        port = kept.getsockname()[1]
    assert [str(port), "False", "None"] == ran.stdout.split()
