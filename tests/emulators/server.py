"""Serve an application on a free port of this machine, from an async test, a thread, or the command line."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # connections are cut on purpose here

_ANSWERING_SECONDS = 0.1


class _Server(uvicorn.Server):
    """A server that says when it listens, and leaves the signals to whoever runs it."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="httptools",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_keep_alive=75,  # a client must not meet a connection that closes at that moment
            )
        )
        self.listening = threading.Event()
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.listening.set()

    def end(self) -> None:
        """Come to an end at once; from any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)

    async def main_loop(self) -> None:
        """Uvicorn looks ten times a second whether it should end: for hundreds of servers that adds up."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As soon as nobody is being answered; whoever still waits after that was left hanging on purpose."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if answering := list(self.server_state.tasks):
            _, hanging = await asyncio.wait(answering, timeout=_ANSWERING_SECONDS)
            for task in hanging:
                task.cancel()
        await asyncio.sleep(0)  # connections say that they are closed
        await self.lifespan.shutdown()


def _bound(port: int = 0) -> tuple[socket.socket, str]:
    # Named TCP, asyncio turns Nagle's algorithm off: else each answer waits 40 ms for the acknowledgement of its head.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """The address at which the application is served, on this event loop."""
    listener, url = _bound(port)
    server = _Server(app)
    running = asyncio.create_task(server.serve([listener]))
    try:
        while not server.listening.is_set():
            if running.done():
                running.result()
            await asyncio.sleep(0)
        yield url
    finally:
        server.end()
        await running
        listener.close()


@contextlib.contextmanager
def in_thread(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """The same beside a test that has no event loop, or whose own must not be slowed down."""
    listener, url = _bound(port)
    server = _Server(app)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        if not server.listening.wait(10):
            raise RuntimeError("The emulator did not start.")
        yield url
    finally:
        server.end()
        thread.join(10)
        listener.close()


def run(app: ASGIApp, port: int, name: str) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    listener, url = _bound(port)
    print(f"{name} is emulated at {url}", flush=True)
    config = uvicorn.Config(app, http="httptools", ws="none", log_config=None, access_log=False, timeout_keep_alive=75)
    try:
        uvicorn.Server(config).run([listener])
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()
