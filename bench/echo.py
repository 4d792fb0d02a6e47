"""The rivals: an account's server as a tutorial makes it. Each checks the signature and echoes; nothing is kept.

application   the ten lines of wechatpy and Flask; answers with a card
robot         WeRoBot, as its own manual begins; answers with the words, and keeps no sessions (it would by default)
"""

import importlib
from typing import TYPE_CHECKING

from flask import Flask, request
from wechatpy import parse_message
from wechatpy.replies import ArticlesReply
from wechatpy.utils import check_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["TOKEN", "application", "robot"]

TOKEN = "benchtoken"


def application() -> Flask:
    """One process's application."""
    app = Flask(__name__)

    @app.post("/wechat")
    def wechat() -> str:
        check_signature(TOKEN, request.args["signature"], request.args["timestamp"], request.args["nonce"])
        message = parse_message(request.get_data())
        reply = ArticlesReply(message=message)
        url = "https://news.example.org/a/2021-02/11"
        reply.add_article({"title": message.content, "description": "", "image": f"{url}.jpg", "url": url})
        return str(reply.render())

    return app


def robot() -> "WSGIApplication":
    """The same by WeRoBot."""
    made = importlib.import_module("werobot").WeRoBot(token=TOKEN)
    made.config["SESSION_STORAGE"] = False

    made.add_handler(lambda message: str(message.content))
    app: WSGIApplication = made.wsgi
    return app
