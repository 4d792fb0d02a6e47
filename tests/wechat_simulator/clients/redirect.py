"""Redirection of wechatpy's calls from the real platform to the simulator, the only change to the library."""

__all__ = ["REAL", "Redirect"]

from typing import Any

from requests.adapters import HTTPAdapter

REAL = "https://api.weixin.qq.com"


class Redirect(HTTPAdapter):
    """Session adapter that changes a request's base address.

    It is an adapter because the addresses of the token and of some endpoints are fixed in the library.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send one request to the other address."""
        request.url = request.url.replace(REAL, self._url, 1)
        return super().send(request, *args, **kwargs)
