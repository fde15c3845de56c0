"""What is kept in a person's browser, by name. Nothing else is."""

from __future__ import annotations

DRAFT = "kaleipix.prompt"  # sessionStorage: what is typed and not sent yet, for one tab
NOTIFY = "kaleipix.notify"  # localStorage: whether this browser tells when a long one is done
