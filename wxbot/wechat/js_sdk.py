"""Sign a page for WeChat's JS-SDK (wechat-platform.md K6), so that a shared link shows title and picture."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

__all__ = ["SDK_ADDRESS", "PageSignature", "sign_page"]

SDK_ADDRESS = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"


@dataclass(frozen=True, slots=True)
class PageSignature:
    """The signature of one page with the other values that `wx.config` needs."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str

    def as_config(self) -> dict[str, str | int]:
        """Return the fields under the names of `wx.config`."""
        return {
            "appId": self.app_id,
            "timestamp": self.timestamp,
            "nonceStr": self.nonce,
            "signature": self.signature,
        }


def sign_page(app_id: str, ticket: str, url: str, now: datetime, nonce: str) -> PageSignature:
    """Sign the whole address of a page, without what follows `#`, with the account's ticket."""
    timestamp = int(now.timestamp())
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    signature = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return PageSignature(app_id, timestamp, nonce, signature)
