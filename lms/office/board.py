"""Count an office's classes: who is in them, whose requirements are met, and what is late. Verdicts were decided with the hours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation
from lms.accounts.offices import below
from lms.classes.models import LEARNING, Enrolment, TrainingClass
from lms.crediting.units import MET
from lms.programmes.models import Programme, ProgrammeVersion
from lms.programmes.values import Deliverable, Filing, ProgrammeDocument

COMING, RUNNING, ENDED = PHASES = ("coming", "running", "ended")
TAKING_PART = frozenset(LEARNING)
SOON = timedelta(days=30)


@dataclass(slots=True)
class CountedPeople:
    """The people of a class, or of several: how many were enrolled, take part, and have met everything."""

    enrolled: int = 0
    taking_part: int = 0
    met: int = 0
    by_status: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: "CountedPeople") -> None:
        """Add the people of another class."""
        self.enrolled, self.taking_part, self.met = (
            self.enrolled + other.enrolled,
            self.taking_part + other.taking_part,
            self.met + other.met,
        )
        for status, number in other.by_status.items():
            self.by_status[status] += number

    @property
    def short(self) -> int:
        """The people who take part and lack something."""
        return self.taking_part - self.met


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """A class on the board."""

    class_id: int
    code: str
    name: str
    provider: str
    version_id: int
    starts_on: date
    ends_on: date
    closed: bool
    people: CountedPeople

    def phase(self, today: date) -> str:
        """Return whether the class is still to come, runs, or has ended."""
        return COMING if today < self.starts_on else ENDED if today > self.ends_on or self.closed else RUNNING

    def late(self, today: date) -> bool:
        """Say whether the class has ended while somebody who takes part lacks something."""
        return self.phase(today) == ENDED and self.people.short > 0


@dataclass(slots=True)
class ProgrammeFigures:
    """A programme on the board: its classes by phase, their people, and the classes that are late."""

    programme_id: int
    code: str
    year: int
    version_id: int  # of the newest version that one of its classes has
    classes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PHASES, 0))
    people: CountedPeople = field(default_factory=CountedPeople)
    late_classes: int = 0
    late_people: int = 0


def figures(session: Session, scope: str, programme_id: int | None = None) -> list[ClassFigures]:
    """Return the classes of providers below `scope`, of one programme or of all, those that end last first; two queries."""
    wanted = [below(scope)]
    if programme_id is not None:
        wanted.append(ProgrammeVersion.programme_id == programme_id)
    columns = (TrainingClass.id, TrainingClass.code, TrainingClass.name, Organisation.name, TrainingClass.programme_version_id)
    query = select(*columns, TrainingClass.starts_on, TrainingClass.ends_on, TrainingClass.closed_at.is_not(None))
    query = query.join(Organisation, Organisation.id == TrainingClass.provider_id)
    query = query.join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id).where(*wanted)
    rows = session.execute(query.order_by(TrainingClass.ends_on.desc(), TrainingClass.id)).all()
    people = _people(session, [row[0] for row in rows])
    return [ClassFigures(*row, people[row[0]]) for row in rows]


def _people(session: Session, class_ids: Sequence[int]) -> Mapping[int, CountedPeople]:
    """Count people by class, all classes at once: the index covers the whole query."""
    found = {class_id: CountedPeople() for class_id in class_ids}
    query = select(Enrolment.class_id, Enrolment.status, Enrolment.verdict, func.count())
    if len(found) == 1:
        query = query.where(Enrolment.class_id == class_ids[0])
    for class_id, status, verdict, number in session.execute(query.group_by(Enrolment.class_id, Enrolment.status, Enrolment.verdict)):
        own = found.get(class_id)
        if own is None:
            continue
        part = number if status in TAKING_PART else 0
        own.enrolled, own.taking_part = own.enrolled + number, own.taking_part + part
        own.met += part if verdict == MET else 0
        own.by_status[status] += number
    return found


def by_programme(session: Session, classes: Iterable[ClassFigures], today: date) -> list[ProgrammeFigures]:
    """Return the programmes that these classes run, in no particular order."""
    rows = session.execute(select(ProgrammeVersion.id, Programme.id, Programme.code, Programme.year).join(ProgrammeVersion.programme))
    versions = {row[0]: row[1:] for row in rows}
    found: dict[int, ProgrammeFigures] = {}
    for one in classes:
        programme_id, code, year = versions[one.version_id]
        own = found.setdefault(programme_id, ProgrammeFigures(programme_id, code, year, one.version_id))
        own.version_id = max(own.version_id, one.version_id)
        own.classes[one.phase(today)] += 1
        own.people.add(one.people)
        if one.late(today):
            own.late_classes, own.late_people = own.late_classes + 1, own.late_people + one.people.short
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day on which something of a class is due: a filing before it opens, or a deliverable after it ends."""

    on: date
    what: Filing | Deliverable
    of: ClassFigures


def deadlines(classes: Iterable[ClassFigures], documents: Mapping[int, ProgrammeDocument], today: date) -> list[Deadline]:
    """Return the deadlines from today on (for `SOON`), the earliest first. Submissions are not recorded here, so they do not matter."""
    found = [due for one in classes for due in _due(one, documents[one.version_id])]
    return sorted((due for due in found if timedelta() <= due.on - today <= SOON), key=lambda due: (due.on, due.of.class_id))


def _due(one: ClassFigures, document: ProgrammeDocument) -> Iterable[Deadline]:
    for filing in document.rules.filings:
        if filing.days_before_opening is not None:
            yield Deadline(one.starts_on - timedelta(days=filing.days_before_opening), filing, one)
    for piece in document.rules.deliverables:
        if piece.days_after_end is not None:
            yield Deadline(one.ends_on + timedelta(days=piece.days_after_end), piece, one)
