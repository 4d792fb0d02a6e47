"""Buttons on the simulator's page that run a command of the account's program, such as a push; given at the start."""

__all__ = ["page_buttons"]

import subprocess
from typing import Any

from flask import Blueprint, Response

from wechat_simulator.control.control_request import (
    InvalidControlRequest,
    invalid_request,
    json_body,
    json_list,
    required_text,
    world,
)

COMMAND_SECONDS = 120
SHOWN_LINES = 3

page_buttons = Blueprint("buttons", __name__, url_prefix="/_sim")
page_buttons.register_error_handler(ValueError, invalid_request)


@page_buttons.get("/buttons")
def list_buttons() -> Response:
    """List the names of the buttons."""
    return json_list([{"name": name} for name in world().buttons])


@page_buttons.post("/buttons")
def press_button() -> dict[str, Any]:
    """Run the command of the button `name`; return its exit code and the last lines of what it said."""
    command = world().buttons.get(required_text(json_body(), "name"))
    if command is None:
        raise InvalidControlRequest("no such button")
    try:
        # The command was given by the person who started this program, never by a request.
        ran = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"code": -1, "said": f"没有运行完：{error}"}
    lines = (ran.stdout if ran.returncode == 0 else ran.stderr or ran.stdout).strip().splitlines()
    return {"code": ran.returncode, "said": "\n".join(lines[-SHOWN_LINES:])}
