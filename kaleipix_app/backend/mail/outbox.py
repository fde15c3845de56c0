"""Mail without a mail server: shown in the terminal and kept as a file. The default of a fresh installation."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from kaleipix_app.backend import tokens
from kaleipix_app.backend.mail.base import MailFailed, Message
from kaleipix_app.backend.mail.mime import compose, sender_address

_RULE = "-" * 72


class OutboxMailer:
    """Writes `<folder>/<id>.eml`, readable by the operator alone; the names sort by time."""

    def __init__(self, folder: Path, sender: str, show: Callable[[str], None] | None = None) -> None:
        self._folder = folder
        self._sender = sender_address(sender)
        self._show = show or _terminal

    async def send(self, message: Message) -> None:
        mail = compose(message, self._sender)
        path = self._folder / f"{message.key or tokens.new_id()}.eml"
        try:
            await asyncio.to_thread(_write, path, bytes(mail))
        except OSError as error:
            raise MailFailed(f"the outbox cannot be written: {error.strerror}", permanent=False) from error
        self._show(_frame(message, path))


def _terminal(text: str) -> None:
    print(text, flush=True)  # piped output would otherwise wait for a full buffer


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: whoever watches the folder for *.eml never reads half a mail."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{tokens.new_id()}.part")  # never the one that a killed process left
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _frame(message: Message, path: Path) -> str:
    """Plain ASCII lines: a terminal without UTF-8 shows them as well."""
    head = f"Mail to {message.to}: {message.subject}"
    body = "\n".join(f"| {line}".rstrip() for line in message.text.strip().splitlines())
    return f"\n{_RULE}\n| {head}\n|\n{body}\n{_RULE}\n  kept as {path}\n"
