"""Fuzz the simulator: random requests with changed bytes, and changed passive replies of an account's server.

Harm is a status of 500, a crash that the simulator recorded, and any error but MalformedReply about a reply.
"""

import json
import random

from tests.fuzz.mutations import mutate
from tests.fuzz.targets import Finding, Target
from tests.wechat_simulator.random_requests import Requester, world_of
from wechat_simulator.callback_messages import event_message, user_message
from wechat_simulator.passive_replies import MalformedReply, parse_reply
from wechat_simulator.world import World

__all__ = ["SimulatorTarget"]

REQUESTS = 300
REPLIES = 100
_HEAD = (
    "<ToUserName><![CDATA[alice]]></ToUserName>"
    "<FromUserName><![CDATA[{account}]]></FromUserName><CreateTime>1</CreateTime>"
)
_ITEM = "<item><Title><![CDATA[一]]></Title><Description>二</Description><PicUrl>http://p</PicUrl><Url>http://u</Url></item>"
_REPLIES = tuple(
    f"<xml>{_HEAD}<MsgType><![CDATA[{kind}]]></MsgType>{inside}</xml>"
    for kind, inside in (
        ("text", '<Content><![CDATA[你好<a href="http://u">一</a>]]></Content>'),
        ("news", f"<ArticleCount>2</ArticleCount><Articles>{_ITEM}{_ITEM}</Articles>"),
        ("image", "<Image><MediaId><![CDATA[m]]></MediaId></Image>"),
        (
            "music",
            "<Music><Title>一</Title><MusicUrl>http://m</MusicUrl><ThumbMediaId>t</ThumbMediaId></Music>",
        ),
        ("transfer_customer_service", "<TransInfo><KfAccount>a@b</KfAccount></TransInfo>"),
    )
)
TOKENS = tuple(
    each.encode()
    for each in (
        *(
            "<![CDATA[",
            "]]>",
            "<",
            "</xml>",
            "<item>",
            "&lt;",
            "&#0;",
            "<Encrypt>A</Encrypt>",
            "{",
            "}",
            "[",
            '"',
            "null",
        ),
        *(
            "javascript:",
            "data:text/html,",
            "<p>",
            "<img src=x onerror=y>",
            "weixin://bizmsgmenu?msgmenucontent=一",
            "的" * 700,
        ),
        *("%ff", "\\u0000", "-1", "1e999", "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;", "--b", "\r\n\r\n"),
    )
)


class SimulatorTarget(Target):
    """A new world of a seed in each batch; a finding is that seed, with the request or reply that did harm."""

    def try_batch(self) -> list[Finding]:
        """Send requests and replies to one world."""
        return self._try_world(self.chance.randrange(2**32))

    def replay(self, data: bytes, _: str) -> list[Finding]:
        """Try the world of a seed that was kept: its file's first line."""
        return self._try_world(int(data.split(b"\n", 1)[0]))

    def _try_world(self, seed: int) -> list[Finding]:
        world, chance = world_of(seed), random.Random(seed)
        try:
            found = self._send_requests(world, chance) + self._send_replies(world, chance)
            if not found and world.crashes:
                found = [("crash", world.crashes[0][-600:])]
        finally:
            world.close()
        return [
            Finding(f"{seed}\n{says}".encode("utf-8", "replace"), ".seed", *each)
            for each in found
            for says in each[1:]
        ]

    def _send_requests(self, world: World, chance: random.Random) -> list[tuple[str, str]]:
        """Send requests until one does harm; return the kind of harm and a sentence."""
        requester = Requester(world, chance)
        for _ in range(REQUESTS):
            method, path, query, body, kind = requester.make()
            if chance.random() < 0.3:
                body = mutate(body, chance, TOKENS)
            self.tried += 1
            try:
                status, answer = requester.exchange((method, path, query, body, kind))
            except Exception as wrong:  # noqa: BLE001  any error is what is looked for
                return [("request", f"{wrong!r}: {method} {path}?{query} {body[:300]!r}")]
            self.outcomes[f"{status // 100}xx"] += 1
            if status >= 500:
                return [("status", f"{status}: {method} {path}?{query} {body[:300]!r}: {answer[:200]!r}")]
            world.faults.clear()  # an ordered fault is not a failure of the simulator
        return []

    def _send_replies(self, world: World, chance: random.Random) -> list[tuple[str, str]]:
        account = world.account
        account.identity.mode = chance.choice(("plain", "plain", "compat", "safe"))
        account.identity.data_format = chance.choice(("xml", "xml", "json"))
        for _ in range(REPLIES):
            reply = chance.choice(_REPLIES).replace("{account}", account.identity.original_id).encode()
            if account.identity.data_format == "json":
                reply = json.dumps(
                    {
                        "ToUserName": "alice",
                        "FromUserName": account.identity.original_id,
                        "CreateTime": 1,
                        "MsgType": "text",
                        "Content": "你好",
                    }
                ).encode()
            reply = mutate(reply, chance, TOKENS)
            asked = (
                event_message(account, "alice", "CLICK", world.now(), {"EventKey": "K"})
                if chance.random() < 0.5
                else user_message(account, "alice", "text", world.now(), {"Content": "一"})
            )
            self.tried += 1
            try:
                shown = parse_reply(account, asked, reply, world.now())
                self.outcomes["reply shown"] += shown.entry is not None
            except MalformedReply:
                self.outcomes["reply refused"] += 1
            except Exception as wrong:  # noqa: BLE001  any other error is what is looked for
                return [("reply", f"{wrong!r}: {reply[:300]!r}")]
        return []
