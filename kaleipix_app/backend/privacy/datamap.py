"""The data map: every kind of personal data that this studio keeps. Policy, cleanups, export and erasure read it.

To add a column, put its name into a `Held` line in `categories/` (or into `NOT_PERSONAL`). To add a table, add it to
`OWNED` too: export and erasure then know it. `tests/architecture/test_datamap.py` says what is still missing.
"""

from __future__ import annotations

from kaleipix_app.backend.privacy.categories.account import ACCOUNT
from kaleipix_app.backend.privacy.categories.content import CONTENT
from kaleipix_app.backend.privacy.categories.records import RECORDS
from kaleipix_app.backend.privacy.category import BrowserKey, Category, Cookie, Goes, Held, Owned

#: Whose rows are whose. A table that is not here belongs to nobody and is listed in NOT_PERSONAL.
OWNED: dict[str, Owned] = {
    "user": Owned("id", Goes.WITH_ACCOUNT),
    "login_session": Owned("user_id", Goes.WITH_ACCOUNT, secret=("token_hash", "previous_hash")),
    "login_challenge": Owned("email", Goes.WITH_ACCOUNT, by="email", secret=("id", "code_hash")),
    "image": Owned("owner_id", Goes.AT_ONCE),
    "generation": Owned("owner_id", Goes.AT_ONCE),
    "collection": Owned("owner_id", Goes.AT_ONCE),
    "collection_picture": Owned("collection_id", Goes.AT_ONCE, via="collection"),
    "prompt_word": Owned("owner_id", Goes.AT_ONCE),
    "share": Owned("owner_id", Goes.AT_ONCE, secret=("token_hash", "passcode_hash")),
    "share_image": Owned("share_id", Goes.AT_ONCE, via="share"),
    "share_report": Owned("share_id", Goes.AT_ONCE, via="share", secret=("reason", "note")),  # what others wrote
    "transfer_notice": Owned("user_id", Goes.WITH_ACCOUNT),
    "policy_mail": Owned("user_id", Goes.WITH_ACCOUNT),
    "policy_acknowledgement": Owned("user_id", Goes.WITH_ACCOUNT),
    "privacy_request": Owned("user_id", Goes.WITH_ACCOUNT),
    "data_export": Owned("user_id", Goes.AT_ONCE),
    "signal": Owned("user_id", Goes.UNLINKED),
    "generation_log": Owned("user_id", Goes.ON_ITS_DAY),
    "ledger_entry": Owned("user_id", Goes.ON_ITS_DAY),
}

CATEGORIES: tuple[Category, ...] = (*ACCOUNT, *CONTENT, *RECORDS)

#: Tables and files about nobody, and why.
NOT_PERSONAL: tuple[Held, ...] = (
    Held.of("cleanup_run", "id cleanup as_of started_at finished_at removed outcome"),  # counts of each run
    Held.of(  # what was published
        "policy_version",
        "id document number body digest effective_at published_at words words_of significant",
    ),
    Held.of("signal_key", "id secret ends_at"),  # of a month, not of a person
)
#: `erased.txt` holds keyed hashes of user ids, so that a restored backup is erased again.
TECHNICAL_FILES = ("kaleipix.db*", "secret.key", "schedule.lock", "erased.txt")


def category(key: str) -> Category:
    """The line with this key."""
    return next(one for one in CATEGORIES if one.key == key)


def cookies() -> list[Cookie]:
    """Every cookie that this studio sets."""
    return [cookie for one in CATEGORIES for cookie in one.cookies]


def browser_keys() -> list[BrowserKey]:
    """Everything that it keeps in the browser besides."""
    return [key for one in CATEGORIES for key in one.browser]
