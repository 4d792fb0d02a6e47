"""Pages inside the phone frames: a message in the chat, its articles, cards, answers, and the public page.

Each is a document with a Content-Security-Policy of its own, never the console's: without scripts and forms. The frames
keep the console's origin, because a browser sends no session cookie for the pictures of an opaque origin; without
scripts nothing in them can use it.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, g, make_response, request, url_for
from markupsafe import Markup

from wxbot import rendering
from wxbot.errors import WxbotError
from wxbot.rendering.dark_colours import in_dark_colours
from wxbot.web.console.auth import site_root
from wxbot.web.console.campaigns.plan_preview import stored_issue_views
from wxbot.web.console.library.issue_actions import require_issue
from wxbot.web.console.phone.content import PhoneContent, PhoneSource
from wxbot.web.console.phone.frames import FRAME_POLICY, ChatCard, account_name, chat_parts, render_frame
from wxbot.web.console.rendering import error_text, render_page
from wxbot.wechat import Card, News, Text
from wxbot.wiring import Services

__all__ = ["PhonePages"]

_LONGEST_QUESTION = 200
# Stands for the address of an uploaded picture, until the page puts in the console's own.
_UPLOADED = "https://mmbiz.qpic.cn/console/"
_PICTURE = re.compile(rf'src="{re.escape(_UPLOADED)}([\w-]+)"')
_SCHEMES = re.compile(r"""(color-scheme: ?|content=")light dark""")
_DARK_QUERY = re.compile(r"@media ?\(prefers-color-scheme: ?dark\)")


class PhonePages:
    """Views of the frames' documents and of the pictures in them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._content = PhoneContent(services)

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        for path, view in (
            ("message", self.message),
            ("article/<int:place>", self.article),
            ("card", self.card),
            ("answer", self.answer),
            ("page", self.public_page),
        ):
            endpoint = f"phone_{path.partition('/')[0]}"
            blueprint.add_url_rule(f"/phone/{path}/<path:key>", endpoint, self._in_frame(view))
        blueprint.add_url_rule("/see/<path:key>", "see", self.see)
        blueprint.add_url_rule("/phone/cover/<int:place>/<path:key>", "phone_cover", self.cover)
        blueprint.add_url_rule("/phone/picture/<name>/<path:key>", "phone_picture", self.picture)

    def _in_frame(self, view: Callable[..., Response]) -> Callable[..., Response]:
        """Return a view that tells its errors inside the frame, where a page of the console may not be shown."""

        @wraps(view)
        def show_in_frame(**values: Any) -> Response:
            try:
                return view(**values)
            except WxbotError as error:
                return self._frame("nothing.html", reason=error_text(error))

        return show_in_frame

    def see(self, key: str) -> Response:
        """Return the page that shows an issue, public or not yet, in the phone frames."""
        with self._services.db.read() as session:
            issue = require_issue(session, key)
            views = stored_issue_views(session, g.path, issue, self._services.pusher.settings)
        return render_page(
            "see.html",
            title=f"{rendering.issue_label(issue)}，手机上的样子",
            here="issues",
            issue=issue,
            address=quote(key),
            views=views,
        )

    def message(self, key: str) -> Response:
        """Return the message as it lies in the chat."""
        articles = self._content.message(_source(key))
        cards = [
            ChatCard(
                each.title,
                each.digest if len(articles) == 1 else "",
                _address("phone_cover", place=place, key=key),
                _address("phone_article", place=place, key=key),
            )
            for place, each in enumerate(articles, start=1)
        ]
        return self._frame("chat.html", question="", replies=[cards], texts=[])

    def article(self, place: int, key: str) -> Response:
        """Return an article of the message as WeChat shows it: exactly the HTML that the draft has."""
        articles = self._content.message(_source(key))
        if not 1 <= place <= len(articles):
            abort(404)
        found = articles[place - 1]
        sent = found.as_platform("", {each.key: f"{_UPLOADED}{each.key}" for each in found.pictures})
        html = in_dark_colours(sent["content"]) if _is_dark() else sent["content"]
        pictures = f"{g.path}phone/picture/"
        html = _PICTURE.sub(lambda match: f'src="{pictures}{match[1]}/{key}"', html)
        return self._frame(
            "article.html",
            sent=sent,
            content=Markup(html),  # noqa: S704  rendered from typed blocks, shown without scripts
            back=_address("phone_message", key=key),
        )

    def card(self, key: str) -> Response:
        """Return the card that single followers get."""
        card = self._chat_card(self._content.card(_source(key)))
        return self._frame("chat.html", question="", replies=[[card]], texts=[])

    def answer(self, key: str) -> Response:
        """Return the answer to a member's question, as a conversation."""
        question = request.args.get("ask", "")[:_LONGEST_QUESTION]
        if not question.strip():
            return self._frame("nothing.html", reason=f"没有写问题（{key}）")
        reply = self._content.answer(question)
        cards = [reply] if isinstance(reply, Card) else list(reply.cards) if isinstance(reply, News) else []
        return self._frame(
            "chat.html",
            question=question,
            replies=[[self._chat_card(each)] for each in cards[:1]],
            texts=[chat_parts(reply.content)] if isinstance(reply, Text) else [],
        )

    def public_page(self, key: str) -> Response:
        """Return the issue's public page in one of its two colour schemes."""
        shown = make_response(current_app.view_functions["issue"](key))
        if shown.status_code != 200:
            return self._frame("nothing.html", reason="这一期公开以后，才有网页。")
        dark = _is_dark()
        html = _DARK_QUERY.sub("@media all" if dark else "@media not all", shown.get_data(as_text=True))
        scheme = "dark" if dark else "light"
        html = _SCHEMES.sub(lambda match: f"{match[1]}{scheme}", html)
        return _frame_response(html.replace("<head>", '<head><base target="_blank">', 1))

    def cover(self, place: int, key: str) -> Response:
        """Return the cover of an article of the message."""
        articles = self._content.message(_source(key))
        if not 1 <= place <= len(articles):
            abort(404)
        response = make_response(self._content.cover(articles[place - 1]))
        response.content_type = "image/jpeg"
        return response

    def picture(self, name: str, key: str) -> Response:
        """Return a picture in the text of a message."""
        found = self._content.picture(key, name)
        if found is None:
            abort(404)
        response = make_response(found.data)
        response.content_type = "image/png" if found.filename.endswith(".png") else "image/jpeg"
        return response

    def _chat_card(self, card: Card) -> ChatCard:
        """Return a card with the picture at this server's own address, which the frame may load."""
        public_url = self._services.settings.public_url.rstrip("/")
        path = card.picture_url.removeprefix(public_url)
        picture = site_root(self._services) + path if public_url and path.startswith("/") else ""
        return ChatCard(card.title, card.description, picture, "")

    def _frame(self, template: str, **values: Any) -> Response:
        name = account_name(self._services)
        return _frame_response(render_frame(template, dark=_is_dark(), account=name, **values))


def _source(key: str) -> PhoneSource:
    return PhoneSource.read(key, request.args.get("as", ""))


def _is_dark() -> bool:
    return bool(request.args.get("dark"))


def _address(endpoint: str, **values: Any) -> str:
    """Return the address of another frame document or picture with the same content and colours."""
    values |= {name: request.args[name] for name in ("as", "dark") if request.args.get(name)}
    path = url_for(f"console.{endpoint}", **values).removeprefix("/console/")
    return f"{g.path}{path}"


def _frame_response(html: str) -> Response:
    response = make_response(html)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response
