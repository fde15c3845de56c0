"""E-mail addresses as people type them and as the house tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from kaleipix_app.backend.errors import BadInput


@dataclass(frozen=True)
class Address:
    """`identity` is lower case and tells people apart; `typed` is where mail goes."""

    identity: str
    typed: str


def read_address(typed: object) -> Address:
    """Check the syntax, not whether it exists. Raises BadInput."""
    if not isinstance(typed, str) or not typed.strip():
        raise BadInput("Please type your e-mail address.")
    try:
        # test_environment lets `.test` (RFC 6761) in: the domain of rehearsals, where no stranger gets mail.
        checked = validate_email(typed.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadInput("That does not look like an e-mail address. Please check it for typing errors.") from error
    return Address(identity=checked.normalized.lower(), typed=checked.normalized)
