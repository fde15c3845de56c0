"""What several lines of the data map say alike: legal bases, how long, and what becomes of it."""

from __future__ import annotations

from kaleipix_app.backend import periods

CONTRACT = "Contract: without it the studio cannot work for you (GDPR Art. 6(1)(b))"
INTEREST = "Legitimate interest: keeping the studio safe and fair (GDPR Art. 6(1)(f))"
DUTY = "Legal duty (GDPR Art. 6(1)(c))"

ACCOUNT_LIFETIME = f"Account lifetime + {periods.ACCOUNT_AFTER_DELETION.words}"
UNTIL_DELETED = "Until you delete them"
OPEN_TAB = "Until the tab is closed"
TRASH = (
    f"What you delete stays in your trash for {periods.TRASH.words} so that you can take it back, unless you delete it "
    "for ever; then, and when you delete your account, it goes at once."
)
IN_EXPORT = "In your export"
UNLINKED = "Loses its link to you when the account is erased, and goes by itself on its day"
