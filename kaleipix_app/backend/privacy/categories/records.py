"""What is written down besides: the log, signals against abuse, the ledger, and what your browser keeps."""

from __future__ import annotations

from kaleipix_app.backend import periods
from kaleipix_app.backend.privacy.categories.words import (
    CONTRACT,
    DUTY,
    IN_EXPORT,
    INTEREST,
    OPEN_TAB,
    UNLINKED,
)
from kaleipix_app.backend.privacy.category import BrowserKey, Category, Held

RECORDS: tuple[Category, ...] = (
    Category(
        key="generation_log",
        group="Generation log",
        title="User ID, prompt text, model used, timestamp",
        purpose="Legal compliance, dispute resolution, abuse prevention",
        basis=INTEREST,
        kept=periods.GENERATION_LOG.words,
        period=periods.GENERATION_LOG,
        detail=(
            "Written for each generation. It stays for its time also when you delete the picture, the prompt or the "
            "whole account, and goes on the day it turns 12 months old."
        ),
        tables=(Held.of("generation_log", "id user_id prompt model created_at"),),
        dated="created_at",
        exported=IN_EXPORT,
        erased="By itself, on its day",
    ),
    Category(
        key="fingerprint",
        group="Anti-fraud signals",
        title="Browser fingerprint (hash only)",
        purpose="Multi-account abuse detection",
        basis=INTEREST,
        kept=periods.SIGNALS.words,
        period=periods.SIGNALS,
        detail=(
            "Worked out in your browser when you type a sign-in code or choose a username; only a hash of it is sent, "
            "and of that a keyed hash is kept. You can sign in without it. Once you object to profiling or restrict "
            "your data, no more of it is recorded; an objection also removes what there is."
        ),
        tables=(Held.of("signal", "id user_id kind key_id fingerprint_hash created_at"),),
        filled="fingerprint_hash",
        dated="created_at",
        exported=IN_EXPORT,
        erased=UNLINKED,
    ),
    Category(
        key="network",
        group="Anti-fraud signals",
        title="IP address (hashed)",
        purpose="Rate limiting, abuse detection",
        basis=INTEREST,
        kept=periods.SIGNALS.words,
        period=periods.SIGNALS,
        detail=(
            "Kept when you sign up or in, as a keyed hash; the key is another one each month and is destroyed with the "
            "last of its hashes. To limit how often something is done, a keyed hash of your network is held in memory "
            "for at most 24 hours."
        ),
        tables=(Held.of("signal", "address_hash"),),
        filled="address_hash",
        dated="created_at",
        exported=IN_EXPORT,
        erased=UNLINKED,
    ),
    Category(
        key="headers",
        group="Anti-fraud signals",
        title="User-Agent, Accept-Language headers",
        purpose="Automated bot detection",
        basis=INTEREST,
        kept=periods.SIGNALS.words,
        period=periods.SIGNALS,
        detail="Kept when you sign up or in, as your browser sends them, cut off where they are overlong.",
        tables=(Held.of("signal", "user_agent accept_language"),),
        dated="created_at",
        exported=IN_EXPORT,
        erased=UNLINKED,
    ),
    Category(
        key="credits",
        group="Payment records",
        title="Credit ledger",
        purpose="Shows what you were given, what a generation cost and what came back",
        basis=DUTY,
        kept=(
            f"Account lifetime; entries of a deleted account until they are {periods.PAYMENTS.words} old, "
            "as payment records are"
        ),
        period=periods.PAYMENTS,
        tables=(Held.of("ledger_entry", "id user_id key amount generation_id note created_at"),),
        exported=IN_EXPORT,
        erased="By itself, on its day",
    ),
    Category(
        key="appearance",
        group="In your browser",
        title="Appearance and the state of an open tab",
        purpose="Dark or light, the connection of a tab, and where you had scrolled to",
        basis=CONTRACT,
        kept="In your browser, until you clear it or close the tab",
        browser=(
            BrowserKey("theme", "localStorage", "Dark or light", "Until you clear it"),
            BrowserKey("last_compiled_theme", "localStorage", "Dark or light at the last visit", "Until you clear it"),
            BrowserKey("token", "sessionStorage", "Names this tab to the server", OPEN_TAB),
            BrowserKey(
                "react-router-scroll-positions",
                "sessionStorage",
                "Where you had scrolled to",
                OPEN_TAB,
            ),
            BrowserKey("react-router-manifest-version", "sessionStorage", "Version of the pages", OPEN_TAB),
            BrowserKey("remix-router-transitions", "sessionStorage", "How pages change over", OPEN_TAB),
            BrowserKey(
                "reflex_last_reloaded_on_error",
                "sessionStorage",
                "Reloads a broken page once",
                OPEN_TAB,
            ),
        ),
        exported="It is in your browser alone",
        erased="By you, in your browser",
    ),
)
