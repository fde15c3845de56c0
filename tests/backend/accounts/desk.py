"""The whole sign-in desk with real parts: SQLite, limiter, outbox files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from kaleipix_app.backend.abuse.limits import Limiter
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.accounts.signin import NeedsRegistration, SignedIn, SignIn
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.mail.outbox import OutboxMailer
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.tokens import Keyring

HOME = "203.0.113.0/24"
CODE = re.compile("[A-Z0-9]{4}-[A-Z0-9]{4}")
ADMIN = "boss@example.com"

Outcome = SignedIn | NeedsRegistration | KaleipixError


@dataclass
class Desk:
    """Everything a person meets between an address and a workspace."""

    db: Database
    settings: Settings
    sessions: Sessions
    limiter: Limiter
    post: Post
    signin: SignIn
    outbox: Path

    async def ask(self, email: str, secret: str = "", network: str = HOME) -> str:
        """Ask for a code; returns the challenge cookie's value."""
        address = self.signin.admit(email, network)
        async with self.db.unit_of_work() as uow:
            return await self.signin.ask(uow, address, secret)

    async def verify(self, secret: str, code: str) -> Outcome:
        """Type a code."""
        async with self.db.unit_of_work() as uow:
            return await self.signin.verify(uow, secret, code)

    async def register(self, secret: str, username: object, adult: object = True) -> SignedIn:
        """Choose a username."""
        async with self.db.unit_of_work() as uow:
            return await self.signin.register(uow, secret, username, adult)

    async def join(self, email: str, username: str) -> SignedIn:
        """A whole first sign-in."""
        secret = await self.ask(email)
        assert isinstance(await self.verify(secret, await self.code()), NeedsRegistration)
        return await self.register(secret, username)

    async def mails(self) -> list[str]:
        """The text of every mail so far, oldest first."""
        await self.post.close()
        return [
            message_from_bytes(path.read_bytes(), policy=policy.SMTP).get_content()
            for path in sorted(self.outbox.glob("*.eml"))
        ]

    async def code(self) -> str:
        """The code in the latest mail."""
        (code,) = CODE.findall((await self.mails())[-1])
        return str(code)


def make_desk(db: Database, clock: Clock, keyring: Keyring, folder: Path, **changes: object) -> Desk:
    """Put together as the composition root does."""
    settings = Settings(data_dir=folder, admin_emails=(ADMIN,), **changes)  # type: ignore[arg-type]  # any setting
    sessions, limiter = Sessions(clock), Limiter(clock, keyring)
    outbox = folder / "outbox"
    post = Post(OutboxMailer(outbox, settings.sender, show=lambda _text: None))
    signin = SignIn(settings, clock, keyring, sessions, limiter, post)
    return Desk(db, settings, sessions, limiter, post, signin, outbox)


def other_code(code: str) -> str:
    """A code that is certainly not this one."""
    return ("3" if code[0] == "2" else "2") + code[1:]
