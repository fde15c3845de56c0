"""The real studio, with a provider that is done at once and says when it was asked: `python -m bench.instant serve`."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import AsyncIterator
from io import BytesIO
from json import dumps

from PIL import Image

from bench.servers import ROOT
from kaleipix_app.backend import container
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.providers.base import Delivered, Order, Running, Update
from kaleipix_app.backend.settings import load
from kaleipix_app.commands import build
from kaleipix_app.commands import serve as serving


class Instant:
    """Takes an order, tells the benchmark over a local socket, and has a small picture ready."""

    key = "builtin"
    repeatable = True

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._orders: dict[str, Order] = {}
        buffer = BytesIO()
        Image.new("RGB", (64, 64), "teal").save(buffer, "PNG")
        self._picture = buffer.getvalue()

    def room(self) -> int:
        return 8

    async def submit(self, order: Order) -> str:
        self._socket.sendto(dumps([order.prompt, time.time_ns()]).encode(), os.environ["BENCH_SOCKET"])
        self._orders[order.generation_id] = order
        return order.generation_id

    async def follow(self, job: str) -> AsyncIterator[Update]:
        yield Running(1.0)

    async def collect(self, job: str) -> list[Delivered]:
        return [Delivered(self._picture, self._orders.pop(job).seed)]

    async def cancel(self, job: str) -> None:
        self._orders.pop(job, None)

    def job(self, model: str, name: str) -> str:
        return name

    def nudge(self, job: str) -> None:
        """Nobody calls back."""

    async def close(self) -> None:
        self._socket.close()


if __name__ == "__main__":
    settings = load()
    parts = Container(settings, providers={"builtin": Instant()})
    container.get = lambda: parts  # type: ignore[assignment]
    serving.serve(settings, build.ensure_built(ROOT))
