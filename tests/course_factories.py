"""Course versions and their files, for tests of the application."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from courses.package import Package, tree_digest
from courses.strict_json.canonical import digest_of
from lms.catalogue import contents, course_index
from lms.catalogue.models import AnswerKey, Course, CourseVersion
from lms.catalogue.publish import outline_of
from lms.storage import storage

PUBLISHED = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)  # thirty days before the tests begin


def course_document(code: str, activities: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a course's document with one module of these activities; any field that is not given has a plain value."""
    plain = {"format": "h5p", "minutes": 30, "grading": "none", "requires": {}, "media_seconds": None}
    listed = [
        {
            **plain,
            "key": key,
            "title": {"zh": f"活动{key}", "en": f"Activity {key}"},
            "summary": {"zh": "", "en": ""},
            "entry": f"activities/{key}",
            **one,
        }
        for key, one in activities.items()
    ]
    listed = [{name: value for name, value in one.items() if value is not None} for one in listed]
    return {
        "code": code,
        "title": {"zh": f"课程{code}", "en": f"Course {code}"},
        "summary": {"zh": "一门课程", "en": "A course"},
        "kind": "general",
        "language": "zh-CN",
        "modules": [{"key": "m1", "title": {"zh": "模块一", "en": "Module one"}, "activities": listed}],
    }


def add_course(
    session: Session, code: str, activities: Mapping[str, Mapping[str, Any]], keys: Mapping[str, dict[str, Any]] | None = None
) -> CourseVersion:
    """Add a course version without files."""
    document = course_document(code, activities)
    minutes = sum(one["minutes"] for one in document["modules"][0]["activities"])
    version = CourseVersion(
        course=Course(code=code),
        number=1,
        document=document,
        document_sha256=digest_of(document),
        package_sha256="0" * 64,
        title_zh=document["title"]["zh"],
        title_en=document["title"]["en"],
        minutes=minutes,
        published_at=PUBLISHED,
    )
    session.add(version)
    session.flush()
    course_index.renew(session, version.course, version, outline_of(version))
    session.add_all(AnswerKey(course_version_id=version.id, activity=activity, document=key) for activity, key in (keys or {}).items())
    session.flush()
    return version


def with_file(package: Package, name: str, content: bytes) -> Package:
    """Return a package in whose first activity one file is added or replaced."""
    hashes = {**package.hashes, name: hashlib.sha256(content).hexdigest()}
    first, *_ = package.activity_files
    names = {**package.activity_files, first: tuple({*package.activity_files[first], name})}
    return replace(package, files={**package.files, name: content}, hashes=hashes, activity_files=names, sha256=tree_digest(hashes))


def put_files(files: Mapping[str, bytes]) -> str:
    """Store files as those of a published activity; return the hash by which addresses name them."""
    stored = {name: contents.put(storage(), hashlib.sha256(content).hexdigest(), content) for name, content in files.items()}
    return contents.put_listing(storage(), contents.Listing(stored))
