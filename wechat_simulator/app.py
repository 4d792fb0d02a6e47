"""The whole simulator as one WSGI application: the platform's API in front, page and control interface behind."""

__all__ = ["create_app", "create_world"]

import random
from collections.abc import Sequence
from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from wechat_simulator.account import Identity, make_identity
from wechat_simulator.actions import ACTIONS
from wechat_simulator.api.table import BY_PATH
from wechat_simulator.control import BLUEPRINTS
from wechat_simulator.gate import Gate
from wechat_simulator.pages import pages
from wechat_simulator.world import World


def create_world(
    accounts: Sequence[Identity] = (),
    *,
    virtual: bool = False,
    start: float | None = None,
    seed: int | None = None,
    callback_timeout: float = 5.0,
    **account: Any,
) -> World:
    """A world with the given accounts, or with one of the given values (`kind`, `app_id`, `mode`, `callback`, …)."""
    identities = list(accounts) or [make_identity(random.Random(seed), **account)]
    return World(
        identities,
        ACTIONS,
        BY_PATH,
        virtual=virtual,
        start=start,
        seed=seed,
        callback_timeout=callback_timeout,
    )


class _Readable(DefaultJSONProvider):
    """JSON in plain UTF-8, in which half of a surrogate pair, which JSON can name, is no failure."""

    ensure_ascii = False

    def dumps(self, obj: Any, **options: Any) -> str:
        return super().dumps(obj, **options).encode("utf-8", "replace").decode()


def _not_found(wrong: HTTPException) -> tuple[dict[str, Any], int] | HTTPException:
    """What Flask itself refuses, such as a path that is none: in JSON where JSON is spoken."""
    if request.path.startswith("/_sim/"):
        return {"error": wrong.name}, wrong.code or 400
    return wrong


def create_app(world: World) -> Flask:
    """The Flask app of a world; its `wsgi_app` is the whole simulator."""
    app = Flask(__name__, static_folder=None)
    app.config["WORLD"] = world
    app.json = _Readable(app)
    app.register_error_handler(HTTPException, _not_found)
    for blueprint in (*BLUEPRINTS, pages):
        app.register_blueprint(blueprint)
    app.wsgi_app = Gate(world, app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app
