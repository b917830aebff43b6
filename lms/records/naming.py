"""Titles of the activities in statements, in the page's language: from our own courses first, then from the statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.catalogue.models import Course, CourseVersion
from lms.catalogue.publish import outline_of
from lms.i18n import is_chinese, pick
from lms.records.people import Statement
from xapi.queries import definitions_of
from xapi.statements import activities_of, one_language

PLACE = "/activity/"
CHINESE = {"zh-hans": 1.0, "zh-cn": 0.9, "zh": 0.8, "en": 0.5}  # as in Accept-Language
ENGLISH = {"en": 1.0, "zh-hans": 0.5, "zh-cn": 0.4, "zh": 0.3}


def titles_in(session: Session, statements: Iterable[Statement], public_url: str) -> dict[str, str]:
    """Return the titles of the activities in statements, by id; activities without a title are left out."""
    ids = {activity["id"] for statement in statements for activity in activities_of(statement)}
    said = {iri: in_our_language(definition.get("name")) for iri, definition in definitions_of(session, ids).items()}
    return {iri: title for iri, title in (said | _ours(session, ids, public_url)).items() if title}


def in_our_language(words: Mapping[str, str] | None) -> str:
    """Return the entry of a language map that suits the page best, or ''."""
    found = one_language(words or {}, CHINESE if is_chinese() else ENGLISH)
    return next(iter(found.values()), "")


def _ours(session: Session, ids: Iterable[str], public_url: str) -> dict[str, str]:
    asked: dict[str, list[tuple[str, str]]] = defaultdict(list)  # course code → (id, activity key)
    for iri in ids:
        course, _place, key = iri.removeprefix(v.course_iri(public_url, "")).partition(PLACE)
        if iri.startswith(v.course_iri(public_url, "")):
            asked[course].append((iri, key))
    found: dict[str, str] = {}
    for code, version in _newest(session, asked).items():
        titles: dict[str, Any] = {activity.key: activity.title for activity in outline_of(version).activities}
        for iri, key in asked[code]:
            own = key.partition("/")[0].partition("?")[0].partition("#")[0]
            found[iri] = pick(titles[own].zh, titles[own].en) if own in titles else "" if key else pick(version.title_zh, version.title_en)
    return found


def _newest(session: Session, codes: Iterable[str]) -> dict[str, CourseVersion]:
    latest = select(func.max(CourseVersion.id)).join(Course).where(Course.code.in_(list(codes))).group_by(Course.code)
    rows = session.execute(select(Course.code, CourseVersion).join(Course).where(CourseVersion.id.in_(latest)))
    return {code: version for code, version in rows}
