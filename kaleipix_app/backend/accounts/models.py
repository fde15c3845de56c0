"""Tables of people, their sign-ins and sessions."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    """A person with a workspace. Made at the first complete sign-in, never before the age is confirmed."""

    __tablename__ = "user"

    id: str = Field(primary_key=True)
    email: str = Field(unique=True)  # lower case: the identity
    email_typed: str  # as typed: where mail goes
    username: str = Field(unique=True)
    username_skeleton: str = Field(unique=True)  # look-alikes share one skeleton
    is_admin: bool = False  # what counts: set at each sign-in from the settings and the next line
    admin_by_operator: bool = False
    plan: str = "free"
    adult_confirmed_at: datetime
    created_at: datetime
    suspended_at: datetime | None = None
    deleted_at: datetime | None = Field(default=None, index=True)  # leaving.py says what it means
    restricted_at: datetime | None = None  # nothing is made of this person's data until they lift it
    objected_at: datetime | None = None  # to profiling that security does not need
    mail_after_minutes: int | None = None  # tell by mail what took longer; None: never


class LoginChallenge(SQLModel, table=True):
    """One code under way: for a sign-in (the cookie holds the secret, this row its hash) or for a session's step."""

    __tablename__ = "login_challenge"

    id: str = Field(primary_key=True)  # SHA-256 of the cookie's secret, or of the purpose and the session's id
    purpose: str = "sign_in"  # what the code opens, and nothing else
    email: str
    email_typed: str
    code_hash: str  # keyed hash over challenge, address and code
    attempts: int = 0
    sends: int = 1
    created_at: datetime = Field(index=True)
    expires_at: datetime
    verified_at: datetime | None = None  # code was right; waiting for username and age
    used_at: datetime | None = None  # ended in a session


class LoginSession(SQLModel, table=True):
    """One signed-in browser."""

    __tablename__ = "login_session"

    id: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)  # SHA-256 of the cookie's secret
    previous_hash: str | None = Field(default=None, index=True)  # of the secret before the last rotation:
    previous_until: datetime | None = None  # live connections keep the cookie they began with
    user_id: str = Field(foreign_key="user.id", index=True)
    device: str = ""  # such as "Firefox on Linux"
    created_at: datetime  # never changed: the longest lifetime counts from here
    last_seen_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None
    fresh_until: datetime | None = None  # a fresh code was typed: sensitive actions are open until then
    revoked_at: datetime | None = None
