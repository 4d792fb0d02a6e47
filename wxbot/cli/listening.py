"""Open or check the address on which a command will listen, before it starts anything."""

import errno
import os
import socket

from wxbot.errors import UsageError

__all__ = ["free_port", "inherited_socket", "open_socket", "require_free_port"]

_FIRST_SOCKET = 3  # systemd's first file descriptor, after standard input, output and error


def require_free_port(host: str, port: int) -> None:
    """Raise UsageError if nothing can listen at this address."""
    open_socket(host, port).close()


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address. Raises UsageError if it cannot be had.

    The server itself would share a taken port with the other process (SO_REUSEPORT), and each would get a part of the
    messages.
    """
    try:
        return _bind(host, port)
    except OSError as wrong:
        if wrong.errno == errno.EADDRINUSE:
            raise UsageError(
                f"端口 {port} 已经被另一个程序占用（{host}）",
                remedy="可能 wxbot 已经在运行；停下那一个，或用 --port 换一个端口。",
            ) from None
        if wrong.errno == errno.EACCES:
            raise UsageError(
                f"没有权限监听端口 {port}", remedy="1024 以下的端口要特权：用 --port 8000，由 nginx 转发。"
            ) from None
        raise UsageError(
            f"不能监听 {host}:{port}：{wrong.strerror}", remedy="检查 --host：0.0.0.0 或本机的地址。"
        ) from None


def inherited_socket() -> socket.socket | None:
    """Return the socket that systemd listens on for this process (wxbot-web.socket); None without one.

    It stays open over a restart: whoever connects meanwhile waits, and nobody is refused.
    """
    found = {name: os.environ.pop(f"LISTEN_{name}", "") for name in ("PID", "FDS", "FDNAMES")}
    if found["PID"] != str(os.getpid()) or found["FDS"] in {"", "0"}:
        return None
    try:
        return socket.socket(fileno=_FIRST_SOCKET)
    except OSError:
        raise UsageError(
            "LISTEN_FDS 说有一个已经打开的端口，但没有", remedy="检查 wxbot-web.socket；或去掉这个环境变量。"
        ) from None


def free_port(host: str, port: int, not_this: int | None = None) -> int:
    """Return `port` if it is free and is not `not_this`, else any free port."""
    try:
        found = _bind(host, port if port != not_this else 0)
    except OSError:
        found = _bind(host, 0)
    with found:
        return int(found.getsockname()[1])


def _bind(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to a port."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
