"""Find the client's address behind proxies, for rate limits and the audit log.

A client can write any X-Forwarded-For; a proxy appends the address that it saw. So the header is read from its end, and
only as far as the addresses are those of trusted proxies (setting `trusted_proxies`).
"""

import ipaddress
from collections.abc import Sequence

from flask import Request

from wxbot.settings import IpNetwork

__all__ = ["client_address", "session_address"]

_THIS_MACHINE = "127.0.0.1"
_MAX_CHARS = 64
_MAX_HOPS = 10
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: Request, proxies: Sequence[IpNetwork]) -> str:
    """Return the address as a rate limit counts it: of IPv6 its /64 network, which one client has as a whole."""
    found = _find_client(request, proxies)
    if not isinstance(found, str) and isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def session_address(request: Request, proxies: Sequence[IpNetwork]) -> str:
    """Return the client's whole address, for the list of sessions."""
    return str(_find_client(request, proxies))


def _find_client(request: Request, proxies: Sequence[IpNetwork]) -> Address | str:
    """Return the last address that is not a trusted proxy's; the proxy's own where it forwards for nobody."""
    found = _parse(request.remote_addr or "")
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-_MAX_HOPS:]
    while forwarded and not isinstance(found, str) and any(found in network for network in proxies):
        before = forwarded.pop().strip()
        if not before:
            break
        found = _parse(before)
    return found


def _parse(text: str) -> Address | str:
    """Return an address, an IPv4-mapped one as IPv4 and any loopback one as 127.0.0.1; else the printable text."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return "".join(char for char in text if char.isprintable())[:_MAX_CHARS]
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return ipaddress.ip_address(_THIS_MACHINE) if found.is_loopback else found
