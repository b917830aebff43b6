"""How long does a search among 10,000 courses take? Beside it, the same table is only counted."""

from datetime import UTC, datetime
from random import Random

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.catalogue import labels, listing
from lms.catalogue.course_index import comparable
from lms.catalogue.listing import CourseFilter
from lms.catalogue.models import SHARES, Course, CourseLabel, CourseVersion
from tests.benchmarks.measuring import Subject, compare, here
from tests.benchmarks.places import Places, Site

COURSES = 10_000
AT_ONCE = 1_000
BEGIN = datetime(2026, 3, 1, 2, tzinfo=UTC)
TITLES = ("朗读的力量", "小学数学概念课", "留守儿童心理辅导", "课堂提问", "线上教学组织", "乡土资源开发")
AIM = "100 ms"
ASKED = {
    "all": CourseFilter(),
    "by code": CourseFilter(sort=listing.BY_CODE),
    "words": CourseFilter("课堂 提问 77"),
    "no match": CourseFilter("没有这样的课程"),
    "filters": CourseFilter("课堂", {"subject": "chinese", "stage": "primary", "format": "video"}),
    "archived": CourseFilter(state=listing.ARCHIVED),
}


def main(places: Places) -> None:
    """Measure on both databases, in this process, as a person who belongs to an organisation."""
    for kind in places.effort.kinds:
        site = places.site(kind)
        count = _fill(site, min(COURSES, places.effort.people))
        print(f"{kind}, {count:,} courses")
        plain = Subject("counted", here(lambda site=site: _count(site)))
        asked = [Subject(name, here(lambda site=site, one=one: _search(site, one)), ("counted",), AIM) for name, one in ASKED.items()]
        compare([plain, *asked, Subject("words of filters", here(lambda site=site: _choices(site)), ("counted",), AIM)], places.effort)


def _search(site: Site, wanted: CourseFilter) -> None:
    with site.database.reader() as session:
        by = session.scalars(select(Person).where(Person.organisation_id.is_not(None)).limit(1)).one()
        listing.search(session, by, wanted)


def _choices(site: Site) -> None:
    with site.database.reader() as session:
        labels.in_use(session)
        listing.owners(session, session.scalars(select(Person).where(Person.organisation_id.is_not(None)).limit(1)).one())


def _count(site: Site) -> None:
    with site.database.reader() as session:
        session.scalar(select(func.count(Course.id)))


def _fill(site: Site, wanted: int) -> int:
    """Publish courses of all kinds, without files; once for each installation. Return how many there are."""
    chance = Random(7)
    with Session(site.database.engine) as session, session.begin():
        owners = [*session.scalars(select(Organisation.id)), None]
        there = session.scalar(select(func.count(Course.id))) or 0
        for start in range(there, wanted, AT_ONCE):
            _add(session, [f"bench-library-{number}" for number in range(start, min(start + AT_ONCE, wanted))], owners, chance)
        return session.scalar(select(func.count(Course.id))) or 0


def _add(session: Session, codes: list[str], owners: list[int | None], chance: Random) -> None:
    session.execute(
        insert(Course),
        [
            {
                "code": one,
                "organisation_id": chance.choice(owners),
                "shared": chance.choice(SHARES),
                "archived_at": chance.choice([None] * 9 + [BEGIN]),
            }
            for one in codes
        ],
    )
    ids = dict(session.execute(select(Course.code, Course.id).where(Course.code.in_(codes))).all())
    plain = {"number": 1, "document": {}, "document_sha256": "0" * 64, "package_sha256": "0" * 64, "minutes": 30, "published_at": BEGIN}
    titles = {code: f"{chance.choice(TITLES)} {code.rpartition('-')[2]}" for code in codes}
    session.execute(
        insert(CourseVersion), [{**plain, "course_id": ids[one], "title_zh": titles[one], "title_en": f"Course {one}"} for one in codes]
    )
    newest = dict(session.execute(select(CourseVersion.course_id, CourseVersion.id).where(CourseVersion.course_id.in_(ids.values()))).all())
    for code in codes:
        words = comparable(f"{code}\n{titles[code]}\nCourse {code}")
        session.get_one(Course, ids[code]).newest_version_id, session.get_one(Course, ids[code]).search_text = newest[ids[code]], words
    known = {
        labels.SUBJECT: [*labels.SUBJECTS],
        labels.STAGE: [*labels.STAGES],
        "format": ["video", "h5p", "document"],
        "language": ["zh", "en"],
    }
    session.execute(
        insert(CourseLabel),
        [{"course_id": one, "kind": kind, "value": chance.choice(values)} for one in ids.values() for kind, values in known.items()],
    )
    session.flush()
