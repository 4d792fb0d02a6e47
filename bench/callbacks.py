"""The platform's callbacks at a steady rate: every kind of message, encrypted or plain, with the platform's retries.

A message gets three tries of five seconds, each over a connection of its own, as the platform makes them. Its number
decides everything about it, so that the fate of each one can be looked up afterwards.
"""

import asyncio
import secrets
import time
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.installation import AES_KEY, APP_ID, TOKEN
from wechat_simulator.callback_format import decrypt, encrypt, signature, to_xml
from wxbot.wechat import idempotency_key, parse

__all__ = ["Callback", "Fate", "Traffic", "confirms_change", "make_callback"]

TRIES, TRY_SECONDS = 3, 5.0
MAX_GAP_SECONDS = 0.5
FIRST_ID = 24_000_000_000_000_000
MEMBERS = 5000
TWICE_EVERY = 50  # so many messages between two that the platform sends twice at once
ACCOUNT = "gh_soak"
QUESTIONS = ("芯片", "比亚迪", "投融界", "刀片电池", "keep", "独角兽", "白皮书", "5G", "融资", "最新")
KINDS: tuple[tuple[str, Mapping[str, object]], ...] = (
    *(("text", {"Content": question}) for question in QUESTIONS),
    ("text", {"Content": "2021年第2期"}),
    ("text", {"Content": "第2期"}),
    ("text", {"Content": "订阅 投融界"}),
    ("text", {"Content": "更多"}),
    ("CLICK", {"EventKey": "LATEST"}),
    ("LOCATION", {"Latitude": 31.23, "Longitude": 121.47, "Precision": 65.0}),
    ("image", {"PicUrl": "https://mmbiz.example/p", "MediaId": "m1"}),
    ("subscribe", {"EventKey": ""}),
    ("unsubscribe", {"EventKey": ""}),
    ("text", {"Content": "退订 投融界"}),
)
MESSAGES = frozenset({"text", "image"})
CHANGES = frozenset({12, 19})  # messages whose reply confirms a change
# What changes a subscription counts only when it arrives encrypted.
ENCRYPTED_ALWAYS = frozenset({12, 17, 18, 19})


class Fate:
    """Fate of a message, as a byte."""

    UNDER_WAY, IN_TIME, LATE, LOST = range(4)


@dataclass(frozen=True)
class Callback:
    """One message or event before it is signed."""

    openid: str
    body: bytes
    is_encrypted: bool
    has_reply: bool

    @property
    def key(self) -> str:
        """The key of its journal row."""
        return idempotency_key(parse(self.body))


def make_callback(number: int, second: int) -> Callback:
    """Return the message of a number, as it was created in a second of the clock."""
    kind = number % len(KINDS)
    name, fields = KINDS[kind]
    # Those who follow and leave are people of their own: their rows are erased.
    comes_and_goes = name in {"subscribe", "unsubscribe"}
    openid = f"{'oGuest' if comes_and_goes else 'oSoak'}{number // len(KINDS) * 7 % MEMBERS:022d}"
    head: dict[str, object] = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": second}
    if name in MESSAGES:
        whole = head | {"MsgType": name, **fields, "MsgId": FIRST_ID + number}
    else:
        whole = head | {"MsgType": "event", "Event": name, **fields}
    return Callback(
        openid,
        to_xml(whole).encode(),
        kind in ENCRYPTED_ALWAYS or number // len(KINDS) % 2 == 0,
        name == "text",
    )


def confirms_change(number: int) -> bool:
    """Return whether the reply to the message of a number confirms a change."""
    return number % len(KINDS) in CHANGES


@dataclass
class Traffic:
    """Messages to the servers at `ports` in turn; a retry goes to the next of them.

    `impatient` tries again at once where a connection is refused; the platform's waiting time then does not help.
    """

    ports: tuple[int, ...]
    rate: float
    host: str = "127.0.0.1"
    hosts: tuple[str, ...] = ()
    impatient: bool = False
    stopping: bool = False
    created: "array[int]" = field(default_factory=lambda: array("q"))  # second of the clock, by number
    fates: bytearray = field(default_factory=bytearray)  # by number
    slowest: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)  # of tries, by what the platform saw
    different: list[int] = field(default_factory=list)  # messages whose two tries got different answers
    remarks: list[str] = field(default_factory=list)

    async def run(self, seconds: float) -> None:
        """Send for so many seconds, then wait for the last answers."""
        started, under_way = time.monotonic(), set[asyncio.Task[None]]()
        due, last = 0.0, started
        while not self.stopping and (now := time.monotonic()) - started < seconds:
            # A driver that got no processor for a while does not send all that it missed at once.
            due, last = due + min(now - last, MAX_GAP_SECONDS) * self.rate, now
            while due >= 1:
                due -= 1
                number = len(self.fates)
                self.created.append(int(time.time()))
                self.fates.append(Fate.UNDER_WAY)
                task = asyncio.create_task(self._send(number))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.sleep(0.02)
        if under_way:
            await asyncio.wait(set(under_way))

    async def _send(self, number: int) -> None:
        """Send one message with its tries, and record its fate."""
        callback = make_callback(number, self.created[number])
        self.counts["sent"] += 1
        if number % TWICE_EVERY == 0:
            answers = await asyncio.gather(
                self._try(callback, number, 0), self._try(callback, number, 1), return_exceptions=True
            )
            self._compare(number, [each for each in answers if isinstance(each, bytes)])
        for at in range(TRIES):
            started = time.monotonic()
            try:
                answer = await self._try(callback, number, at)
            except (OSError, TimeoutError, EOFError, ValueError) as wrong:
                self.failures[type(wrong).__name__] += 1
                if not (self.impatient and isinstance(wrong, ConnectionRefusedError)):
                    await asyncio.sleep(max(0.0, TRY_SECONDS - (time.monotonic() - started)))
                continue
            self.slowest = max(self.slowest, time.monotonic() - started)
            self._check(number, callback, answer)
            self.fates[number] = Fate.LATE if at else Fate.IN_TIME
            self.counts["late" if at else "in time"] += 1
            return
        self.fates[number] = Fate.LOST
        self.counts["lost"] += 1

    async def _try(self, callback: Callback, number: int, at: int) -> bytes:
        """Make one try; return the body of a 200, else raise."""
        return await asyncio.wait_for(self._post(callback, number, at), TRY_SECONDS)

    async def _post(self, callback: Callback, number: int, at: int) -> bytes:
        stamp, nonce = str(int(time.time())), str(secrets.randbelow(10**10))
        body = callback.body
        query = f"signature={signature(TOKEN, stamp, nonce)}&timestamp={stamp}&nonce={nonce}&openid={callback.openid}"
        if callback.is_encrypted:
            sealed = encrypt(AES_KEY, APP_ID, body, secrets.token_bytes(16))
            query += f"&encrypt_type=aes&msg_signature={signature(TOKEN, stamp, nonce, sealed)}"
            body = to_xml({"ToUserName": ACCOUNT, "Encrypt": sealed}).encode()
        where = (number + at) % len(self.ports)
        host = self.hosts[where] if self.hosts else self.host
        reader, writer = await asyncio.open_connection(host, self.ports[where])
        try:
            head = f"POST /wechat?{query} HTTP/1.1\r\nHost: {host}:{self.ports[where]}\r\nContent-Type: text/xml\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            status = await reader.readline()
            length = None
            while (line := await reader.readline()).strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if length is None or not status.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(f"status {status!r}")
            return await reader.readexactly(length)
        finally:
            writer.close()

    def _compare(self, number: int, answers: list[bytes]) -> None:
        """Note when two tries of one message were answered differently."""
        if len(answers) == 2 and _opened(answers[0]) != _opened(answers[1]):
            self.counts["different"] += 1
            self.different.append(number)

    def _check(self, number: int, callback: Callback, answer: bytes) -> None:
        """Note an answer that is none."""
        if callback.has_reply and b"<MsgType>" not in _opened(answer):
            self.counts["wrong"] += 1
            self._remark(f"message {number}: answered with {answer[:60]!r}")

    def _remark(self, text: str) -> None:
        if len(self.remarks) < 20:
            self.remarks.append(text)


def _opened(answer: bytes) -> bytes:
    """Return an answer, decrypted where it is encrypted."""
    _, found, rest = answer.partition(b"<Encrypt>")
    if not found:
        return answer
    sealed = rest.partition(b"</Encrypt>")[0].removeprefix(b"<![CDATA[").removesuffix(b"]]>")
    return decrypt(AES_KEY, sealed.decode())[0]
