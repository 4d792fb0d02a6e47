"""Check the address on which a command will listen, before it starts anything."""

import errno
import socket

from wxbot.errors import UsageError

__all__ = ["free_port", "require_free_port"]


def require_free_port(host: str, port: int) -> None:
    """Raise UsageError if nothing can listen at this address.

    The server itself would share a taken port with the other process (SO_REUSEPORT), and each would get a part of the
    messages.
    """
    try:
        _bind(host, port)
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


def free_port(host: str, port: int, not_this: int | None = None) -> int:
    """Return `port` if it is free and is not `not_this`, else any free port."""
    try:
        return _bind(host, port if port != not_this else 0)
    except OSError:
        return _bind(host, 0)


def _bind(host: str, port: int) -> int:
    """Bind and release a port; return its number."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        return int(probe.getsockname()[1])
