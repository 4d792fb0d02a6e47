"""wechatpy 2 behind two pipes (see remote.py), run by the Python of its own environment.

`draft.add`, `message.send_text` and so on are the client's methods; `server.answer` answers a callback with the
library's own functions. An argument of bytes is passed as a file.
"""

import base64
import io
import json
import sys
from operator import attrgetter
from typing import Any

from requests import Response
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.replies import ArticlesReply, create_reply
from wechatpy.utils import check_signature

from tests.wechat_simulator.clients.redirect import REAL, Redirect


class Server:
    """An account's server as the library's examples show it."""

    def __init__(self, app_id: str, token: str, aes_key: str) -> None:
        self._token, self._crypto = token, WeChatCrypto(token, aes_key, app_id)

    def answer(self, query: dict[str, str], body: str) -> str:
        """Return the answer to one callback: a card if the text contains 期, else the same text."""
        signed = query["timestamp"], query["nonce"]
        if "msg_signature" not in query:
            check_signature(self._token, query["signature"], *signed)
            return self._reply(body)
        plain = self._crypto.decrypt_message(body, query["msg_signature"], *signed)
        encrypted: str = self._crypto.encrypt_message(self._reply(plain), *reversed(signed))
        return encrypted

    def _reply(self, plain: str) -> str:
        message = parse_message(plain)
        if message.type == "event":
            about = getattr(message, "scene_id", None) or getattr(message, "key", "")
            reply = create_reply(f"{message.event} {about}", message)
        elif message.type == "text" and message.content.endswith("期"):
            reply = ArticlesReply(message=message)
            card = {"title": message.content, "description": "摘要", "url": "https://example.org/12"}
            reply.add_article(card | {"image": "https://example.org/12.png"})
        else:
            reply = create_reply(f"{message.type} {message.id}", message)
        rendered: str = reply.render()
        return rendered


def to_argument(value: Any) -> Any:
    """Return an argument as the library takes it: bytes as a file with a name."""
    if isinstance(value, dict) and list(value) == ["bytes"]:
        return "picture.png", io.BytesIO(base64.b64decode(value["bytes"])), "image/png"
    return value


def to_json(value: Any) -> Any:
    """Return a result as JSON: bytes of a download by their name, generators as lists."""
    if isinstance(value, Response):
        return {"bytes": base64.b64encode(value.content).decode()}
    if isinstance(value, dict | list | str | int | float | None):
        return value
    return list(value)


def carry_out(client: Any, server: Server, callback: dict[str, Any]) -> dict[str, Any]:
    """Carry out one call."""
    try:
        part, _, rest = callback["call"].partition(".")
        method: Any = attrgetter(rest)(server if part == "server" else getattr(client, part))
        args, named = (
            map(to_argument, callback["args"]),
            {key: to_argument(one) for key, one in callback["named"].items()},
        )
        return {"result": to_json(method(*args, **named))}
    except WeChatException as error:
        name = type(error).__name__
        return {"error": {"name": name, "code": error.errcode, "message": str(error.errmsg)}}


def main() -> None:
    """Serve calls until the input ends."""
    url, app_id, secret, token, aes_key = sys.argv[1:]
    client, server = WeChatClient(app_id, secret), Server(app_id, token, aes_key)
    client._http.mount(REAL, Redirect(url))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(carry_out(client, server, json.loads(line)), ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
