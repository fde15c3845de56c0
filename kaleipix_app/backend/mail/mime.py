"""From a Message to what goes over the wire or into a file."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr

from kaleipix_app.backend.mail.base import Message
from kaleipix_app.backend.settings import BadSettings


def sender_address(sender: str) -> Address:
    """The parsed From address. Raises BadSettings, so that a bad one stops the start and not the first mail."""
    name, spec = parseaddr(sender)
    user, _, domain = spec.rpartition("@")
    if not user or not domain:
        raise BadSettings("KALEIPIX_MAIL_FROM cannot be used: write it like Kaleipix <no-reply@example.com>.")
    return Address(display_name=name, username=user, domain=domain)


def compose(message: Message, sender: Address) -> EmailMessage:
    """A complete mail: plain text, marked as automatic (RFC 3834) so that no holiday notice answers it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = message.subject
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = f"<{message.key}@{sender.domain}>" if message.key else make_msgid(domain=sender.domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail
