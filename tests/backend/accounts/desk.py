"""The whole sign-in desk with real parts: SQLite, limiter, outbox files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from kaleipix_app.backend.abuse.limits import Limiter
from kaleipix_app.backend.abuse.signal_keys import SignalKeys
from kaleipix_app.backend.abuse.signals import Signals
from kaleipix_app.backend.accounts.email_change import EmailChange
from kaleipix_app.backend.accounts.fresh import FreshCodes
from kaleipix_app.backend.accounts.renaming import Renaming
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.accounts.signin import NeedsRegistration, SignedIn, SignIn
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.mail.outbox import OutboxMailer
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.privacy.announcing import Announcing
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
    signals: Signals
    signin: SignIn
    fresh: FreshCodes
    email_change: EmailChange
    renaming: Renaming
    rung: list[str]
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

    async def viewer(self, secret: str) -> Viewer | None:
        """Whose cookie this is."""
        async with self.db.reading() as uow:
            return await self.sessions.viewer(uow, secret)

    async def signed_in(self, email: str, username: str) -> Viewer:
        """A person in a browser of theirs."""
        viewer = await self.viewer((await self.join(email, username)).secret)
        assert viewer
        return viewer

    async def ask_fresh(self, viewer: Viewer) -> str:
        """Ask for a fresh code; returns it."""
        self.fresh.admit(viewer)
        async with self.db.unit_of_work() as uow:
            await self.fresh.ask(uow, viewer)
        return await self.code()

    async def type_fresh(self, viewer: Viewer, code: str) -> KaleipixError | None:
        """Type it."""
        async with self.db.unit_of_work() as uow:
            return await self.fresh.verify(uow, viewer, code)

    async def ask_new_address(self, viewer: Viewer, email: str) -> None:
        """Ask for a code at another address."""
        address = self.email_change.read(viewer, email)
        self.email_change.admit(viewer, address, HOME)
        async with self.db.unit_of_work() as uow:
            await self.email_change.ask(uow, viewer, address)

    async def type_new_address(self, viewer: Viewer, code: str) -> KaleipixError | None:
        """Type the code from there."""
        async with self.db.unit_of_work() as uow:
            return await self.email_change.verify(uow, viewer, code)

    async def rename(self, viewer: Viewer, username: object) -> str:
        """Choose another username."""
        self.renaming.admit(viewer, HOME)
        async with self.db.unit_of_work() as uow:
            return await self.renaming.rename(uow, viewer, username)

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
    rung: list[str] = []
    sessions, limiter = Sessions(clock, ended=rung.append), Limiter(clock)
    outbox = folder / "outbox"
    post = Post(OutboxMailer(outbox, settings.sender, show=lambda _text: None))
    announcing = Announcing(clock, changed=rung.append)
    signals = Signals(clock, SignalKeys(clock, keyring))
    signin = SignIn(settings, clock, keyring, sessions, limiter, post, signals, joined=announcing.joined)
    fresh = FreshCodes(clock, keyring, limiter, post)
    email_change = EmailChange(settings, clock, keyring, fresh, limiter, post, changed=rung.append)
    renaming = Renaming(limiter, renamed=rung.append)
    return Desk(db, settings, sessions, limiter, post, signals, signin, fresh, email_change, renaming, rung, outbox)


def other_code(code: str) -> str:
    """A code that is certainly not this one."""
    return ("3" if code[0] == "2" else "2") + code[1:]
