"""Serve the studio: one process that watches, one that works."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from kaleipix_app.backend import memory
from kaleipix_app.backend.settings import Settings

_APP = "kaleipix_app.kaleipix_app"
_STOPPING = 5  # seconds that open requests get to finish
_PORT_PATIENCE = 3.0  # seconds: a worker whose watcher was killed needs a moment to notice and go


class CannotServe(Exception):
    """The start is refused; the message says why in one sentence."""


def address(settings: Settings) -> str:
    """Where to listen. A studio called localhost is for this machine alone; any other name must be reachable."""
    return "127.0.0.1" if urlsplit(settings.url).hostname in ("localhost", "127.0.0.1") else "0.0.0.0"  # noqa: S104


def check_port(host: str, port: int) -> None:
    """Raise CannotServe if somebody else listens there: the server itself would share the port silently."""
    give_up = time.monotonic() + _PORT_PATIENCE
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return
            except PermissionError:
                raise CannotServe(f"Port {port} needs more rights. Set KALEIPIX_PORT to 1024 or higher.") from None
            except OSError:
                if time.monotonic() > give_up:
                    raise CannotServe(f"Port {port} is in use. Stop what uses it, or set KALEIPIX_PORT.") from None
        time.sleep(0.1)


class _Server(MPServer):
    """Granian, which says where the studio is once it answers."""

    def __init__(self, settings: Settings, host: str) -> None:
        super().__init__(
            _APP,
            address=host,
            port=settings.port,
            interface=Interfaces.ASGI,
            workers=1,  # tabs' states live in this process
            respawn_failed_workers=True,
            workers_kill_timeout=_STOPPING,
            log_level=LogLevels.warning,
        )
        self._settings = settings

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        gc.freeze()  # what both processes know stays shared between them
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        # A thread that starts after the worker was forked cannot end up in it.
        threading.Thread(target=_announce, args=(self._settings,), daemon=True).start()


def _announce(settings: Settings) -> None:
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{settings.port}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    print(f"Kaleipix is running at {settings.url}", flush=True)
                    return
        except OSError:
            time.sleep(0.05)


def _load(_target: str, watcher: int) -> Callable[..., Any]:
    """Make the app in the worker, which must not outlive its watcher: it would keep the port."""
    threading.Thread(target=_follow, args=(watcher,), daemon=True).start()
    memory.few_arenas()
    module = import_module(_APP)
    loaded: Callable[..., Any] = module.parts.share_lane(module.app())
    # Pages and tables stay until the end: looking through them again and again for garbage would make people wait.
    gc.freeze()
    return loaded


def _follow(watcher: int) -> None:
    while os.getppid() == watcher:
        time.sleep(0.25)
    os._exit(1)


def serve(settings: Settings, built: Path) -> None:
    """Serve until SIGTERM or SIGINT. The front end in `built` is served as it is; nothing is compiled."""
    os.environ["REFLEX_ENV_MODE"] = "prod"
    os.environ["REFLEX_WEB_WORKDIR"] = str(built)
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    os.environ["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"] = "true"
    host = address(settings)
    check_port(host, settings.port)
    _Server(settings, host).serve(target_loader=partial(_load, watcher=os.getpid()))
