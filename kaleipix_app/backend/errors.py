"""Errors that a person may see.

Each carries a stable code for tests and scripts, an HTTP status for the API and one plain sentence
that says what to do next. Anything else that is raised is a bug and is shown only as a reference id.
"""

from __future__ import annotations

from kaleipix_app.backend.counted import counted


class KaleipixError(Exception):
    """An expected failure with a sentence that is safe to show."""

    code = "error"
    status = 400

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code


class BadInput(KaleipixError):
    """What was sent cannot be used; nothing was changed."""

    code = "bad_input"
    status = 422


class NotFound(KaleipixError):
    """It does not exist, or it is not the viewer's: the two look the same on purpose."""

    code = "not_found"
    status = 404

    def __init__(self, sentence: str = "That does not exist any more.") -> None:
        super().__init__(sentence)


class SignInNeeded(KaleipixError):
    """No session, or one that has ended."""

    code = "sign_in_needed"
    status = 401

    def __init__(self, sentence: str = "Please sign in again.") -> None:
        super().__init__(sentence)


class Conflict(KaleipixError):
    """Someone or something was faster, or the thing is in another state by now."""

    code = "conflict"
    status = 409


class TooLarge(KaleipixError):
    """More bytes or pixels than allowed."""

    code = "too_large"
    status = 413


class TooMany(KaleipixError):
    """A limit was reached; `retry_after` seconds later it is open again."""

    code = "too_many"
    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class NotEnoughCredits(KaleipixError):
    """The balance is `missing` credits short."""

    code = "not_enough_credits"
    status = 402

    def __init__(self, missing: int) -> None:
        super().__init__(
            f"You need {counted(missing, 'more credit')}. "
            "Ask for fewer pictures, choose a model that costs less, or wait for next month's credits."
        )
        self.missing = missing


class DatabaseFailed(KaleipixError):
    """The database is locked, full, read-only or gone: what was under way is undone, what was confirmed stays."""

    code = "database_failed"
    status = 503

    def __init__(
        self, sentence: str = "This could not be saved or read just now. Please try again in a minute."
    ) -> None:
        super().__init__(sentence)


class StorageFailed(KaleipixError):
    """The disk or the bucket did not take or give the bytes."""

    code = "storage_failed"
    status = 503

    def __init__(self, sentence: str = "The picture could not be stored. Please try again in a minute.") -> None:
        super().__init__(sentence)
