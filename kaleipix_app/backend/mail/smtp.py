"""Mail through an SMTP server (RFC 5321, STARTTLS RFC 3207, implicit TLS RFC 8314)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

from kaleipix_app.backend.mail.base import MailFailed, Message
from kaleipix_app.backend.mail.mime import compose, sender_address

_STEP_SECONDS = 20  # one command and its answer
_WHOLE_SECONDS = 60  # from the first packet to the last
_CHECK_SECONDS = 15  # an operator waits for it


class SmtpMailer:
    """Sends by `smtp://user:pass@host:port` or `smtps://…`.

    A password never crosses a network in clear: with credentials, STARTTLS is required unless the server
    is this very machine. Certificates are checked wherever TLS is required and the server is another machine;
    where TLS is only a bonus, refusing a home-made certificate would mean no mail, not a safer one.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._sender = sender_address(sender)
        self._host = parts.hostname or "localhost"
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587)
        elsewhere = not _is_loopback(self._host)
        must = self._user is not None and elsewhere
        self._starttls = False if self._tls else (True if must else None)  # None: when offered
        self._check_certificate = elsewhere and (self._tls or must)

    async def send(self, message: Message) -> None:
        mail = compose(message, self._sender)
        async with self._connected(_WHOLE_SECONDS) as server:
            await server.send_message(mail, sender=self._sender.addr_spec, recipients=[message.to])

    async def check(self) -> None:
        """Connect, greet, sign in, and leave without a mail. Raises MailFailed."""
        async with self._connected(_CHECK_SECONDS) as server:
            await server.noop()

    @asynccontextmanager
    async def _connected(self, seconds: float) -> AsyncIterator[aiosmtplib.SMTP]:
        """The server, greeted and signed in. Raises MailFailed, also for what fails inside."""
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._tls,
            start_tls=self._starttls,
            validate_certs=self._check_certificate,
            timeout=_STEP_SECONDS,
        )
        try:
            async with asyncio.timeout(seconds), server:
                yield server
        except (aiosmtplib.SMTPException, OSError) as error:  # a timeout is an OSError too
            raise _failure(error) from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _failure(error: aiosmtplib.SMTPException | OSError) -> MailFailed:
    """The reason names the kind and the server's number, never its text: servers like to repeat the address."""
    kind = type(error).__name__
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
        return MailFailed(f"{kind} {codes[0]}", permanent=all(code >= 500 for code in codes))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return MailFailed(f"{kind} {error.code}", permanent=error.code >= 500)
    # What is left besides network trouble is a server that cannot do what is needed: STARTTLS, AUTH, SMTPUTF8.
    return MailFailed(kind, permanent=not isinstance(error, OSError))
