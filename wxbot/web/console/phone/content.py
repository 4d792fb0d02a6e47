"""Content of the phone frames: messages, articles, cards and chat bubbles, from the functions that send them."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from wxbot import library, rendering
from wxbot.bulletin.push_form import BEST, PushForm
from wxbot.db import Session
from wxbot.errors import NotFound
from wxbot.push import EditorChoice
from wxbot.push.planning.compose import compose_card, compose_issue_draft
from wxbot.rendering.draft_body import PictureFile
from wxbot.rendering.links import strip_click_tokens
from wxbot.wechat import Card, ImageReply, Incoming, News, Nothing, Reply, Text, Transfer, message_kind
from wxbot.wechat.text_markup import TextPart, cut_text, split_links
from wxbot.wiring import Services

__all__ = ["ChatBubble", "PhoneContent", "PhoneSource", "chat_bubbles", "suggested_questions"]


@dataclass(frozen=True, slots=True)
class ChatBubble:
    """One bubble: the parts of a text, or a card; `picture` is a path of this server, "" for none."""

    parts: Sequence[TextPart] = ()
    card: Card | None = None
    picture: str = ""


def chat_bubbles(reply: Reply, public_url: str) -> list[ChatBubble]:
    """Return the bubbles of a reply; of several cards WeChat shows only the first in answer to a message."""
    match reply:
        case Text(content):
            return [ChatBubble(parts=list(_in_phone(split_links(cut_text(content)))))]
        case Card():
            return [_card_bubble(reply, public_url)]
        case News(cards):
            return [_card_bubble(card, public_url) for card in cards[:1]]
        case ImageReply():
            return [ChatBubble(parts=[TextPart("［一张图片］")])]
        case Transfer():
            return [ChatBubble(parts=[TextPart("［转给客服］")])]
        case Nothing():
            return []


def _in_phone(parts: Iterator[TextPart]) -> Iterator[TextPart]:
    """Yield the parts; an address of another kind than http(s) opens nothing here."""
    for part in parts:
        yield part if urlsplit(part.url).scheme in {"http", "https"} else part._replace(url="")


def _card_bubble(card: Card, public_url: str) -> ChatBubble:
    """Return the bubble of a card. The console's policy allows no pictures of other servers."""
    root = public_url.rstrip("/")
    is_ours = bool(root) and card.picture_url.startswith(f"{root}/")
    picture = urlsplit(card.picture_url) if is_ours else None
    return ChatBubble(card=card, picture=picture.path if picture else "")


_ACCOUNT = "gh_console"
_VISITOR = "console"  # asks without a history of its own
_LONGEST_TOKEN = 6000
_MOST_BYTES = 50_000  # of an unpacked token


@dataclass(frozen=True)
class PhoneSource:
    """Source of a message: an issue, the editor's choice of articles, and a form; None for the kept one."""

    number: str
    choice: EditorChoice = field(default_factory=EditorChoice)
    form: PushForm | None = None

    @property
    def token(self) -> str:
        """Choice and form as part of an address; "" for an issue as it is."""
        if self.choice == EditorChoice() and self.form is None:
            return ""
        stored = {
            "choice": self.choice.to_json(),
            "form": None if self.form is None else self.form.to_json(),
        }
        packed = zlib.compress(json.dumps(stored, ensure_ascii=False).encode(), 9)
        return urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, number: str, token: str) -> "PhoneSource":
        """Return the source of a token; raises NotFound for one that is not ours."""
        if not token:
            return cls(number)
        try:
            if len(token) > _LONGEST_TOKEN:
                raise ValueError(token[:20])
            packed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            stored = json.loads(zlib.decompressobj().decompress(packed, _MOST_BYTES))
            form = stored["form"]
            choice = EditorChoice.from_json(stored["choice"])
            return cls(number, choice, None if form is None else PushForm.from_json(form))
        except (ValueError, TypeError, KeyError, AttributeError, zlib.error):
            raise NotFound("这个预览的地址不完整", remedy="回到上一页，再打开一次。") from None


class PhoneContent:
    """Composes what the phone frames show; threads may share it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cover_of = lru_cache(maxsize=64)(self._draw_cover)

    def message(self, source: PhoneSource) -> tuple[rendering.DraftArticle, ...]:
        """Return the articles of the message; of an issue that is not public yet, those that it would have."""
        with self._services.db.read() as session:
            issue = _find_issue(session, source.number)
            articles = library.current_articles(session, source.number)
            settings = self._services.pusher.settings
            return compose_issue_draft(issue, articles, settings, source.choice, source.form)

    def card(self, source: PhoneSource) -> Card:
        """Return the card that single followers get of a public issue."""
        with self._services.db.read() as session:
            settings = self._services.pusher.settings
            return compose_card(session, source.number, settings, source.choice, source.form)

    def answer(self, question: str) -> Reply:
        """Return what a member who sends these words would get at this moment; nothing is recorded."""
        now, bot = self._services.now(), self._services.bot
        with self._services.db.read() as session:
            version = library.version(session)
        bot.refresh(version)
        incoming = Incoming(
            message_kind("text", question), _VISITOR, _ACCOUNT, int(now.timestamp()), content=question
        )
        return strip_click_tokens(bot.answer(bot.understand(incoming, now)).reply)

    def cover(self, article: rendering.DraftArticle) -> bytes:
        """Return the cover of an article of the message, as it is sent."""
        return self._cover_of(article)

    def picture(self, number: str, key: str) -> PictureFile | None:
        """Return a picture in the text of a message; None if no article of the issue has it."""
        forms = (
            None,
            PushForm(),
            PushForm(picks=BEST),
        )  # the kept form, and what an editor may look at before
        messages = (self.message(PhoneSource(number, form=form)) for form in forms)
        shown = (each for message in messages for each in rendering.pictures_of(message))
        found = next((each for each in shown if each.key == key), None)
        return found.draw(self._read_picture) if found is not None else None

    def _draw_cover(self, article: rendering.DraftArticle) -> bytes:
        return article.draw_cover(self._read_picture)

    def _read_picture(self, digest: str) -> bytes | None:
        with self._services.db.read() as session:
            found = library.picture_web_form(session, digest)
        return found.data if found is not None else None


def suggested_questions(issue: library.Issue, articles: Sequence[library.Article]) -> list[str]:
    """Return what members may ask about an issue: its number, a section, the title of an article."""
    asked = [rendering.issue_label(issue), *issue.sections[:1], *(each.title for each in articles[:1])]
    return [each for each in asked if each.strip()]


def _find_issue(session: Session, number: str) -> library.Issue:
    issue = library.any_issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="回到书架看有哪些期。")
    return issue
