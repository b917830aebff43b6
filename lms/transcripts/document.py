"""What does one enrolment's transcript say? Read once, shown as a page, a PDF, a sheet or a bundle."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.outline import Activity
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.crediting.chain import Entry
from lms.crediting.evidence import cases_of
from lms.crediting.ledger import entries_of
from lms.crediting.models import Observation
from lms.crediting.policy import activity_name, terms_of
from lms.crediting.standing import Standing, of_enrolments
from lms.errors import NotFound
from lms.hours import ActivityExplanation, Case, Explanation, dump, explain, recompute
from lms.programmes.progress import RequirementProgress, StudiedCourse


@dataclass(frozen=True, slots=True)
class Line:
    """One activity on a transcript: what stands on the account, and how it came about."""

    name: str  # '<course code>:<activity key>'
    activity: Activity
    credited_seconds: int
    why: ActivityExplanation


@dataclass(frozen=True, slots=True)
class Chapter:
    """One course on a transcript."""

    course: StudiedCourse
    lines: Sequence[Line]

    @property
    def credited_seconds(self) -> int:
        """What the course's activities come to."""
        return sum(line.credited_seconds for line in self.lines)


@dataclass(frozen=True, slots=True)
class Transcript:
    """One enrolment's transcript as it stood at `issued_at`."""

    standing: Standing
    case: Case
    explanation: Explanation
    chapters: Sequence[Chapter]
    entries: Sequence[tuple[Entry, str]]
    issued_at: datetime

    @property
    def requirements(self) -> Sequence[RequirementProgress]:
        """What the track asks, and how much of it is earned."""
        return self.standing.requirements

    @property
    def ledger_head(self) -> str:
        """The hash of the latest ledger entry: it stands for all that were ever written."""
        return self.entries[-1][1] if self.entries else "–"

    @property
    def bundle(self) -> str:
        """The evidence bundle as JSON text, the same bytes for the same evidence."""
        return json.dumps(dump(self.case), ensure_ascii=False, indent=1, sort_keys=True)

    @property
    def bundle_sha256(self) -> str:
        """What names the evidence that the hours follow from."""
        return hashlib.sha256(self.bundle.encode()).hexdigest()

    def line(self, name: str) -> Line:
        """Return one activity's line.

        Raises:
            NotFound: the transcript has no such activity.
        """
        for chapter in self.chapters:
            for line in chapter.lines:
                if line.name == name:
                    return line
        raise NotFound("There is no such activity on this transcript.")


def read(session: Session, enrolment_id: int, now: datetime) -> Transcript:
    """Read an enrolment's transcript.

    Raises:
        NotFound: there is no such enrolment.
    """
    return read_many(session, [enrolment_id], now)[0]


def read_many(session: Session, enrolment_ids: Sequence[int], now: datetime) -> list[Transcript]:
    """Read several transcripts, in the order of their ids as given.

    Raises:
        NotFound: one of them does not exist.
    """
    standings = of_enrolments(session, enrolment_ids)
    if len(standings) != len(enrolment_ids):
        raise NotFound("There is no such enrolment.")
    cases = cases_of(session, terms_of(session, enrolment_ids))
    outlines = _activities(session, {course.course_version_id for one in standings for course in one.courses})
    return [_transcript(session, one, cases[one.enrolment.id], outlines, now) for one in standings]


def _activities(session: Session, version_ids: set[int]) -> dict[int, Sequence[Activity]]:
    versions = session.scalars(select(CourseVersion).where(CourseVersion.id.in_(version_ids)))
    return {version.id: outline_of(version).activities for version in versions}


def _transcript(session: Session, standing: Standing, case: Case, outlines: Mapping[int, Sequence[Activity]], now: datetime) -> Transcript:
    explanation = explain(case, recompute(case))
    chapters = [_chapter(course, outlines[course.course_version_id], standing, explanation) for course in standing.courses]
    return Transcript(standing, case, explanation, chapters, entries_of(session, standing.enrolment.id), now)


def _chapter(course: StudiedCourse, activities: Sequence[Activity], standing: Standing, explanation: Explanation) -> Chapter:
    named = {activity_name(course.code, activity.key): activity for activity in activities}
    return Chapter(
        course,
        [
            Line(name, one, standing.credited.get(name, 0), explanation.activities[name])
            for name, one in named.items()
            if name in explanation.activities
        ],
    )


def evidence_of(session: Session, enrolment_id: int, name: str) -> Sequence[Observation]:
    """Return what was kept as evidence for one activity, voided evidence included, in order of receipt."""
    return session.scalars(
        select(Observation)
        .where(Observation.enrolment_id == enrolment_id, Observation.activity == name)
        .order_by(Observation.at, Observation.id)
    ).all()
