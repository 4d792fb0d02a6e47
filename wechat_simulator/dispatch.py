"""The one door of the platform's API: every call passes here, and is checked in the platform's own order.

method (43001, 43002), token (41001, 40001, 40014, 42001), right (48001), empty body (44002), JSON (47001), then the
arguments and the quota (45009, 45011), of which the handlers see to the first. Faults on order strike before all that.

This is plain WSGI in front of the Flask app of the page and the control interface: a call that does nearly
nothing should cost nearly nothing.
"""

__all__ = ["ApiDispatcher"]

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from secrets import randbits
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request as Form

from wechat_simulator.account import Account
from wechat_simulator.api.call import Answer, ApiCall, ApiEndpoint, Binary, Upload
from wechat_simulator.api.credentials import authenticate
from wechat_simulator.api.endpoint_table import BY_PATH
from wechat_simulator.api_errors import ApiError, error_message
from wechat_simulator.faults import ConnectionCut, Fault
from wechat_simulator.json_codec import reject_constant
from wechat_simulator.rights import is_allowed
from wechat_simulator.traffic import CallRecord
from wechat_simulator.world import World

API_PREFIXES = ("/cgi-bin/", "/datacube/", "/wxaapi/", "/customservice/", "/wxa/")
NOT_API = "/cgi-bin/showqrcode"  # a picture on mp.weixin.qq.com, served with the pages
ESCAPE = re.compile(rb"((?<!\\)(?:\\\\)*)\\(u[0-9a-fA-F]{4})")
JSON_TYPE = "application/json; encoding=utf-8"
PLAIN_TYPE = "text/plain"
GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass(slots=True)
class ApiRequest:
    """One request, read but not yet judged."""

    method: str
    path: str
    query: dict[str, str]
    raw: bytes
    ip: str
    content_type: str
    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    escapes: bool = False
    account: Account | None = None


@dataclass(slots=True)
class ApiResponse:
    """What goes back, and what the log says of it."""

    body: bytes
    type: str
    status: int = 200
    errcode: int = 0
    rid: str = ""
    filename: str = ""


class ApiDispatcher:
    """The API of a world, in front of another WSGI app that gets all other paths."""

    def __init__(self, world: World, others: WsgiApp) -> None:
        self._world = world
        self._others = others

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(API_PREFIXES) or path == NOT_API:
            return self._others(environ, start)
        begun = time.perf_counter()
        world = self._world
        asked = _read_request(environ, path)
        fault = world.faults.take(path) if world.faults.orders else None
        reply = _respond_with_fault(world, asked, fault)
        _log_call(world, asked, reply, fault, time.perf_counter() - begun)
        if fault is not None and fault.kind.startswith("cut"):
            raise ConnectionCut(path)
        headers = [("Content-Type", reply.type), ("Content-Length", str(len(reply.body)))]
        if reply.filename:
            headers.append(("Content-disposition", f'attachment; filename="{_header_safe(reply.filename)}"'))
        start(f"{reply.status} {'OK' if reply.status == 200 else 'Fault'}", headers)
        return [reply.body]


def _read_request(environ: Environ, path: str) -> ApiRequest:
    length = environ.get("CONTENT_LENGTH") or "0"
    return ApiRequest(
        environ["REQUEST_METHOD"],
        path,
        dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        environ["wsgi.input"].read(int(length)) if length.isdigit() else b"",
        environ.get("REMOTE_ADDR", "127.0.0.1"),
        environ.get("CONTENT_TYPE", ""),
    )


def _respond_with_fault(world: World, asked: ApiRequest, fault: Fault | None) -> ApiResponse:
    """The reply as a fault has it, or the true one."""
    if fault is None or fault.kind == "cut_after":
        return _respond(world, asked)
    if fault.kind == "slow":
        time.sleep(fault.seconds)
        return _respond(world, asked)
    if fault.kind == "errcode":
        return _error_response(world, ApiError(fault.errcode), JSON_TYPE)
    if fault.kind == "html":
        return ApiResponse(GATEWAY_PAGE, "text/html", 502)
    if fault.kind == "http":
        return ApiResponse(b"", "text/html", fault.status)
    return ApiResponse(b"", JSON_TYPE, 0)  # cut_before: nothing was done, nothing goes back


def _respond(world: World, asked: ApiRequest) -> ApiResponse:
    endpoint = BY_PATH.get(asked.path)
    if endpoint is None:
        return _error_response(world, ApiError(40066), JSON_TYPE)
    type_ = PLAIN_TYPE if endpoint.plain else JSON_TYPE
    try:
        answer = _check_and_call(world, endpoint, asked)
    except ApiError as refusal:
        return _error_response(world, refusal, type_)
    except Exception:  # noqa: BLE001 - a door: a mistake of ours must neither look like an outage nor stay unseen
        world.record_crash(asked.path)
        return _error_response(world, ApiError(-1), type_)
    if isinstance(answer, Binary):
        return ApiResponse(answer.data, answer.mime, filename=answer.filename)
    return ApiResponse(_to_json(answer), type_, errcode=answer.get("errcode", 0))


def _to_json(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _error_response(world: World, refusal: ApiError, type_: str) -> ApiResponse:
    rid = f"{int(world.now()) & 0xFFFFFFFF:08x}-{randbits(32):08x}-{randbits(32):08x}"
    values = {"ip": refusal.more["ip"]} if "ip" in refusal.more else {}
    message = f"{error_message(refusal.code, refusal.hint, **values)} rid: {rid}"
    more = {key: value for key, value in refusal.more.items() if key != "ip"}
    body = _to_json({"errcode": refusal.code, "errmsg": message} | more)
    return ApiResponse(body, type_, errcode=refusal.code, rid=rid)


def _check_and_call(world: World, endpoint: ApiEndpoint, asked: ApiRequest) -> Answer:
    """The checks in the platform's order, then the call itself."""
    if asked.method != endpoint.method:
        raise ApiError(43001 if endpoint.method == "GET" else 43002)
    if endpoint.key == "token":
        _authorize(world, endpoint, asked)
    if endpoint.method == "POST":
        _read_body(endpoint, asked)
    account = asked.account or authenticate(world, asked.query | asked.fields, asked.ip)
    asked.account = account
    if asked.escapes and endpoint.escapes == "refuse":
        raise ApiError(40033)
    call = ApiCall(
        world,
        account,
        endpoint,
        world.now(),
        asked.query,
        asked.fields,
        asked.files,
        asked.ip,
        asked.escapes,
    )
    with world.lock:
        answer = endpoint.handler(account, call)
        call.spend_quota()
    return answer


def _read_body(endpoint: ApiEndpoint, asked: ApiRequest) -> None:
    if not asked.raw:
        if endpoint.body != "loose":
            raise ApiError(44002)
    elif asked.content_type.startswith("multipart/"):
        _read_form(asked)
    elif endpoint.body == "form":
        raise ApiError(41005)
    else:
        _read_json(endpoint, asked)


def _read_json(endpoint: ApiEndpoint, asked: ApiRequest) -> None:
    raw = asked.raw
    if b"\\u" in raw and ESCAPE.search(raw):
        asked.escapes = True
        if endpoint.escapes == "literal":
            raw = ESCAPE.sub(rb"\1\\\\\2", raw)
    try:
        fields = json.loads(raw.decode("utf-8-sig"), parse_constant=reject_constant)
    except (ValueError, RecursionError):
        if endpoint.body != "loose":
            raise ApiError(47001) from None
        fields = dict(parse_qsl(raw.decode("utf-8", "replace")))
    if not isinstance(fields, dict):
        raise ApiError(47001)
    asked.fields = fields


def _read_form(asked: ApiRequest) -> None:
    """The parts of a multipart body; the log keeps what they are, not their bytes."""
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": asked.content_type,
        "CONTENT_LENGTH": str(len(asked.raw)),
        "wsgi.input": BytesIO(asked.raw),
    }
    form = Form(environ)
    asked.fields = form.form.to_dict()
    asked.files = {
        name: Upload(file.filename or "", file.mimetype, file.read()) for name, file in form.files.items()
    }
    parts: dict[str, Any] = {
        name: {"filename": file.filename, "type": file.mime, "bytes": len(file.data)}
        for name, file in asked.files.items()
    }
    asked.raw = _to_json(asked.fields | parts)


def _authorize(world: World, endpoint: ApiEndpoint, asked: ApiRequest) -> None:
    """Find the account whose token came with the call, and whether it may call this."""
    token = asked.query.get("access_token")
    if not token:
        raise ApiError(41001)
    asked.account = next((one for one in world.accounts.values() if token in one.tokens.by_value), None)
    account = asked.account or world.account  # where nobody has the token, any account refuses it
    account.tokens.check(token, world.now())
    if not is_allowed(account.identity.kind, endpoint.right):
        raise ApiError(48001)


def _log_call(
    world: World, asked: ApiRequest, reply: ApiResponse, fault: Fault | None, seconds: float
) -> None:
    app_id = asked.account.identity.app_id if asked.account else ""
    world.calls.add(
        CallRecord(
            world.now(),
            app_id,
            asked.method,
            asked.path,
            asked.query,
            asked.raw,
            reply.status,
            reply.body,
            reply.errcode,
            seconds,
            asked.ip,
            reply.rid,
            asked.escapes,
            fault.kind if fault else "",
        )
    )
    world.changes.publish("call")


def _header_safe(filename: str) -> str:
    return re.sub(r'[\x00-\x1f"\\]', "_", filename).encode("utf-8", "replace").decode("latin-1")
