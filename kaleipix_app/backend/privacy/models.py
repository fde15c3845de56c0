"""Tables of requests, exports and what was published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

_LARGE = BigInteger().with_variant(Integer, "sqlite")  # which has one size of integers


class PrivacyRequest(SQLModel, table=True):
    """Something that a person asked for under data protection law, with the day by which it is answered."""

    __tablename__ = "privacy_request"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    kind: str  # restrict | lift | object | withdraw | question
    text: str = ""
    created_at: datetime
    due_at: datetime = Field(index=True)
    answered_at: datetime | None = None
    answer: str = ""
    answer_mailed_at: datetime | None = None
    reminded_at: datetime | None = None  # when the operator was told by mail that it is due soon
    overdue_told_at: datetime | None = None  # and that its day is past


class DataExport(SQLModel, table=True):
    """A copy of everything about one person: a file in the data directory, named by this row's id."""

    __tablename__ = "data_export"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    state: str = "asked"  # asked | ready | failed
    requested_at: datetime = Field(index=True)
    finished_at: datetime | None = None
    byte_size: int = Field(default=0, sa_type=_LARGE)
    sha256: str = ""


class PolicyVersion(SQLModel, table=True):
    """A text as it was published: what people could read, from that day on."""

    __tablename__ = "policy_version"

    id: str = Field(primary_key=True)  # <document>-<number>
    document: str = Field(index=True)  # privacy | terms | cookies
    number: int
    body: str  # empty until a studio shows it: a command may run with other settings
    digest: str
    effective_at: datetime
    published_at: datetime
    words: str = ""  # what the operator says in it, as it was in their file
    words_of: int = 0  # number of the version that brought these words; 0: there are none
    significant: bool = False  # mailed, and shown until acknowledged


class PolicyMail(SQLModel, table=True):
    """One mail to one person about one version: the unique key is what makes it one."""

    __tablename__ = "policy_mail"
    __table_args__ = (UniqueConstraint("version_id", "user_id"),)

    id: str = Field(primary_key=True)  # the key of the mail: sent again, it is the same
    version_id: str
    user_id: str = Field(foreign_key="user.id", index=True)
    state: str = "due"  # due | sent | refused
    created_at: datetime
    done_at: datetime | None = None


class PolicyAcknowledgement(SQLModel, table=True):
    """Who knows of a significant version, since when, and by what."""

    __tablename__ = "policy_acknowledgement"

    user_id: str = Field(primary_key=True, foreign_key="user.id")
    version_id: str = Field(primary_key=True)
    way: str  # notice | sign-up
    acknowledged_at: datetime
