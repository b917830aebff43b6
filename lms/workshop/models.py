"""Tables of drafts (a course that is being made or mended, its changes, the comments on it), the question bank, and previews of units."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lms.catalogue.models import OWN
from lms.db import Base, UtcDateTime

EDITING, REVIEW, APPROVED, PUBLISHED = "editing", "review", "approved", "published"


class Draft(Base):
    """A course document that is being edited. Its activities refer to listings in the file store (`lms.catalogue.contents`)."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))  # the published version that it mends
    document: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)  # see `lms.workshop.documents`
    title_zh: Mapped[str] = mapped_column(String(200), default="")
    title_en: Mapped[str] = mapped_column(String(200), default="")
    revision: Mapped[int] = mapped_column(default=0)  # the number of changes so far
    state: Mapped[str] = mapped_column(String(20), default=EDITING)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # who was asked to look at it
    approved_revision: Mapped[int | None]  # what the reviewer saw when they agreed
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))  # that publishes it
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))  # why it was not published, as `Problem.record`s
    refusal: Mapped[str | None] = mapped_column(Text)  # or in one sentence, in the person's language
    published_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))  # the version that it became
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class DraftChange(Base):
    """One saved change of a draft: what was done, and what undoes it (`lms.workshop.edits`)."""

    __tablename__ = "draft_change"
    __table_args__ = (UniqueConstraint("draft_id", "revision"), UniqueConstraint("draft_id", "token"), Index(None, "draft_id", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    revision: Mapped[int]  # of the draft after it
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str] = mapped_column(String(64))  # made by the browser: a change that is sent again is applied once
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    inverse: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))  # done, undone, dropped (cannot be done again), or aside (is itself an undo or redo)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DraftComment(Base):
    """A comment on a draft or on one of its activities."""

    __tablename__ = "draft_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    activity: Mapped[str | None] = mapped_column(String(64))  # None: the whole course
    text: Mapped[str] = mapped_column(Text)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankQuestion(Base):
    """A question with its answer that quizzes copy. Its code is permanent; each change raises its revision."""

    __tablename__ = "bank_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)  # the id of its copies
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    shared: Mapped[str] = mapped_column(String(16), default=OWN)  # one of SHARES, as courses
    document: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)  # `courses.authoring.questions`, without its id
    digest: Mapped[str] = mapped_column(String(64), default="", index=True)  # of language and document
    language: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    search_text: Mapped[str] = mapped_column(Text)  # text and tags, in the form that searches compare
    revision: Mapped[int]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since then it is not offered to quizzes


class BankTag(Base):
    """One tag of a question of the bank."""

    __tablename__ = "bank_tag"
    __table_args__ = (Index("ix_bank_tag_tag", "tag"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("bank_question.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)


class UnitPreview(Base):
    """A unit of cmi5 that a trainer tries: its session, what it sent, and a record store of its own (`lms.workshop.unit_preview`)."""

    __tablename__ = "unit_preview"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)  # of its session, and its registration
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course: Mapped[str] = mapped_column(String(64))
    unit: Mapped[dict[str, Any]] = mapped_column(JSON)  # an `AssignableUnit`, as it was when the preview began
    mode: Mapped[str] = mapped_column(String(8))  # launchMode: Browse or Normal
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    data_read: Mapped[bool] = mapped_column(default=False)
    preferences_read: Mapped[bool] = mapped_column(default=False)
    said: Mapped[str] = mapped_column(String(200), default="")  # the verbs of cmi5 that the unit stated, by their last words
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the unit's last statement
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reports: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reported: Mapped[int] = mapped_column(default=0)  # how many there were
    records: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # a `PortableStore`


class MadeOnce(Base):
    """The thing that was made with the token of a form, so that the same form makes nothing new the second time (`lms.workshop.once`)."""

    __tablename__ = "made_once"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    made: Mapped[str] = mapped_column(String(64))  # its id, code or key
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
