"""Real SMTP over loopback sockets: mails arrive, and a password never crosses a network in clear."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from kaleipix_app.backend.mail.base import MailFailed
from kaleipix_app.backend.mail.messages import sign_in_code
from kaleipix_app.backend.mail.smtp import SmtpMailer

MAIL = sign_in_code(to="ann@example.com", code="K7QF2M9D", url="http://localhost:3000", minutes=10)
SENDER = "Kaleipix <no-reply@pix.example>"
# On Linux and macOS this reaches our own server, but it is no loopback name: to the mailer it is a machine elsewhere.
ELSEWHERE = "0.0.0.0"


class Server:
    """A mail server that keeps what it got and answers as it is told."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[Envelope] = []
        self.logins: list[tuple[str, str, bool]] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _o: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.got.append(envelope)
        return self.answers.get("DATA", "250 OK")

    def login(self, _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode(), session.ssl is not None))
        return AuthResult(success=data.password == b"s3cret/@:", handled=False)


Start = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    running: list[asyncio.Server] = []
    loop = asyncio.get_running_loop()

    async def start(*, tls: bool = False, implicit: bool = False) -> Server:
        server = Server()
        context = None
        if tls or implicit:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(Path(__file__).parent / "loopback.pem")

        def protocol() -> SMTP:
            return SMTP(
                server,
                loop=loop,
                tls_context=context if tls else None,
                authenticator=server.login,
                auth_require_tls=False,
                enable_SMTPUTF8=True,
            )

        listening = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if implicit else None)
        running.append(listening)
        server.port = listening.sockets[0].getsockname()[1]
        return server

    yield start
    for listening in running:
        listening.close()
    await asyncio.sleep(0)


async def _send(url: str, sender: str = SENDER) -> None:
    await SmtpMailer(url, sender).send(MAIL)


async def test_a_mail_arrives_whole(start: Start) -> None:
    server = await start()
    await _send(f"smtp://127.0.0.1:{server.port}")

    (envelope,) = server.got
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@pix.example", ["ann@example.com"])
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert (mail["From"], mail["To"]) == (SENDER, "ann@example.com")
    assert str(mail["Message-ID"]).endswith("@pix.example>")
    assert "K7QF-2M9D" in mail.get_content()


async def test_the_credentials_of_the_url_are_used(start: Start) -> None:
    server = await start()
    await _send(f"smtp://me%40pix:s3cret%2F%40%3A@127.0.0.1:{server.port}")

    assert server.logins == [("me@pix", "s3cret/@:", False)]
    assert len(server.got) == 1


async def test_tls_is_used_when_it_is_offered(start: Start) -> None:
    server = await start(tls=True)
    await _send(f"smtp://me:s3cret%2F%40%3A@localhost:{server.port}")

    assert server.logins == [("me", "s3cret/@:", True)]


async def test_smtps_is_encrypted_from_the_first_byte(start: Start) -> None:
    server = await start(implicit=True)
    await _send(f"smtps://127.0.0.1:{server.port}")

    assert len(server.got) == 1


async def test_a_password_is_not_sent_in_clear_to_another_machine(start: Start) -> None:
    server = await start()
    with pytest.raises(MailFailed) as failed:
        await _send(f"smtp://me:s3cret%2F%40%3A@{ELSEWHERE}:{server.port}")

    assert failed.value.permanent
    assert (server.logins, server.got) == ([], [])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_nor_to_a_machine_that_cannot_prove_its_name(start: Start, scheme: str) -> None:
    server = await start(tls=scheme == "smtp", implicit=scheme == "smtps")
    with pytest.raises(MailFailed):
        await _send(f"{scheme}://me:s3cret%2F%40%3A@{ELSEWHERE}:{server.port}")

    assert (server.logins, server.got) == ([], [])


async def test_a_relay_without_password_works_as_it_is(start: Start) -> None:
    for server in (await start(), await start(tls=True)):
        await _send(f"smtp://{ELSEWHERE}:{server.port}")
        assert len(server.got) == 1


@pytest.mark.parametrize(
    ("step", "answer", "permanent"),
    [
        ("RCPT", "550 no such person: ann@example.com", True),
        ("RCPT", "450 greylisted, ann@example.com", False),
        ("DATA", "554 ann@example.com is spam", True),
        ("DATA", "451 try later", False),
    ],
)
async def test_a_refusal_is_told_apart_and_names_no_address(
    start: Start, step: str, answer: str, permanent: bool
) -> None:
    server = await start()
    server.answers[step] = answer
    with pytest.raises(MailFailed, match=answer[:3]) as failed:
        await _send(f"smtp://127.0.0.1:{server.port}")

    assert failed.value.permanent is permanent
    assert "ann" not in str(failed.value)


async def test_a_wrong_password_is_permanent(start: Start) -> None:
    server = await start()
    with pytest.raises(MailFailed) as failed:
        await _send(f"smtp://me:wrong@127.0.0.1:{server.port}")

    assert failed.value.permanent
    assert "wrong" not in str(failed.value)


async def test_a_server_that_is_down_is_worth_another_try() -> None:
    listening = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listening.close()
    await listening.wait_closed()

    with pytest.raises(MailFailed) as failed:
        await _send(f"smtp://127.0.0.1:{port}")
    assert not failed.value.permanent


async def test_a_check_signs_in_and_sends_nothing(start: Start) -> None:
    server = await start()
    await SmtpMailer(f"smtp://me%40pix:s3cret%2F%40%3A@127.0.0.1:{server.port}", SENDER).check()
    assert server.logins == [("me@pix", "s3cret/@:", False)]
    assert server.got == []


async def test_a_check_with_a_wrong_password_fails_without_showing_it(start: Start) -> None:
    server = await start()
    with pytest.raises(MailFailed) as refused:
        await SmtpMailer(f"smtp://me:canary@127.0.0.1:{server.port}", SENDER).check()
    assert "535" in str(refused.value)
    assert "canary" not in str(refused.value)
