"""Servers to measure: each in a process of its own, on a free port, with data of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.settings import Settings
from tests.e2e.studio_server import free_port
from tests.factories import a_person
from tests.made import made

ROOT = Path(__file__).parent.parent
_PATIENCE = 240  # seconds; a cold build takes some


@dataclass
class Server:
    """A server that answers; `seconds` is how long that took."""

    process: subprocess.Popen[bytes]
    url: str
    seconds: float

    def stop(self) -> None:
        """End it as an operator does."""
        self.process.terminate()
        self.process.wait(timeout=30)

    def pss(self) -> float:
        """MiB of this process and all below it, shared pages counted by share (Linux)."""
        return sum(_pss(pid) for pid in _tree(self.process.pid))


def start(command: Callable[[int], list[str]], log: Path, path: str = "/", **environment: str) -> Server:
    """`command(port)` run until it answers at `path` (with anything but a refused connection)."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KALEIPIX_")}
    with log.open("ab") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command(port), cwd=ROOT, env={**kept, **environment, "PORT": str(port)}, stdout=output, stderr=output
        )
    url = f"http://localhost:{port}"
    while time.perf_counter() - began < _PATIENCE and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                if answer.status == 200:
                    return Server(process, url, time.perf_counter() - began)
        except (URLError, OSError):
            time.sleep(0.01)
    process.kill()
    raise SystemExit(f"{command(port)} did not start: {log.read_text()[-2000:]}")


def studio(data: Path, log: Path, module: str = "kaleipix_app", **environment: str) -> Server:
    """The real `serve`, or a variant of it, on this data."""
    return start(
        lambda port: ["env", f"KALEIPIX_PORT={port}", sys.executable, "-m", module, "serve"],
        log,
        "/healthz",
        KALEIPIX_DATA_DIR=str(data),
        **environment,
    )


def chromium() -> str | None:
    """The browser to measure in: as the tests choose it."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def a_signed_in_person(data: Path, told: str = "", pictures: int = 0) -> str:
    """Makes the data with one person in it, rich in credits; returns the cookie of their session.

    `told` is a provider whose transfer notice they have read, `pictures` how many generations of one they have made.
    """

    async def make() -> str:
        parts = Container(Settings(data_dir=data))
        await upgrade(parts.settings.database_url)
        async with parts.db.unit_of_work() as uow:
            viewer = await a_person(uow, "bench", parts.clock.now())
            await parts.ledger.grant(uow, viewer.user_id, 1_000_000, "benchmark")
            if told:
                await parts.transfers.acknowledge(uow, viewer, told)
            user = await uow.session.get(User, viewer.user_id)
            assert user is not None
            secret = await parts.sessions.start(uow, user)
        for number in range(pictures):
            await made(parts, viewer.user_id, number, f"a picture, number {number}", picture=a_picture(number))
        parts.ingest.close()
        await parts.db.close()
        return f"{parts.cookies.session}={secret}"

    return asyncio.run(make())


def a_picture(number: int) -> bytes:
    """1024 × 1024, as rich as a photograph, never twice the same."""
    with Image.open(ROOT / "tests" / "photos" / "coffee.png") as photo:
        turned = photo.convert("RGB").resize((1024, 1024)).rotate(7 * number, fillcolor=(40, 90, 90))
    buffer = BytesIO()
    turned.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = children.read_text().split() if children.exists() else []
    return [pid, *(one for child in below for one in _tree(int(child)))]


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
