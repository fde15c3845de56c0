"""`policy publish`: an operator's words become a version, and everybody is told if it is significant."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.errors import BadInput, Conflict
from kaleipix_app.backend.privacy.mailing import Sent
from kaleipix_app.backend.privacy.publishing import Outcome
from kaleipix_app.backend.privacy.words import read_words
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands.running import run


def read_day(text: str) -> date:
    """A day as operators write it. Raises BadInput."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise BadInput(f"{text} is no day. Please write it like 2027-01-31.") from error


def publish(settings: Settings, file: Path, day: date, *, significant: bool) -> str:
    """Keep the version and mail it, or go on mailing. Raises BadInput, Conflict."""
    words = read_words(file)

    async def work(parts: Container) -> tuple[Outcome, Sent]:
        outcome = await parts.publishing.publish(words, day, significant=significant)
        return outcome, await parts.policy_mails.send() if significant else Sent(0, 0)

    return _told(*run(settings, work))


def _told(outcome: Outcome, mails: Sent) -> str:
    name = f"Version {outcome.number} of the privacy policy, of {outcome.day},"
    if mails.elsewhere:
        return f"{name} is published, and the studio is sending its mails ({mails.left} left)."
    if mails.left:
        raise Conflict(
            f"{name} is published, but {_mails(mails.left)} could not be sent. A running studio tries again every "
            "minute; so does this command when you repeat it."
        )
    if not outcome.is_new and not mails.sent:
        raise Conflict(f"{name} has this very text already, so nothing was changed.")
    verb = "is" if mails.sent == 1 else "are"
    if not outcome.is_new:
        left = "was" if mails.sent == 1 else "were"
        return f"{name} was published before; {_mails(mails.sent)} that {left} left {verb} sent."
    return f"{name} is published{f', and {_mails(mails.sent)} {verb} sent' if mails.sent else ''}."


def _mails(number: int) -> str:
    return "1 mail" if number == 1 else f"{number} mails"
