"""The ASGI application of one account: the emulator's own doors, the request log, latency and faults.

It refuses to know which ports there are.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.emulator import control
from reconciler.emulator.account import Account
from reconciler.emulator.answers import Answer
from reconciler.emulator.audit_logs import record_changes
from reconciler.emulator.call import Options
from reconciler.emulator.dispatch import Dispatcher
from reconciler.emulator.faults import Fault, read_fault

Transports = dict[tuple[str, int], Any]
"""The open connections by client address, so that a fault can cut one."""


class Edge:
    """Everything between the wire and the dispatcher."""

    def __init__(
        self, account: Account, options: Options, transports: Transports | None, faults: Iterable[Fault]
    ) -> None:
        self.account = account
        self.options = options
        self.faults = list(faults)
        self._transports = transports if transports is not None else {}
        self._dispatcher = Dispatcher(account, options)
        own = [
            Route("/__emulator__/requests", self._show_requests, methods=["GET"]),
            Route("/__emulator__/state", self._show_state, methods=["GET"]),
            Route("/__emulator__/objects", self._click, methods=["POST"]),
            Route("/__emulator__/faults", self._add_faults, methods=["POST"]),
        ]
        self._own_doors = Starlette(routes=own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/__emulator__"):
            await self._own_doors(scope, receive, send)
            return
        try:
            await self._serve(Request(scope, receive), receive, send)
        except ClientDisconnect:
            return

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        raw = await request.body()
        entry: dict[str, Any] = {
            "index": len(self.account.requests),
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query,
            "status": None,
        }
        self.account.requests.append(entry)
        fault = next((fault for fault in self.faults if fault.index == entry["index"]), None)
        if self.options.latency_ms:
            await asyncio.sleep(self.options.latency_ms / 1000)
        if fault and fault.do == "delay" and fault.when == "before":
            await asyncio.sleep(fault.seconds)
        answer = None
        if fault is None or fault.when == "after" or fault.do == "delay":
            answer = self._dispatcher.answer(
                request.method, request.url.path, request.url.query, request.headers.get("authorization"), raw
            )
        if fault and fault.do == "delay" and fault.when == "after":
            await asyncio.sleep(fault.seconds)
        if fault and fault.do in ("drop", "reset"):
            await self._cut(request, receive, hard=fault.do == "reset")
            return
        response = _spoiled(answer, fault) if fault and fault.do != "delay" else _response(answer or Answer(404))
        entry["status"] = response.status_code
        if fault and fault.do == "truncate":
            await self._send_half(request, response, receive, send)
            return
        await response(request.scope, receive, send)

    def _transport(self, request: Request) -> Any:
        client = request.client
        return self._transports.get((client.host, client.port)) if client else None

    async def _cut(self, request: Request, receive: Receive, *, hard: bool) -> None:
        """Close the connection without an answer: politely, or with a reset."""
        transport = self._transport(request)
        if transport is None:
            raise RuntimeError("A fault needs a real connection to cut.")
        if hard:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        else:
            transport.close()
        while (await receive())["type"] != "http.disconnect":
            continue

    async def _send_half(self, request: Request, response: Response, receive: Receive, send: Send) -> None:
        """Promise the whole body, send half of it, and hang up."""
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        body = bytes(response.body)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await self._cut(request, receive, hard=False)

    async def _show_requests(self, request: Request) -> Response:
        return JSONResponse(self.account.requests)

    async def _show_state(self, request: Request) -> Response:
        return JSONResponse(control.state(self.account))

    async def _click(self, request: Request) -> Response:
        try:
            body = await request.json()
            result = control.click(self.account, body["path"], body["object"])
        except (ValueError, KeyError, TypeError) as error:
            self.account.roll_back()
            return JSONResponse({"error": f"path and object are expected: {error}"}, 400)
        if result is None:
            self.account.roll_back()
            return JSONResponse({"error": f'nothing stands at "{body["path"]}"'}, 404)
        record_changes(self.account, str(body.get("by", "")))
        self.account.commit()
        return JSONResponse({"path": body["path"], "object": result})

    async def _add_faults(self, request: Request) -> Response:
        try:
            faults = [read_fault(value) for value in await request.json()]
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        self.faults += faults
        return JSONResponse({"faults": len(self.faults)})


def _response(answer: Answer) -> Response:
    if answer.text is not None:
        return Response(answer.text, answer.status, answer.headers, "text/plain")
    if answer.body is None:
        return Response(b"", answer.status, answer.headers)
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return Response(content, answer.status, answer.headers, "application/json")


def _spoiled(answer: Answer | None, fault: Fault) -> Response:
    true = _response(answer or Answer(200, {}))
    if fault.do == "html":
        page = "<!DOCTYPE html><html><body><h1>We are down for maintenance</h1></body></html>"
        return Response(page, fault.status, None, "text/html")
    if fault.do == "status":
        return Response(json.dumps({"error": "ServiceUnavailable"}), fault.status, None, "application/json")
    if fault.do == "corrupt":
        return Response(bytes(true.body)[:-1] + b"\xff,", true.status_code, None, "application/json")
    return true


def build_app(
    account: Account,
    options: Options | None = None,
    *,
    transports: Transports | None = None,
    faults: Iterable[Fault] = (),
) -> ASGIApp:
    """The application that serves one account; faults that cut connections need `transports` from the server."""
    return Edge(account, options or Options(), transports, faults)
