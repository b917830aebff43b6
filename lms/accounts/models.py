"""Tables of people, organisations and logins."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import initial
from lms.db import Base, UtcDateTime

TEACHER, TRAINER, STAFF, OFFICE, ADMIN = "teacher", "trainer", "staff", "office", "admin"
ROLES = (TEACHER, TRAINER, STAFF, OFFICE, ADMIN)  # ADMIN runs the site: keys, forwarding, imports, retention, erasure
ORGANISATION_KINDS = ("office", "provider", "school")


@dataclass(frozen=True, slots=True)
class Role(RoleMixin):
    """A role of a person; the roles are fixed, so they need no table."""

    name: str
    permissions: ClassVar[list[str]] = []  # type: ignore[misc]  # nobody has any: the role is all there is


class Organisation(Base):
    """A provider, an office or a school. `path` ('/1/5/') begins with the path of the organisation above: a prefix finds all below."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))  # one of ORGANISATION_KINDS
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    path: Mapped[str] = mapped_column(String(500), index=True)


class Person(Base, UserMixin):
    """A person who can sign in. `account` is the opaque name that identifies them in xAPI statements."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid.uuid4()))
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    email: Mapped[str | None] = mapped_column(String(255), unique=True)  # type: ignore[assignment]  # not everybody has one
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid.uuid4().hex)
    locale: Mapped[str | None] = mapped_column(String(20))
    role_names: Mapped[str] = mapped_column(String(100), default=TEACHER)  # comma-separated
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)

    organisation: Mapped[Organisation | None] = relationship(lazy="raise")

    @property
    def must_choose_password(self) -> bool:
        """Whether the person still has an initial password: they must choose their own before they can do anything else."""
        return initial.is_initial(self.password)

    @property  # type: ignore[override]  # a column here, a table there
    def roles(self) -> list[Role]:
        """The person's roles, in the order in which their start pages are preferred."""
        held = set(self.role_names.split(","))
        return [Role(name) for name in (OFFICE, ADMIN, STAFF, TRAINER, TEACHER) if name in held]

    @roles.setter
    def roles(self, roles: list[Role]) -> None:
        self.role_names = ",".join(role.name for role in roles)


class AccountChange(Base):
    """One change of an account, a role or an organisation: the time, the author, and both values. Append-only, with ids of people only."""

    __tablename__ = "account_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nobody: a command
    what: Mapped[str] = mapped_column(String(20))  # one of lms.accounts.account_changes.KINDS or KINDS_OF_ACCESS
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # whose role or account
    organisation_id: Mapped[int | None] = mapped_column(index=True)  # no foreign key: one that was merged is gone
    before: Mapped[str] = mapped_column(String(500), default="")
    after: Mapped[str] = mapped_column(String(500), default="")


class LoginSession(Base):
    """One browser in which a person is signed in. Its cookies hold a random token; this row has only the token's SHA-256."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    browser: Mapped[str] = mapped_column(String(60), default="")  # 'phone/WeChat/Android', the form of `lms.accounts.browsers`
    remembered: Mapped[bool] = mapped_column(default=False)  # "Keep me signed in on this device"
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)  # updated every few minutes
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
