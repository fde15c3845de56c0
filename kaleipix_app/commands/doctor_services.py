"""The doctor's look at what the studio is made of: database, storage, mail, providers, cleanups, jobs."""

from __future__ import annotations

from pathlib import Path

from obstore.exceptions import BaseError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from kaleipix_app.backend import tokens
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.db.migrate import revisions
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.mail.base import MailFailed
from kaleipix_app.backend.mail.smtp import SmtpMailer
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands.findings import START, Finding, fine, to_do


async def examine(settings: Settings, *, usable: bool) -> list[Finding]:
    """Everything that needs the house; `usable`: its ground is there, so nothing is made by looking."""
    database = (
        await _database(settings) if usable else to_do("database", "It was not looked at. Mend what is above first.")
    )
    found = [database, await _storage(settings), await _mail(settings)]
    if usable and database.fine and settings.media_dir.is_dir():
        parts = Container(settings)
        try:
            found += [_providers(parts), await _cleanups(parts), await _jobs(parts)]
            found += [await _requests(parts), await _reports(parts)]
        except KaleipixError:
            found.append(to_do("database", "It stopped answering. Look at its own log."))
        finally:
            await parts.db.close()
    return found


async def _database(settings: Settings) -> Finding:
    what = "database"
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return to_do(what, f"It does not exist. {START}")
    database = Database(settings.database_url)
    try:
        current, newest = await revisions(database)
    except (SQLAlchemyError, KaleipixError, OSError) as error:
        return to_do(what, f"It cannot be reached ({type(error).__name__}). Check KALEIPIX_DB_URL and that it runs.")
    finally:
        await database.close()
    if current != newest:
        return to_do(what, f"It is at revision {current or 'none'}, not {newest}. Run: python -m kaleipix_app migrate")
    return fine(what, f"It answers, at revision {newest}.")


async def _storage(settings: Settings) -> Finding:
    what = "storage"
    if not settings.media_dir.is_dir():
        return to_do(what, f"{settings.media_dir} does not exist. {START}")
    key, data = f"health/{tokens.new_id()}", b"what goes in comes out"
    storage = Storage(settings.media_dir)
    try:
        await storage.put(key, data)
        read = await storage.get(key)
        await storage.delete([key])
    except (KaleipixError, BaseError, OSError) as error:
        return to_do(what, f"It cannot be used ({type(error).__name__}). Check KALEIPIX_STORAGE_URL and its rights.")
    if read != data:
        return to_do(what, "It gives back other bytes than it was given. Check the disk.")
    return fine(what, "A test file was written, read and removed.")


async def _mail(settings: Settings) -> Finding:
    what = "mail"
    if settings.smtp_url is None:
        return fine(what, "Mails go to the terminal and to the outbox folder. Set KALEIPIX_SMTP_URL to send them.")
    try:
        await SmtpMailer(settings.smtp_url.get_secret_value(), settings.sender).check()
    except MailFailed as error:
        return to_do(what, f"The mail server does not let us in ({error}). Check KALEIPIX_SMTP_URL.")
    return fine(what, "The mail server answers and lets us in. No mail was sent.")


def _providers(parts: Container) -> Finding:
    return fine("providers", f"Set up: {', '.join(sorted(parts.providers))}.")


async def _cleanups(parts: Container) -> Finding:
    what = "cleanups"
    if overdue := await parts.cleanups.overdue():
        names = ", ".join(overdue)
        return to_do(what, f"Not done for 26 hours: {names}. Keep the studio running, or run: retention run")
    return fine(what, "Each was done within 26 hours.")


async def _jobs(parts: Container) -> Finding:
    if overdue := await parts.figures.overdue():
        return to_do("jobs", f"Left lying by a studio that stopped: {overdue}. Start the studio: it resumes them.")
    return fine("jobs", "Nothing is left lying.")


async def _requests(parts: Container) -> Finding:
    what, see = "requests", "Run: python -m kaleipix_app requests list"
    standing = await parts.inbox.deadlines()
    if standing.overdue:
        return to_do(what, f"Privacy requests whose answer is overdue: {standing.overdue}. {see}")
    if standing.due_soon:
        return to_do(what, f"Privacy requests to be answered within 7 days: {standing.due_soon}. {see}")
    if standing.first_due_at is None:
        return fine(what, "No privacy request is waiting.")
    day = f"{standing.first_due_at:%Y-%m-%d}"
    return fine(what, f"Privacy requests that wait: {standing.waiting}; the first is due on {day}.")


async def _reports(parts: Container) -> Finding:
    is_open, overdue = await parts.sharing.tickets.counts()
    if overdue:
        return to_do("reports", f"Older than 48 hours: {overdue}. See: python -m kaleipix_app reports list")
    return fine("reports", f"Open: {is_open}. None is older than 48 hours.")
