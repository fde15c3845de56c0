"""The data map: every kind of personal data that this studio keeps. Policy, cleanups, export and erasure read it.

To add a column, put its name into a `Held` line (or into `NOT_PERSONAL`). To add a table, add a line to `OWNED` too:
export and erasure then know it. `tests/architecture/test_datamap.py` says what is still missing.
"""

from __future__ import annotations

from kaleipix_app.backend import periods
from kaleipix_app.backend.accounts.challenges import CODE_TTL, REGISTER_TTL
from kaleipix_app.backend.accounts.sessions import IDLE, LONGEST
from kaleipix_app.backend.privacy.category import BrowserKey, Category, Cookie, Goes, Held, Owned

CONTRACT = "Contract: without it the studio cannot work for you (GDPR Art. 6(1)(b))"
INTEREST = "Legitimate interest: keeping the studio safe and fair (GDPR Art. 6(1)(f))"
DUTY = "Legal duty (GDPR Art. 6(1)(c))"

_ACCOUNT = f"Account lifetime + {periods.ACCOUNT_AFTER_DELETION.words}"
_CONTENT = "Until you delete them"
_TRASH = (
    f"What you delete stays in your trash for {periods.TRASH.words} so that you can take it back, unless you delete it "
    "for ever; then, and when you delete your account, it goes at once."
)
_IN_EXPORT = "In your export"
_UNLINKED = "Loses its link to you when the account is erased, and goes by itself on its day"
_TAB = "Until the tab is closed"
_MINUTES = int((CODE_TTL + REGISTER_TTL).total_seconds() // 60)

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

CATEGORIES: tuple[Category, ...] = (
    Category(
        key="email",
        group="Account",
        title="Email address",
        purpose="Authentication (login codes), account recovery, billing notifications",
        basis=CONTRACT,
        kept=_ACCOUNT,
        period=periods.ACCOUNT_AFTER_DELETION,
        tables=(Held.of("user", "email email_typed"),),
        processors=("mail",),
        exported=_IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="username",
        group="Account",
        title="Username",
        purpose="Workspace URL, display",
        basis=CONTRACT,
        kept=_ACCOUNT,
        period=periods.ACCOUNT_AFTER_DELETION,
        detail="With your plan, whether you look after this studio, and when the account was made, stopped or deleted.",
        tables=(
            Held.of(
                "user",
                "id username username_skeleton is_admin admin_by_operator plan created_at suspended_at deleted_at",
            ),
        ),
        exported=_IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="telegram",
        group="Account",
        title="Telegram ID",
        purpose="Bot account linking (optional)",
        basis=CONTRACT,
        kept=_ACCOUNT,
        period=periods.ACCOUNT_AFTER_DELETION,
        processors=("telegram",),
        needs="telegram",
        exported=_IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="signins",
        group="Account",
        title="Sign-ins",
        purpose="To sign you in, and to show you where you are signed in so that you can end it",
        basis=CONTRACT,
        kept=(
            f"Codes {periods.LOGIN_CHALLENGES.words}; a signed-in browser until {IDLE.days} days without a visit or "
            f"{LONGEST.days} days in all, and {periods.ENDED_SESSIONS.words} after that"
        ),
        period=periods.ENDED_SESSIONS,
        detail=(
            "Codes and the secrets in the cookies are kept as hashes only. Of your browser we keep a name such as "
            "“Firefox on Linux”; what signing in leaves as anti-fraud signals is listed there."
        ),
        tables=(
            Held.of(
                "login_challenge",
                "id purpose email email_typed code_hash attempts sends created_at expires_at verified_at used_at",
            ),
            Held.of(
                "login_session",
                "id token_hash previous_hash previous_until user_id device created_at last_seen_at expires_at "
                "rotated_at fresh_until revoked_at",
            ),
        ),
        cookies=(
            Cookie("kaleipix_session", "Keeps you signed in", f"{LONGEST.days} days, or until you sign out"),
            Cookie("kaleipix_challenge", "Ties a sign-in code to the browser that asked for it", f"{_MINUTES} minutes"),
        ),
        exported=_IN_EXPORT,
        erased="With the account; ended browsers and old codes by themselves",
    ),
    Category(
        key="mails",
        group="Account",
        title="Mails to you that are kept as files",
        purpose="Lets the operator of a studio without a mail server hand you your code",
        basis=CONTRACT,
        kept=periods.OUTBOX.words,
        period=periods.OUTBOX,
        detail="Only where no mail server is set up.",
        files=("outbox/*",),
        exported="You have them as mails",
        erased="At once with the account, otherwise by itself",
    ),
    Category(
        key="consents",
        group="Account",
        title="Confirmations",
        purpose=(
            "Shows that you confirmed your age, read where a provider's machines are, and were told of changes to "
            "this policy"
        ),
        basis=DUTY,
        kept=_ACCOUNT,
        period=periods.ACCOUNT_AFTER_DELETION,
        tables=(
            Held.of("user", "adult_confirmed_at"),
            Held.of("transfer_notice", "user_id provider place acknowledged_at"),
            Held.of("policy_acknowledgement", "user_id version_id way acknowledged_at"),
            Held.of("policy_mail", "id version_id user_id state created_at done_at"),
        ),
        exported=_IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="requests",
        group="Account",
        title="Your privacy requests and choices",
        purpose="To answer them in time, and to act as you chose",
        basis=DUTY,
        kept=_ACCOUNT,
        period=periods.ACCOUNT_AFTER_DELETION,
        tables=(
            Held.of(
                "privacy_request",
                "id user_id kind text created_at due_at answered_at answer answer_mailed_at reminded_at "
                "overdue_told_at",
            ),
            Held.of("user", "restricted_at objected_at"),
        ),
        exported=_IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="notifications",
        group="Account",
        title="How you want to be told",
        purpose="Tells you that a picture is ready, by mail or by your browser, if you asked for it",
        basis=CONTRACT,
        kept=_ACCOUNT,
        period=periods.ACCOUNT_AFTER_DELETION,
        detail="Off until you switch it on. A mail holds neither picture nor prompt.",
        tables=(Held.of("user", "mail_after_minutes"),),
        browser=(
            BrowserKey(
                "kaleipix.notify",
                "localStorage",
                "Remembers that you want to be told when a long one is done",
                "Until you switch it off",
            ),
            BrowserKey(
                "kaleipix.sound", "localStorage", "Remembers that you want to hear it", "Until you switch it off"
            ),
        ),
        processors=("mail",),
        exported=_IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="exports",
        group="Account",
        title="Copies of your data that you asked for",
        purpose="To hand you what is stored about you",
        basis=DUTY,
        kept=periods.EXPORTS.words,
        period=periods.EXPORTS,
        detail=f"You can download a copy for {periods.EXPORT_LINK.words} after it is ready.",
        tables=(Held.of("data_export", "id user_id state requested_at finished_at byte_size sha256"),),
        files=("exports/*",),
        dated="requested_at",
        exported="They are your export",
        erased="At once",
    ),
    Category(
        key="sources",
        group="Content",
        title="Source images you upload",
        purpose="Input for AI generation",
        basis=CONTRACT,
        kept=_CONTENT,
        period=periods.TRASH,
        detail=(
            f"{_TRASH} Location and camera data are removed before an image is kept. A mask that you paint on a "
            f"picture goes within {periods.MASKS.words} once nothing that is kept was made with it."
        ),
        tables=(
            Held.of(
                "image",
                "id owner_id kind content_type width height byte_size storage_key created_at deleted_at is_favourite "
                "taken_down_at taken_down_for",
            ),
        ),
        files=("media/sources/*/*", "media/masks/*/*", "tmp/*"),
        only=("kind", "source"),
        dated="deleted_at",
        processors=("fal", "runpod"),
        exported=f"{_IN_EXPORT}, as files",
        erased="At once",
    ),
    Category(
        key="results",
        group="Content",
        title="Generated images",
        purpose="Your results",
        basis=CONTRACT,
        kept=_CONTENT,
        period=periods.TRASH,
        detail=_TRASH,
        tables=(Held.of("image", "generation_id position seed"),),
        files=("media/results/*/*/*",),
        only=("kind", "result"),
        dated="deleted_at",
        processors=("fal", "runpod"),
        exported=f"{_IN_EXPORT}, as files",
        erased="At once",
    ),
    Category(
        key="prompts",
        group="Content",
        title="Prompts",
        purpose="Generation instructions, history",
        basis=CONTRACT,
        kept=_CONTENT,
        detail=(
            "With the settings and the course of each generation. A prompt can be deleted for ever with the last "
            "picture of its generation; the generation log below keeps its own copy."
        ),
        tables=(
            Held.of(
                "generation",
                "id owner_id request_id model provider prompt prompt_starred source_id mask_id aspect_ratio width "
                "height count seed params price state progress delivered error_code error_sentence "
                "cancel_requested_at dismissed_at ordered_at provider_job provider_place not_before attempts fetches "
                "fence lease_owner lease_until created_at started_at finished_at mailed_at",
            ),
            Held.of("prompt_word", "owner_id word generation_id"),  # by which the library finds them
        ),
        browser=(BrowserKey("kaleipix.prompt", "sessionStorage", "Keeps a prompt that you are typing", _TAB),),
        processors=("fal", "runpod"),
        exported=_IN_EXPORT,
        erased="At once",
    ),
    Category(
        key="collections",
        group="Content",
        title="Collections",
        purpose="Keeps your pictures in the order that you choose",
        basis=CONTRACT,
        kept=_CONTENT,
        tables=(
            Held.of("collection", "id owner_id name created_at"),
            Held.of("collection_picture", "collection_id image_id"),
        ),
        exported=_IN_EXPORT,
        erased="At once",
    ),
    Category(
        key="shares",
        group="Content",
        title="Share links",
        purpose="Shows the pictures you choose to whoever holds the link",
        basis=CONTRACT,
        kept=f"Until the link has ended, and {periods.ENDED_LINKS.words} longer",
        period=periods.ENDED_LINKS,
        detail=(
            "A link shows nothing any more from the moment when you revoke it or its time is over. A report, and the "
            f"link that it is about, stay for {periods.REPORTS.words} after it was closed. "
            "The token of a link and its passcode are kept as hashes. Of viewers only a count is kept; who reports "
            "a link leaves the report alone."
        ),
        tables=(
            Held.of(
                "share",
                "id owner_id token_hash title passcode_hash downloads shows_prompt shows_source views created_at "
                "expires_at revoked_at",
            ),
            Held.of("share_image", "share_id image_id position source_id made_by"),
            Held.of("share_report", "id share_id reason note created_at due_at closed_at"),
        ),
        cookies=(
            Cookie(
                "kaleipix_share",
                "Opens one link to somebody who knew its passcode; sent to that link alone",
                "Until the browser is closed",
                prefix="__Secure-",
            ),
        ),
        exported=_IN_EXPORT,
        erased="At once",
    ),
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
        exported=_IN_EXPORT,
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
        exported=_IN_EXPORT,
        erased=_UNLINKED,
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
        exported=_IN_EXPORT,
        erased=_UNLINKED,
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
        exported=_IN_EXPORT,
        erased=_UNLINKED,
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
        exported=_IN_EXPORT,
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
            BrowserKey("token", "sessionStorage", "Names this tab to the server", _TAB),
            BrowserKey(
                "react-router-scroll-positions",
                "sessionStorage",
                "Where you had scrolled to",
                _TAB,
            ),
            BrowserKey("react-router-manifest-version", "sessionStorage", "Version of the pages", _TAB),
            BrowserKey("remix-router-transitions", "sessionStorage", "How pages change over", _TAB),
            BrowserKey(
                "reflex_last_reloaded_on_error",
                "sessionStorage",
                "Reloads a broken page once",
                _TAB,
            ),
        ),
        exported="It is in your browser alone",
        erased="By you, in your browser",
    ),
)

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
