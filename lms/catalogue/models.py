"""Tables of courses and their published versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, UtcDateTime

OWN, BELOW, EVERYBODY = SHARES = ("own", "below", "everybody")  # with which organisations a course is shared


class Course(Base):
    """A course by its code; its versions have the content. The library searches what is derived of the newest one (`course_index`)."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    shared: Mapped[str] = mapped_column(String(16), default=EVERYBODY, server_default=EVERYBODY)  # one of SHARES
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since then it is not offered to classes
    # No foreign key: versions refer to their course, and a circle of tables could not be created in any order.
    newest_version_id: Mapped[int | None] = mapped_column(index=True)
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")  # code and titles, in the form that searches compare

    versions: Mapped[list["CourseVersion"]] = relationship(back_populates="course", order_by="CourseVersion.number", lazy="raise")


class CourseVersion(Base):
    """One published version. Never changed: a correction is a new version.

    Only publishing the same content again renews what the check advised, and adds what versions of old did not record.
    """

    __tablename__ = "course_version"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(
        JSON, deferred=True
    )  # the course outline (courses.outline), loaded on access; ledgers hash the columns' old names
    document_sha256: Mapped[str] = mapped_column(String(64))
    package_sha256: Mapped[str] = mapped_column(String(64), index=True)  # identifies the served files of all activities
    # activity → the hash of the listing of its files (`contents`); None: published before files were stored once
    listings: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    # size of its files; 0: published before sizes were recorded
    bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # what the publish check advised, as `Problem.record`s; None: published before it was kept
    warnings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    # the uploaded file, by its hash, its name and its bytes; None: a folder, or published before it was kept
    source_sha256: Mapped[str | None] = mapped_column(String(64))
    source_name: Mapped[str | None] = mapped_column(String(200))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    course: Mapped[Course] = relationship(back_populates="versions", lazy="joined", innerjoin=True)

    def files_of(self, activity: str) -> str:
        """Return the hash under which the content host serves the files of an activity."""
        return (self.listings or {}).get(activity, self.package_sha256)


class CourseLabel(Base):
    """One word under which the library finds a course: stated by its publishers, or its newest version's format or language."""

    __tablename__ = "course_label"
    __table_args__ = (Index("ix_course_label_kind_value", "kind", "value"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # one of `labels.KINDS`
    value: Mapped[str] = mapped_column(String(140), primary_key=True)


class CourseFile(Base):
    """One content in the file store that any version of a course refers to, with its size in bytes; a hash is counted once."""

    __tablename__ = "course_file"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)


class WorkshopFile(Base):
    """One content in the file store that a draft or a form of an organisation brought, with its size in bytes."""

    __tablename__ = "workshop_file"
    __table_args__ = (UniqueConstraint("organisation_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)


class Upload(Base):
    """A file on its way to become a course: received in parts, then checked and published by a job."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # random: it is in addresses
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    bytes: Mapped[int] = mapped_column(BigInteger)  # as announced
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    parts: Mapped[list[int]] = mapped_column(JSON)  # their sizes, in the order of the file
    purpose: Mapped[str] = mapped_column(String(20), default="publish", server_default="publish")  # the kind of the job that takes it
    target: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # further parameters of that job
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it was published or refused
    course_version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))  # what it became
    known_before: Mapped[bool] = mapped_column(default=False)  # whether that version was there already
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))  # why it was refused, as `Problem.record`s
    collection: Mapped[str] = mapped_column(String(200), default="", server_default="")  # the uploaded collection that it was in; '': none
    contained: Mapped[int | None]  # how many files it had, if it was a collection; each became an upload of its own
    refusal: Mapped[str | None] = mapped_column(Text)  # or in one sentence, in the person's language
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AnswerKey(Base):
    """The answers of one server-graded activity; they are stored here and never served."""

    __tablename__ = "answer_key"

    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    activity: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class H5PLibrary(Base):
    """An H5P library of a published package, for contents that lack it (`site_library`). Newer patches are further rows."""

    __tablename__ = "h5p_library"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)  # None: the installation itself
    name: Mapped[str] = mapped_column(String(110), index=True)  # with its version: H5P.Blanks-1.14
    patch: Mapped[int]
    package_sha256: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(String(700))  # in the package
    files: Mapped[list[str]] = mapped_column(JSON)  # their names in the folder
    collected_at: Mapped[datetime] = mapped_column(UtcDateTime)
