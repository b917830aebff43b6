"""Does a package become a version exactly when its content is new, and whole or not at all?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.package import Package
from courses.strict_json.problem import Problem
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import listing
from lms.catalogue.listing import CourseFilter
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.catalogue.publish import outline_of, publish
from lms.errors import NotAllowed
from lms.storage import Storage
from tests.course_factories import with_file

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def count(session: Session, model: type[CourseVersion] | type[AnswerKey]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_content_again_is_the_same_version(session: Session, files: Storage, package: Package) -> None:
    first = publish(session, files, package, None, NOW)
    assert publish(session, files, package, None, NOW) is first
    assert (count(session, CourseVersion), count(session, AnswerKey)) == (1, len(package.answer_keys))


def test_a_published_version_reads_back_as_the_course_that_was_checked(session: Session, files: Storage, package: Package) -> None:
    version = publish(session, files, package, None, NOW)
    assert outline_of(version) == package.course
    assert (version.number, version.minutes, version.title_zh) == (1, package.course.minutes, package.course.title.zh)


def test_no_answer_key_is_among_the_served_files(session: Session, files: Storage, package: Package) -> None:
    publish(session, files, package, None, NOW)
    assert package.answer_keys
    assert count(session, AnswerKey) == len(package.answer_keys)
    assert not any("key" in name.lower() for name in package.files)


def test_changed_files_are_the_next_version_and_the_first_one_stays(session: Session, files: Storage, package: Package) -> None:
    first = publish(session, files, package, None, NOW)
    second = publish(session, files, with_file(package, "new.txt", b"new"), None, NOW)
    assert (first.number, second.number) == (1, 2)
    assert first.package_sha256 == package.sha256
    assert publish(session, files, package, None, NOW) is first


def test_a_changed_answer_alone_is_a_new_version(session: Session, files: Storage, package: Package) -> None:
    first = publish(session, files, package, None, NOW)
    keys = {activity: {**key, "changed": True} for activity, key in package.answer_keys.items()}
    second = publish(session, files, replace(package, answer_keys=keys), None, NOW)
    assert second.number == first.number + 1


def test_only_the_owner_and_those_above_may_add_versions(session: Session, files: Storage, package: Package) -> None:
    office = add_organisation(session, "o", "教育局", "office")
    owner, other = (add_organisation(session, code, code, "provider", office) for code in ("a", "b"))
    trainers = [add_person(session, f"t{one.code}", "人", ("trainer",), password=None, organisation=one) for one in (owner, other, office)]
    publish(session, files, package, trainers[0], NOW)
    changed = with_file(package, "new.txt", b"new")
    with pytest.raises(NotAllowed):
        publish(session, files, changed, trainers[1], NOW)
    assert publish(session, files, changed, trainers[2], NOW).number == 2


def test_a_search_finds_all_words_and_takes_no_wildcards(session: Session, files: Storage, package: Package) -> None:
    publish(session, files, package, None, NOW)
    course = package.course
    assert listing.search(session, None, CourseFilter(f"{course.code} {course.title.zh[:2]}")).total == 1
    assert listing.search(session, None, CourseFilter(course.title.en.upper())).total == 1
    for words in ("%", "_", f"{course.code} nothing-like-it"):
        assert listing.search(session, None, CourseFilter(words)).total == 0


def test_a_list_goes_on_where_the_page_before_ended(session: Session, files: Storage, package: Package) -> None:
    for number in range(5):
        course = replace(package.course, code=f"c{number}")
        publish(session, files, replace(package, course=course, outline={**package.outline, "code": course.code}), None, NOW)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = listing.search(session, None, CourseFilter(), after, size=2)
        seen += [one.course.code for one in page.versions]
        assert page.total == 5
        after = page.next
    assert seen == ["c4", "c3", "c2", "c1", "c0"]


def test_the_warnings_of_the_check_are_kept_with_the_version_within_bounds_and_renewed(
    session: Session, files: Storage, package: Package
) -> None:
    version = publish(session, files, package, None, NOW)
    assert version.warnings == []
    address = Problem("external", "activities/a/content/content.json", {"address": "https://x.example/" + "a" * 5000})
    again = publish(session, files, replace(package, warnings=(address,) * 150), None, NOW)
    assert again is version
    kept = [Problem.from_record(one) for one in again.warnings or ()]
    assert (len(kept), kept[0].code, len(str(kept[0].params["address"]))) == (101, "external", 301)
    assert (kept[-1].code, dict(kept[-1].params)) == ("more-problems", {"count": 50})
