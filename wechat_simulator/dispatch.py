"""Dispatch of API calls: fault injection, request checks in the platform's order, the handler, the log of calls.

Checks: method (43001, 43002), token (41001, 40001, 40014, 42001), right (48001), empty body (44002), JSON (47001). The
handler then checks the arguments and the quota (45009, 45011).

This is plain WSGI in front of the Flask application of page and control interface: calls come by the thousand, and
routing through Flask would cost more than most calls do.
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
from wechat_simulator.world import WORLD_KEY, World

API_PREFIXES = ("/cgi-bin/", "/datacube/", "/wxaapi/", "/customservice/", "/wxa/")
NOT_API = "/cgi-bin/showqrcode"  # a picture on mp.weixin.qq.com, served by web_pages
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
    """One HTTP request to the API, as the checks fill it in."""

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
    """The HTTP response, and what the log of calls records of it."""

    body: bytes
    type: str
    status: int = 200
    errcode: int = 0
    rid: str = ""
    filename: str = ""


class ApiDispatcher:
    """WSGI application that serves the API of a world and passes all other paths to `others`."""

    def __init__(self, world: World, others: WsgiApp) -> None:
        self._world = world
        self._others = others

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ["PATH_INFO"]
        if not path.startswith(API_PREFIXES) or path == NOT_API:
            environ[WORLD_KEY] = self._world
            return self._others(environ, start)
        started = time.perf_counter()
        world = self._world
        request = _read_request(environ, path)
        fault = world.faults.take(path) if world.faults.orders else None
        reply = _respond_with_fault(world, request, fault)
        _log_call(world, request, reply, fault, time.perf_counter() - started)
        if fault is not None and fault.kind.startswith("cut"):
            raise ConnectionCut(path)
        headers = [("Content-Type", reply.type), ("Content-Length", str(len(reply.body)))]
        if reply.filename:
            headers.append(("Content-disposition", f'attachment; filename="{_header_safe(reply.filename)}"'))
        start(f"{reply.status} {'OK' if reply.status == 200 else 'Fault'}", headers)
        return [reply.body]


def _read_request(environ: Environ, path: str) -> ApiRequest:
    """Read method, path, query and body from the WSGI environment."""
    length = environ.get("CONTENT_LENGTH") or "0"
    return ApiRequest(
        environ["REQUEST_METHOD"],
        path,
        dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        environ["wsgi.input"].read(int(length)) if length.isdigit() else b"",
        environ.get("REMOTE_ADDR", "127.0.0.1"),
        environ.get("CONTENT_TYPE", ""),
    )


def _respond_with_fault(world: World, request: ApiRequest, fault: Fault | None) -> ApiResponse:
    """Return the response that an injected fault asks for, or the normal one."""
    if fault is None or fault.kind == "cut_after":
        return _respond(world, request)
    if fault.kind == "slow":
        time.sleep(fault.seconds)
        return _respond(world, request)
    if fault.kind == "errcode":
        return _error_response(world, ApiError(fault.errcode), JSON_TYPE)
    if fault.kind == "html":
        return ApiResponse(GATEWAY_PAGE, "text/html", 502)
    if fault.kind == "http":
        return ApiResponse(b"", "text/html", fault.status)
    return ApiResponse(b"", JSON_TYPE, 0)  # cut_before: the connection is cut instead


def _respond(world: World, request: ApiRequest) -> ApiResponse:
    """Return the normal response of the API."""
    endpoint = BY_PATH.get(request.path)
    if endpoint is None:
        return _error_response(world, ApiError(40066), JSON_TYPE)
    type_ = PLAIN_TYPE if endpoint.plain else JSON_TYPE
    try:
        answer = _check_and_call(world, endpoint, request)
    except ApiError as refusal:
        return _error_response(world, refusal, type_)
    except Exception:  # noqa: BLE001 - entry point: a bug is answered with -1 and recorded
        world.record_crash(request.path)
        return _error_response(world, ApiError(-1), type_)
    if isinstance(answer, Binary):
        return ApiResponse(answer.data, answer.mime, filename=answer.filename)
    return ApiResponse(_to_json(answer), type_, errcode=answer.get("errcode", 0))


def _to_json(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _error_response(world: World, refusal: ApiError, type_: str) -> ApiResponse:
    """Return the JSON response for an error, with a new request id (rid) in its message."""
    rid = f"{int(world.now()) & 0xFFFFFFFF:08x}-{randbits(32):08x}-{randbits(32):08x}"
    values = {"ip": refusal.more["ip"]} if "ip" in refusal.more else {}
    message = f"{error_message(refusal.code, refusal.hint, **values)} rid: {rid}"
    more = {key: value for key, value in refusal.more.items() if key != "ip"}
    body = _to_json({"errcode": refusal.code, "errmsg": message} | more)
    return ApiResponse(body, type_, errcode=refusal.code, rid=rid)


def _check_and_call(world: World, endpoint: ApiEndpoint, request: ApiRequest) -> Answer:
    """Run the checks in the platform's order, then the endpoint's handler under the world's lock."""
    if request.method != endpoint.method:
        raise ApiError(43001 if endpoint.method == "GET" else 43002)
    if endpoint.key == "token":
        _authorize(world, endpoint, request)
    if endpoint.method == "POST":
        _read_body(endpoint, request)
    account = request.account or authenticate(world, request.query | request.fields, request.ip)
    request.account = account
    if request.escapes and endpoint.escapes == "refuse":
        raise ApiError(40033)
    call = ApiCall(
        world,
        account,
        endpoint,
        world.now(),
        request.query,
        request.fields,
        request.files,
        request.ip,
        request.escapes,
    )
    with world.lock:
        answer = endpoint.handler(account, call)
        call.spend_quota()
    return answer


def _read_body(endpoint: ApiEndpoint, request: ApiRequest) -> None:
    """Read the body in the form that the endpoint expects (44002, 41005, 47001)."""
    if not request.raw:
        if endpoint.body != "loose":
            raise ApiError(44002)
    elif request.content_type.startswith("multipart/"):
        _read_form(request)
    elif endpoint.body == "form":
        raise ApiError(41005)
    else:
        _read_json(endpoint, request)


def _read_json(endpoint: ApiEndpoint, request: ApiRequest) -> None:
    """Parse a JSON object; endpoints with a `loose` body also accept form fields."""
    raw = request.raw
    if b"\\u" in raw and ESCAPE.search(raw):
        request.escapes = True
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
    request.fields = fields


def _read_form(request: ApiRequest) -> None:
    """Parse a multipart body. The log keeps names and sizes of its files instead of their bytes."""
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": request.content_type,
        "CONTENT_LENGTH": str(len(request.raw)),
        "wsgi.input": BytesIO(request.raw),
    }
    form = Form(environ)
    request.fields = form.form.to_dict()
    request.files = {
        name: Upload(file.filename or "", file.mimetype, file.read()) for name, file in form.files.items()
    }
    parts: dict[str, Any] = {
        name: {"filename": file.filename, "type": file.mime, "bytes": len(file.data)}
        for name, file in request.files.items()
    }
    request.raw = _to_json(request.fields | parts)


def _authorize(world: World, endpoint: ApiEndpoint, request: ApiRequest) -> None:
    """Find the account that owns the access token, and check the token and the account's right to this endpoint."""
    token = request.query.get("access_token")
    if not token:
        raise ApiError(41001)
    request.account = next((one for one in world.accounts.values() if token in one.tokens.by_value), None)
    account = request.account or world.account  # an unknown token is refused by any account
    account.tokens.check(token, world.now())
    if not is_allowed(account.identity.kind, endpoint.right):
        raise ApiError(48001)


def _log_call(
    world: World, request: ApiRequest, reply: ApiResponse, fault: Fault | None, seconds: float
) -> None:
    """Add the call to the log and notify open pages."""
    app_id = request.account.identity.app_id if request.account else ""
    world.calls.add(
        CallRecord(
            world.now(),
            app_id,
            request.method,
            request.path,
            request.query,
            request.raw,
            reply.status,
            reply.body,
            reply.errcode,
            seconds,
            request.ip,
            reply.rid,
            request.escapes,
            fault.kind if fault else "",
        )
    )
    world.changes.publish("call")


def _header_safe(filename: str) -> str:
    return re.sub(r'[\x00-\x1f"\\]', "_", filename).encode("utf-8", "replace").decode("latin-1")
