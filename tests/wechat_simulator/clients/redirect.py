"""The one change made to wechatpy: calls meant for the real platform go to the simulated one."""

__all__ = ["REAL", "Redirect"]

from typing import Any

from requests.adapters import HTTPAdapter

REAL = "https://api.weixin.qq.com"


class Redirect(HTTPAdapter):
    """Changes the base address of a request, and nothing else of it.

    Below the client, on its session, since the address of the token and those of some groups are fixed in its code.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send one request to the other address."""
        request.url = request.url.replace(REAL, self._url, 1)
        return super().send(request, *args, **kwargs)
