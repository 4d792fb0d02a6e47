"""Checks through the public address, as the platform and readers reach this server: DNS, certificate, page, webhook."""

import datetime as dt
import email.utils
import http.client
import re
import secrets
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from wxbot.errors import NotFound, WxbotError
from wxbot.wechat import CHECK_OPENID
from wxbot.wiring import Services

__all__ = [
    "check_certificate",
    "check_echo",
    "check_message",
    "check_page",
    "resolve_host",
]

_SECONDS = 5.0  # the platform waits no longer
_CERTIFICATE_DAYS = 14
_SKEW_SECONDS = 60  # the webhook refuses pushes from 300 seconds on
_MAX_BODY = 65_536
_START = "启动 wxbot serve；前面有 nginx 的，看它是否转发到 wxbot 的端口。"
_FORWARD = f"/wechat 要原样转发给 wxbot，不经缓存和登录页。{_START}"
# OpenSSL's codes of verification: X509_V_ERR_…
_INVALID = {
    9: "还没有到生效的时间，或者这台机器的时钟慢了",
    10: "已经过期",
    18: "是自签名的",
    19: "是自签名的",
    20: "签发它的机构不受信任，或者没有带中间证书",
    21: "没有带中间证书",
    62: "不是签给这个域名的",
    64: "不是签给这个地址的",
}


class _PageResponse(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


def resolve_host(w: Services) -> str:
    """Return the addresses of the public host. Raises NotFound without a public URL, or if DNS does not know it."""
    url = _public_url(w)
    host = urlsplit(url).hostname or ""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        raise NotFound(
            f"域名 {host} 解析不了",
            remedy="在域名服务商那里加一条指向这台服务器的 A 记录；刚加的要等几分钟。",
        ) from None
    return f"{host} → {'、'.join(sorted(found))}"


def check_certificate(w: Services) -> str:
    """Return until when the certificate is valid. Raises NotFound if it is invalid or ends within two weeks."""
    parts = urlsplit(_public_url(w))
    if parts.scheme != "https":
        return "没有用 https（微信也接受 http 的 80 端口；读者的浏览器会说不安全）"
    resolve_host(w)
    host, port = parts.hostname or "", parts.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            certificate = secured.getpeercert() or {}
    except OSError as wrong:
        raise _unreachable(w, wrong) from None
    ends = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate.get("notAfter"))), dt.UTC)
    days = (ends - w.now()).days
    if days < _CERTIFICATE_DAYS:
        raise NotFound(
            f"证书 {days} 天后到期（{ends:%Y-%m-%d}）", remedy="现在就续期，并检查自动续期为什么没有做。"
        )
    return f"证书到 {ends:%Y-%m-%d}（还有 {days} 天）"


def check_page(w: Services) -> str:
    """Fetch `/readyz` through the public address; compare the clocks of both ends.

    A proxy may hide it, as our sample does: then `/healthz` shows that the address leads to wxbot.
    """
    resolve_host(w)
    response = _fetch(w, "/readyz")
    if response.status in {403, 404}:
        response = _fetch(w, "/healthz")
        if response.body != b"ok\n":
            response = response._replace(status=404)
    if response.status == 503:
        said = response.body.decode("utf-8", "replace").strip()[:300]
        raise NotFound(f"服务在运行，但还不能回答：{said}", remedy="按上面数据库、索引、磁盘几项处理。")
    if response.status != 200:
        raise NotFound(
            f"{w.settings.public_url} 回答 HTTP {response.status}，不像是 wxbot",
            remedy=f"检查 public_url 和转发的目的地。{_START}",
        )
    stamp = email.utils.parsedate_to_datetime(
        response.headers.get("Date") or email.utils.format_datetime(w.now())
    )
    off = abs((stamp - w.now()).total_seconds())
    if off > _SKEW_SECONDS:
        raise NotFound(
            f"服务器的时钟差了 {off:.0f} 秒，差到 300 秒时微信的消息会被拒绝",
            remedy="打开自动对时：timedatectl set-ntp true。",
        )
    return f"{w.settings.public_url} 能打开"


def check_echo(w: Services) -> str:
    """Verify the address as the platform does when the console is saved: a signed GET must return its `echostr`."""
    resolve_host(w)
    echo = secrets.token_hex(8)
    query = w.envelope.sign_query(w.now(), secrets.token_hex(5)) | {"echostr": echo}
    response = _fetch(w, f"/wechat?{urlencode(query)}")
    if response.status == 403:
        raise NotFound(
            "/wechat 拒绝了按 Token 签名的验证（403）",
            remedy="运行中的服务用的是另一个 Token：改了密钥之后要重启 wxbot serve。",
        )
    if (response.status, response.body) != (200, echo.encode()):
        raise NotFound(
            f"/wechat 没有照原样回答 echostr（HTTP {response.status}）",
            remedy=_FORWARD,
        )
    return "签名的验证通过（后台的「提交」会成功）"


def check_message(w: Services) -> str:
    """Send a signed, and with a key encrypted, text message; its reply must be one that a member would see.

    The webhook answers the openid of this check like a member and records nothing of it.
    """
    resolve_host(w)
    now, nonce = w.now(), secrets.token_hex(5)
    xml = (
        f"<xml><ToUserName>gh_check</ToUserName><FromUserName>{CHECK_OPENID}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>text</MsgType><Content>帮助</Content>"
        f"<MsgId>{secrets.randbelow(2**62)}</MsgId></xml>"
    )
    query = w.envelope.sign_query(now, nonce)
    encrypted = bool(w.settings.encoding_aes_key.get_secret_value())
    if encrypted:
        sealed = w.envelope.seal(xml, now, nonce)
        signed = re.search(r"<MsgSignature><!\[CDATA\[(\w+)", sealed)
        query |= {"encrypt_type": "aes", "msg_signature": signed[1] if signed else ""}
        xml = sealed
    response = _fetch(w, f"/wechat?{urlencode(query)}", xml.encode())
    if response.status != 200:
        other_keys = "运行中的服务用的是另外的 Token 或 EncodingAESKey：改了密钥之后要重启 wxbot serve。"
        raise NotFound(
            f"/wechat 没有接受一条{'加密的' if encrypted else ''}消息（HTTP {response.status}）",
            remedy=other_keys if response.status == 403 else _FORWARD,
        )
    reply = _open_reply(w, response.body, now) if encrypted else response.body
    if b"<MsgType>" not in reply:
        raise NotFound(
            "/wechat 收下了消息，但没有回答",
            remedy="加密的回答解不开或是空的：检查 EncodingAESKey，重启 wxbot serve，再看它的日志。",
        )
    return f"会员发来的{'加密' if encrypted else ''}消息得到了回答"


def _open_reply(w: Services, body: bytes, now: dt.datetime) -> bytes:
    """Return the XML of an encrypted reply; b"" if it cannot be opened."""
    parts = {
        name: found[1].decode()
        for name in ("MsgSignature", "TimeStamp", "Nonce")
        if (found := re.search(rb"<%s>(?:<!\[CDATA\[)?([^<\]]*)" % name.encode(), body))
    }
    query = {
        "encrypt_type": "aes",
        "msg_signature": parts.get("MsgSignature", ""),
        "timestamp": parts.get("TimeStamp", ""),
        "nonce": parts.get("Nonce", ""),
    }
    try:
        return w.envelope.open(query, body, now).body
    except WxbotError:
        return b""


def _public_url(w: Services) -> str:
    if not w.settings.public_url:
        raise NotFound(
            "没有设置 public_url：卡片的链接打不开，也试不了公网的访问",
            remedy="设置 WXBOT_PUBLIC_URL 为读者访问这台服务器的地址。",
        )
    return w.settings.public_url


class _OwnRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects within the public address alone: whoever answers for it must not choose what else is fetched."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the next request; None for another host, whose redirect is then the answer."""
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetch(w: Services, path: str, body: bytes | None = None) -> _PageResponse:
    """Request a path of the public address. Raises NotFound if nothing answers within five seconds."""
    url = w.settings.public_url + path
    request = urllib.request.Request(url, data=body, headers={"User-Agent": "wxbot-doctor"})  # noqa: S310  http(s), by the settings
    if body is not None:
        request.add_header("Content-Type", "text/xml")
    try:
        with urllib.request.build_opener(_OwnRedirects).open(request, timeout=_SECONDS) as response:
            return _PageResponse(response.status, dict(response.headers), response.read(_MAX_BODY))
    except urllib.error.HTTPError as refused:
        with refused:
            return _PageResponse(refused.code, dict(refused.headers), refused.read(_MAX_BODY))
    except (OSError, http.client.HTTPException) as wrong:
        raise _unreachable(w, wrong) from None


def _unreachable(w: Services, wrong: OSError | http.client.HTTPException) -> NotFound:
    """Return the error for a connection that failed; the same for every check, so that it is explained once."""
    cause = wrong.reason if isinstance(wrong, urllib.error.URLError) else wrong
    host = urlsplit(w.settings.public_url).hostname
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NotFound(
            f"{host} 的证书无效：{_INVALID.get(cause.verify_code, cause.verify_message)}",
            remedy="续期或重新签发证书，并把中间证书也配上；微信不接受自签名的证书。",
        )
    if isinstance(cause, ssl.SSLError):
        return NotFound(
            f"{w.settings.public_url} 那个端口上不是 https（{cause.reason or cause}）",
            remedy="证书要配在 nginx 或 Caddy 里，由它转发给 wxbot；没有证书的，public_url 先写 http://。",
        )
    return NotFound(
        f"{w.settings.public_url} 没有回答：{_reason(cause)}", remedy=f"检查防火墙和安全组。{_START}"
    )


def _reason(cause: BaseException | str) -> str:
    """Return why a connection failed, in Chinese where the reason is a common one."""
    if isinstance(cause, TimeoutError):
        return "五秒内没有反应"
    if isinstance(cause, ConnectionRefusedError):
        return "没有程序在监听"
    return str(getattr(cause, "strerror", None) or cause)[:200]
