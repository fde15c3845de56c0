"""The mail port: what the house says, and who carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """One mail to one person. Plain text only: nothing to track, nothing to block.

    With a `key`, a mail that is sent again is the same mail: one file in the outbox, one Message-ID.
    """

    to: str
    subject: str
    text: str
    key: str = ""


class MailFailed(Exception):
    """The message was not accepted; `permanent` says whether trying again is pointless."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Mailer(Protocol):
    """Carries a message, or raises MailFailed."""

    async def send(self, message: Message) -> None:
        """Hand the message over. Raises MailFailed."""
        ...
