"""A real studio for browser tests: own port, own data, the same command that people run."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
_START_SECONDS = 240  # a cold build on a slow machine
CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class StudioServer:
    """Starts, kills and restarts the studio; knows its mails."""

    def __init__(self, data_dir: Path, *, root: Path = ROOT, command: list[str] | None = None) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._root = root
        self._command = command or [sys.executable, "-m", "kaleipix_app", "serve"]
        self._log = data_dir.parent / f"{data_dir.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **settings: str) -> StudioServer:
        """Start and wait until it answers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KALEIPIX_")}
        own = {"KALEIPIX_PORT": str(self.port), "KALEIPIX_DATA_DIR": str(self.data_dir), **settings}
        with self._log.open("ab") as log:
            began = log.tell()
            self._process = subprocess.Popen(
                self._command, cwd=self._root, env=kept | own, stdout=log, stderr=log, start_new_session=True
            )
        self._wait(began)
        return self

    def kill(self) -> None:
        """`kill -9` of the whole process group: nobody gets to clean up."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator stops it."""
        self._signal(signal.SIGTERM)

    def log(self) -> str:
        """Everything it printed so far."""
        return self._log.read_text(errors="replace")

    def mails(self) -> list[str]:
        """Text of every mail in the outbox, oldest first."""
        files = sorted((self.data_dir / "outbox").glob("*.eml"))
        parsed = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        return [str(mail.get_body(("plain",)).get_content()) for mail in parsed]  # type: ignore[union-attr]

    def code(self, number: int) -> str:
        """The code in the nth mail (from 0), as soon as it is there."""
        deadline = time.monotonic() + 10
        while len(mails := self.mails()) <= number:
            if time.monotonic() > deadline:
                raise AssertionError(f"mail {number} did not come: {self.log()[-2000:]}")
            time.sleep(0.02)
        return str(CODE.findall(mails[number])[0])

    def _wait(self, began: int) -> None:
        """Until it says that it is running."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise AssertionError(f"the studio did not start: {self.log()[-4000:]}")
            if f"running at {self.url}".encode() in self._log.read_bytes()[began:]:
                return
            time.sleep(0.05)
        raise AssertionError(f"the studio did not answer: {self.log()[-4000:]}")

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait(timeout=30)
        self._process = None
