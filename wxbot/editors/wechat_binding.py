"""Find an editor's openid: the editor sends a one-time phrase to the account, and the journal shows who sent it.

Nobody sees an openid in WeChat. The phrase is shown to the logged-in editor only, and is valid for some minutes.
"""

import datetime as dt
import re
import secrets

from sqlalchemy import select

from wxbot.db import Database, KeyValueStore
from wxbot.editors.accounts import change_openid
from wxbot.editors.tables import Editor
from wxbot.errors import Forbidden, NotFound
from wxbot.journal import JournalEntry
from wxbot.text import normalise

__all__ = [
    "PHRASE_LIFETIME",
    "bind_sender",
    "create_binding_phrase",
    "find_binding_phrase",
    "is_binding_phrase",
]

PHRASE_LIFETIME = dt.timedelta(minutes=15)
_WORD = "绑定"
_DIGITS = 8
_PHRASE = re.compile(rf"{_WORD}[0-9]{{{_DIGITS}}}")


def create_binding_phrase(db: Database, editor: Editor, now: dt.datetime) -> str:
    """Return a new phrase for an editor to send from the own WeChat; an earlier one is void."""
    phrase = f"{_WORD} {secrets.randbelow(9 * 10 ** (_DIGITS - 1)) + 10 ** (_DIGITS - 1)}"
    KeyValueStore(db).put(_store_key(editor), phrase, now + PHRASE_LIFETIME)
    return phrase


def is_binding_phrase(text: str) -> bool:
    """Tell if a text in normal form and without blanks has the form of such a phrase, whether valid or not."""
    return _PHRASE.fullmatch(text) is not None


def find_binding_phrase(db: Database, editor: Editor, now: dt.datetime) -> str:
    """Return the phrase that an editor may send; "" for none."""
    stored = KeyValueStore(db).get(_store_key(editor))
    return stored.value if stored is not None and stored.expires_at > now else ""


def bind_sender(db: Database, editor: Editor, now: dt.datetime) -> None:
    """Bind an account without an openid to the one that sent its phrase.

    Raises NotFound if the phrase is void or has not arrived, and Forbidden if several people sent it, or if the account
    has an openid or the openid another account: only an admin changes those.
    """
    if editor.openid is not None:
        raise Forbidden("您的账号已经写有微信", remedy="要换一个，请管理账号的同事改。")
    phrase = find_binding_phrase(db, editor, now)
    if not phrase:
        raise NotFound("这句话过期了", remedy="再要一句新的，15 分钟内发给公众号。")
    senders = _find_senders(db, phrase, now)
    if not senders:
        raise NotFound(f"还没有收到您发的「{phrase}」", remedy="用您自己的微信发给公众号，等它回答了再按。")
    if len(senders) > 1:
        raise Forbidden("有几个微信发了这句话，分不清哪个是您的", remedy="再要一句新的，只用自己的微信发。")
    change_openid(db, editor.name, senders.pop(), by=editor.person, now=now)
    KeyValueStore(db).put(_store_key(editor), "", now)


def _find_senders(db: Database, phrase: str, now: dt.datetime) -> set[str]:
    """Return who sent the phrase while it was valid; spaces do not matter."""
    word, _, code = phrase.partition(" ")
    sent = select(JournalEntry.openid, JournalEntry.asked).where(
        JournalEntry.kind == "text",
        JournalEntry.received_at >= now - PHRASE_LIFETIME,
        JournalEntry.asked.contains(code, autoescape=True),
    )
    with db.read() as session:
        rows = session.execute(sent).all()
    return {row.openid for row in rows if normalise(row.asked).replace(" ", "") == word + code}


def _store_key(editor: Editor) -> str:
    return f"wechat binding:{editor.id}"
