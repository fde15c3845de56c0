"""`requests list` and `requests answer`: what people ask the operator under data protection law."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent
from typing import Any

from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.privacy.inbox import Asked
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands.running import run


def asked(settings: Settings, *, everything: bool) -> list[Asked]:
    """What waits for an answer, the most urgent first; or everything."""
    return run(settings, lambda parts: parts.inbox.asked(everything=everything))


def answer(settings: Settings, reference: str, text: str | None, file: Path | None) -> str:
    """Answer one. Raises BadInput, NotFound, Conflict."""
    said = _text(text, file)
    if run(settings, lambda parts: parts.inbox.answer(reference, said)):
        return f"{reference} is answered: its person has a mail, and finds the answer in the privacy centre."
    return (
        f"{reference} is answered in the privacy centre, but the mail did not leave: run doctor, it looks at the mail."
    )


def table(found: list[Asked]) -> str:
    """A head line for each, and below it what was asked and answered."""
    return "\n".join(_told(one) for one in found) or "No privacy request is waiting."


def data(found: list[Asked]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(one).items()}
        for one in found
    ]


def _told(one: Asked) -> str:
    head = f"{one.id}  {_state(one)}  {one.username} <{one.email}>  {one.kind}, {one.created_at:%Y-%m-%d}"
    answered = indent(one.answer, "  > ") if one.answered_at else ""
    return "\n".join(part for part in (head, indent(one.text, "    "), answered) if part)


def _state(one: Asked) -> str:
    if one.answered_at is not None:
        return f"answered {one.answered_at:%Y-%m-%d}"
    state = "OVERDUE since" if one.due_at <= datetime.now(UTC) else "due"
    return f"{state} {one.due_at:%Y-%m-%d}"


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise BadInput("Give the answer either as --text or as --file.")
    if file is None:
        return text or ""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as text.") from error
