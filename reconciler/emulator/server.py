"""The emulator on real ports of this machine: one port per account, in the foreground or beside a test.

It refuses to know what the accounts answer, and to listen anywhere but on 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.emulator.account import Account, Json
from reconciler.emulator.app import Transports, build_app
from reconciler.emulator.audit_logs import record_changes
from reconciler.emulator.call import Options
from reconciler.emulator.control import click, state
from reconciler.emulator.faults import Fault, parse_fault
from reconciler.emulator.storage import Database

HOST = "127.0.0.1"
LONGEST_GOODBYE_SECONDS = 1


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to whoever started it."""

    _stopping: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        """Tick like the original, but wake up at once when told to stop."""
        event = asyncio.Event()
        self._stopping = asyncio.get_running_loop(), event
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests end for a second and close everything; the original first waits a tenth of one, always."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST_GOODBYE_SECONDS
        while (self.server_state.connections or self.server_state.tasks) and loop.time() < deadline:
            await asyncio.sleep(0.001)
        for task in list(self.server_state.tasks):
            task.cancel()
        for connection in list(self.server_state.connections):
            cast(Any, connection).transport.abort()
        for server in self.servers:
            await server.wait_closed()

    def stop(self) -> None:
        """End the server; from any thread."""
        self.should_exit = True
        if self._stopping:
            loop, event = self._stopping
            loop.call_soon_threadsafe(event.set)


def _wire(transports: Transports) -> type[H11Protocol]:
    """A protocol that remembers its open connections."""

    class Wire(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._peer = transport.get_extra_info("peername")
            transports[self._peer] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            transports.pop(self._peer, None)
            super().connection_lost(exc)

    return Wire


def _bind(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's delay off; without it every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"port {port} of {HOST} cannot be used: {error.strerror}") from None
    return listener


class _Fleet:
    """The accounts, their listeners and their servers; opened at once or not at all."""

    def __init__(
        self,
        accounts: Mapping[str, int],
        *,
        seed: Json,
        db_file: str | os.PathLike[str] | None,
        options: Options,
        faults: Iterable[Fault],
        clock: Callable[[], float],
    ) -> None:
        with contextlib.ExitStack() as undo:
            listeners: dict[str, socket.socket] = {}
            for subdomain, port in accounts.items():
                listeners[subdomain] = undo.enter_context(contextlib.closing(_bind(port)))
            self._database = Database(Path(db_file)) if db_file is not None else None
            if self._database:
                undo.callback(self._database.close)
            faults = list(faults)
            self.accounts = {
                subdomain: Account(subdomain, seed=seed.get(subdomain), clock=clock, keeper=self._database)
                for subdomain in accounts
            }
            self._servers = [
                (self._server(self.accounts[name], options, faults), listener) for name, listener in listeners.items()
            ]
            self.ports = {subdomain: int(listener.getsockname()[1]) for subdomain, listener in listeners.items()}
            undo.pop_all()

    def _server(self, account: Account, options: Options, faults: list[Fault]) -> _Server:
        transports: Transports = {}
        config = uvicorn.Config(
            build_app(account, options, transports=transports, faults=faults),
            http=_wire(transports),
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
        return _Server(config)

    async def run(self, started: Callable[[], None]) -> None:
        tasks = [asyncio.ensure_future(server.serve(sockets=[listener])) for server, listener in self._servers]
        while not all(server.started for server, _ in self._servers) and not any(task.done() for task in tasks):
            await asyncio.sleep(0.002)
        started()
        try:
            await asyncio.gather(*tasks)
        finally:
            if self._database:
                self._database.close()

    def stop(self) -> None:
        for server, _ in self._servers:
            server.stop()


def serve(
    accounts: Mapping[str, int],
    *,
    seed_file: str | os.PathLike[str] | None = None,
    db_file: str | os.PathLike[str] | None = None,
    latency_ms: int = 0,
    rate_limit: int | None = None,
    token_ttl_seconds: int = 1800,
    fault: str | Iterable[str] | None = None,
    lacks: Iterable[str] = (),
    ready: Callable[[dict[str, int]], None] | None = None,
) -> None:
    """Serve accounts (subdomain to port, 0 = any free one) until SIGINT or SIGTERM; to be called in the main thread.

    `rate_limit` is in requests per minute and API; `fault` takes `INDEX:WHEN:DO[=NUMBER]`, one or several. `ready`
    gets the real ports once all of them answer; `lacks` names what the plan does not have. `OSError` names a port that cannot be used, `ValueError` a seed or
    fault that cannot be understood.
    """
    faults = [parse_fault(text) for text in ([fault] if isinstance(fault, str) else fault or ())]
    seed = json.loads(Path(seed_file).read_text("utf-8")) if seed_file is not None else {}
    options = Options(
        latency_ms=latency_ms, rate_limit=rate_limit, token_ttl_seconds=token_ttl_seconds, lacks=tuple(lacks)
    )
    fleet = _Fleet(accounts, seed=seed, db_file=db_file, options=options, faults=faults, clock=time.time)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, fleet.stop)
        await fleet.run(lambda: ready(fleet.ports) if ready else None)

    asyncio.run(run())


class Emulator:
    """The emulator in a background thread, for the length of a `with` block.

    `accounts` maps subdomains to ports, 0 = any free one; `seed` is the content of a seed file; `clock` gives seconds
    since the epoch. The other options are those of `serve`, and `lists_show_default_responder`, which is false for a
    service whose lists leave the mirror out. `OSError` names a port that cannot be used.
    """

    def __init__(
        self,
        accounts: Mapping[str, int],
        *,
        seed: Json | None = None,
        db_file: str | os.PathLike[str] | None = None,
        faults: Iterable[Fault] = (),
        clock: Callable[[], float] = time.time,
        **options: Any,
    ) -> None:
        self._fleet = _Fleet(
            accounts, seed=seed or {}, db_file=db_file, options=Options(**options), faults=faults, clock=clock
        )
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._fleet.run(self._started.set))
        except BaseException as error:  # noqa: BLE001 - handed over to the thread that waits
            self._failure = error
        finally:
            self._started.set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._fleet.stop()
        self._thread.join()

    def account(self, subdomain: str) -> Account:
        """The state behind a port; to look at between requests."""
        return self._fleet.accounts[subdomain]

    def click(self, subdomain: str, path: str, content: Json | None, *, by: str = "") -> Json:
        """What a person does in Admin Center, between requests; ValueError when there is no such path or object.

        `by` is the name that the audit log has for that person; without one it is the owner.
        """
        account = self.account(subdomain)
        done = click(account, path, content)
        if done is None:
            account.roll_back()
            raise ValueError(f'there is nothing at "{path}" that a person could change')
        record_changes(account, by)
        account.commit()
        return done

    def objects(self, subdomain: str, path: str) -> list[Json]:
        """The objects of a list path as a person sees them."""
        return list(state(self.account(subdomain))["objects"].get(path, []))

    def url(self, subdomain: str) -> str:
        """Where an account answers, without a trailing slash."""
        return f"http://{HOST}:{self._fleet.ports[subdomain]}"
