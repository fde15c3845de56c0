"""Who you are here: address, name, sign-ins, choices and requests."""

from __future__ import annotations

from kaleipix_app.backend import periods
from kaleipix_app.backend.accounts.challenges import CODE_TTL, REGISTER_TTL
from kaleipix_app.backend.accounts.sessions import IDLE, LONGEST
from kaleipix_app.backend.privacy.categories.words import ACCOUNT_LIFETIME, CONTRACT, DUTY, IN_EXPORT
from kaleipix_app.backend.privacy.category import BrowserKey, Category, Cookie, Held

_MINUTES = int((CODE_TTL + REGISTER_TTL).total_seconds() // 60)

ACCOUNT: tuple[Category, ...] = (
    Category(
        key="email",
        group="Account",
        title="Email address",
        purpose="Authentication (login codes), account recovery, billing notifications",
        basis=CONTRACT,
        kept=ACCOUNT_LIFETIME,
        period=periods.ACCOUNT_AFTER_DELETION,
        tables=(Held.of("user", "email email_typed"),),
        processors=("mail",),
        exported=IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="username",
        group="Account",
        title="Username",
        purpose="Workspace URL, display",
        basis=CONTRACT,
        kept=ACCOUNT_LIFETIME,
        period=periods.ACCOUNT_AFTER_DELETION,
        detail="With your plan, whether you look after this studio, and when the account was made, stopped or deleted.",
        tables=(
            Held.of(
                "user",
                "id username username_skeleton is_admin admin_by_operator plan created_at suspended_at deleted_at",
            ),
        ),
        exported=IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="telegram",
        group="Account",
        title="Telegram ID",
        purpose="Bot account linking (optional)",
        basis=CONTRACT,
        kept=ACCOUNT_LIFETIME,
        period=periods.ACCOUNT_AFTER_DELETION,
        processors=("telegram",),
        needs="telegram",
        exported=IN_EXPORT,
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
        exported=IN_EXPORT,
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
        kept=ACCOUNT_LIFETIME,
        period=periods.ACCOUNT_AFTER_DELETION,
        tables=(
            Held.of("user", "adult_confirmed_at"),
            Held.of("transfer_notice", "user_id provider place acknowledged_at"),
            Held.of("policy_acknowledgement", "user_id version_id way acknowledged_at"),
            Held.of("policy_mail", "id version_id user_id state created_at done_at"),
        ),
        exported=IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="requests",
        group="Account",
        title="Your privacy requests and choices",
        purpose="To answer them in time, and to act as you chose",
        basis=DUTY,
        kept=ACCOUNT_LIFETIME,
        period=periods.ACCOUNT_AFTER_DELETION,
        tables=(
            Held.of(
                "privacy_request",
                "id user_id kind text created_at due_at answered_at answer answer_mailed_at reminded_at "
                "overdue_told_at",
            ),
            Held.of("user", "restricted_at objected_at"),
        ),
        exported=IN_EXPORT,
        erased="With the account",
    ),
    Category(
        key="notifications",
        group="Account",
        title="How you want to be told",
        purpose="Tells you that a picture is ready, by mail or by your browser, if you asked for it",
        basis=CONTRACT,
        kept=ACCOUNT_LIFETIME,
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
        exported=IN_EXPORT,
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
)
