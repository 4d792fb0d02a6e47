"""The rivals of the webhook's benchmark: servers of tutorials that check the signature and echo, and store nothing.

application   wechatpy and Flask in ten lines; replies with a card
robot         WeRoBot as in the first page of its manual, without its sessions; replies with the text
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
    """Build the application of wechatpy and Flask."""
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
    """Build the application of WeRoBot."""
    werobot = importlib.import_module("werobot").WeRoBot(token=TOKEN)
    werobot.config["SESSION_STORAGE"] = False

    werobot.add_handler(lambda message: str(message.content))
    app: WSGIApplication = werobot.wsgi
    return app
