"""Mails that leave after the answer, so that no answer tells by its timing what a mail server did."""

from __future__ import annotations

import asyncio

from kaleipix_app.backend import log
from kaleipix_app.backend.mail.base import Mailer, MailFailed, Message

_AT_ONCE = 8  # connections to the mail server
_log = log.get("mail")


class Post:
    """Sends in the background. What fails is logged without the address; people can ask again."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._under_way: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def send_soon(self, message: Message) -> None:
        """Hand over and return at once."""
        task = asyncio.create_task(self.send(message), name="mail")
        self._under_way.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._done)

    async def close(self, wait_seconds: float = 5) -> None:
        """Let what is under way finish, briefly; then give up on it."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=wait_seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
            _log.warning("mail_given_up", count=len(late))

    async def send(self, message: Message) -> None:
        """Hand over and wait until it is accepted. Raises MailFailed."""
        async with self._slots:
            await self._mailer.send(message)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, MailFailed):
            _log.warning("mail_failed", reason=str(error), permanent=error.permanent)
        elif error is not None:
            # Its text may hold the address, so only the kind is told.
            _log.error("mail_crashed", kind=type(error).__name__)
