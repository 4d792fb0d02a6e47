"""The rival: an account's server as the ten lines of a tutorial make it. It checks the signature and echoes a card."""

from flask import Flask, request
from wechatpy import parse_message
from wechatpy.replies import ArticlesReply
from wechatpy.utils import check_signature

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
