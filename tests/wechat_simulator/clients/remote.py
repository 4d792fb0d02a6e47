"""A client in a process of its own; its methods are called over two pipes.

A request is a line of JSON, `{"call": "draft.add", "args": […], "named": {…}}`; the answer is a line of JSON,
`{"result": …}` or `{"error": {"name", "code", "message"}}`. Bytes are sent as `{"bytes": "<base64>"}`.
"""

__all__ = ["ClientError", "Remote"]

import base64
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any


class ClientError(Exception):
    """An exception of the client: its name, the errcode in it, and its message."""

    def __init__(self, name: str, code: int | None, message: str) -> None:
        super().__init__(f"{name} {code}: {message}")
        self.name, self.errcode, self.message = name, code, message


class Remote:
    """A running client; `close` ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def call(self, name: str, *args: object, **named: object) -> Any:
        """Call a method of the client. Raise ClientError when it raised an exception."""
        callback = {"call": name, "args": args, "named": named}
        self._in.write(json.dumps(callback, ensure_ascii=False, default=_as_text) + "\n")
        self._in.flush()
        line = self._out.readline()
        assert line, f"the client ended with {self._process.wait(5)}"
        result = json.loads(line, object_hook=_as_bytes)
        if "error" in result:
            raise ClientError(**result["error"])
        return result["result"]

    def close(self) -> None:
        """Close the client's input and wait for its end."""
        self._in.close()
        self._process.wait(10)
        self._out.close()


def _as_text(value: object) -> dict[str, str]:
    assert isinstance(value, bytes)
    return {"bytes": base64.b64encode(value).decode()}


def _as_bytes(found: dict[str, Any]) -> Any:
    return base64.b64decode(found["bytes"]) if list(found) == ["bytes"] else found
