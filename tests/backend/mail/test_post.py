"""Mails leave after the answer; a failed one is logged, and a stop waits for the last ones."""

from __future__ import annotations

import asyncio

import structlog

from kaleipix_app.backend.mail.base import MailFailed, Message
from kaleipix_app.backend.mail.post import Post

MAIL = Message(to="ann@example.com", subject="x", text="K7QF-2M9D")


class SlowMailer:
    """A mail server at the end of a long line."""

    def __init__(self, seconds: float, error: Exception | None = None) -> None:
        self.seconds = seconds
        self.error = error
        self.at_once = self.most_at_once = self.sent = 0

    async def send(self, message: Message) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        if self.error:
            raise self.error
        self.sent += 1


async def test_a_stop_waits_for_mails_under_way() -> None:
    mailer = SlowMailer(0.05)
    post = Post(mailer)
    post.send_soon(MAIL)
    assert mailer.sent == 0

    await post.close()

    assert mailer.sent == 1


async def test_but_not_for_ever() -> None:
    mailer = SlowMailer(60)
    post = Post(mailer)
    post.send_soon(MAIL)
    with structlog.testing.capture_logs() as lines:
        await asyncio.wait_for(post.close(wait_seconds=0.05), timeout=2)

    assert [line["event"] for line in lines] == ["mail_given_up"]


async def test_a_flood_opens_only_a_few_connections() -> None:
    mailer = SlowMailer(0.005)
    post = Post(mailer)
    for _ in range(40):
        post.send_soon(MAIL)
    await post.close()

    assert mailer.sent == 40
    assert mailer.most_at_once <= 8


async def test_what_failed_is_logged_without_address_or_code() -> None:
    with structlog.testing.capture_logs() as lines:
        for error in (MailFailed("SMTPDataError 554", permanent=True), RuntimeError("ann@example.com K7QF-2M9D")):
            post = Post(SlowMailer(0, error))
            post.send_soon(MAIL)
            await post.close()
            await asyncio.sleep(0)

    assert [line["event"] for line in lines] == ["mail_failed", "mail_crashed"]
    assert "ann@" not in str(lines)
    assert "K7QF" not in str(lines)
