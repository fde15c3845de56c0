"""What one check of the doctor found."""

from __future__ import annotations

from dataclasses import dataclass

START = "Start the studio once (make run): it makes what is missing."


@dataclass(frozen=True)
class Finding:
    """How one thing stands, in a sentence that says what to do if there is something to do."""

    what: str
    fine: bool
    sentence: str
    is_ground: bool = False  # whether the checks of services stand on it


def fine(what: str, sentence: str, *, ground: bool = False) -> Finding:
    """Nothing to do."""
    return Finding(what, True, sentence, ground)


def to_do(what: str, sentence: str, *, ground: bool = False) -> Finding:
    """Something to do."""
    return Finding(what, False, sentence, ground)
