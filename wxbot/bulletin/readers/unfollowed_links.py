"""Read the addresses of links, and report once for a file those that lead nowhere from the library's pages."""

import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urljoin

from wxbot.bulletin.model import Line

__all__ = ["NOT_WEB", "NO_HOST", "LinkAddresses"]

NO_HOST = "address without a website"
NOT_WEB = "address that is no web page"

_WEB = ("http://", "https://")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BUTTON = re.compile(
    r"javascript:\s*(?:void\s*\(?\s*0?\s*\)?|history\b.*|window\.\w+\(\))?\s*;*\s*", re.IGNORECASE
)
_SHOWN = 200
"""Characters of an address that is reported, at most."""

_MAX_REPORTED = 50


class LinkAddresses:
    """Addresses of the links of one file; `base` is the address against which relative ones are read."""

    def __init__(self, base: str = "") -> None:
        self._base = base
        self._unfollowed: dict[str, dict[str, int]] = defaultdict(dict)

    def follow(self, address: str, at: int) -> str:
        """Return the address of a link on the web; "" for any other, which is kept for the report with its line."""
        address = address.strip()
        if not address or address.startswith("#"):
            return ""
        if self._base:
            try:
                address = urljoin(self._base, address)
            except ValueError:
                self._unfollowed[NOT_WEB].setdefault(address, at)
                return ""
        if address.startswith("//"):
            address = f"https:{address}"
        if address.lower().startswith(_WEB):
            return address
        if not _BUTTON.fullmatch(address):
            self._unfollowed[NOT_WEB if _SCHEME.match(address) else NO_HOST].setdefault(address, at)
        return ""

    def report(self) -> Iterator[Line]:
        """Yield one line for each reason, with the addresses; the text of their links is published without them."""
        for reason, found in self._unfollowed.items():
            addresses = [address[:_SHOWN] for address in found]
            more = f"……（共 {len(addresses)} 个）" if len(addresses) > _MAX_REPORTED else ""
            text = " ".join(addresses[:_MAX_REPORTED]) + more
            yield Line(min(found.values()), text, complete=True, drop_reason=reason)
