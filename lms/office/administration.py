"""Open, change and close classes, and withdraw people. Hours are recomputed afterwards (`lms.crediting.windows`).

Pages and commands both use these functions, so neither can do what the other refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from courses.strict_json.reader import LONGEST_SLUG
from lms.accounts.account_changes import By
from lms.accounts.models import Organisation, Person
from lms.accounts.offices import below
from lms.catalogue import labels, listing
from lms.catalogue.listing import versions_of
from lms.catalogue.models import Course, CourseVersion
from lms.classes import changes, course_changes, lifecycle, membership, setup
from lms.classes.models import ClassCourse, Enrolment, TrainingClass
from lms.classes.setup import ClassDetails
from lms.crediting import windows
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import write_day
from lms.office.fitting import fitting
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import begins, document_of, in_force, newest
from lms.programmes.values import ProgrammeDocument, Requirement

PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class CourseOfClass:
    """A course for a class to study.

    `requirement`: the requirement of hours to which it counts; '' for none; None for the class's only one, if it has one.
    """

    code: str
    requirement: str | None = None
    compulsory: bool = True


def open_class(session: Session, version: ProgrammeVersion, run: ClassDetails, studies: Sequence[CourseOfClass], by: By) -> TrainingClass:
    """Open a class and bind its courses.

    Raises:
        InvalidInput: with one line for each problem.
    """
    opened = setup.create_class(session, version, run)
    changes.note(session, opened.id, changes.made("opened", by, after=f"{version.programme.code} {version.programme.year}"))
    for study in studies:
        add_course(session, opened, study, by)
    return opened


def version_for(session: Session, code: str, year: int | None, day: date) -> ProgrammeVersion | str:
    """Return the version of a programme that holds on a class's first day, or why there is none; without `year`, of its newest year."""
    years = [one.programme.year for one in newest(session) if one.programme.code == code]
    if not years or year not in {None, *years}:
        return _("%(code)s is not known", code=code if year is None else f"{code} {year}")
    year = year or max(years)
    return in_force(session, code, year, day) or _(
        "The programme is in force from %(day)s only", day=write_day(begins(session, code, year))
    )


def add_course(session: Session, training_class: TrainingClass, study: CourseOfClass, by: By) -> CourseVersion:
    """Bind the newest version of a course to a class.

    Raises:
        InvalidInput: with one line for each problem.
    """
    setup.locked_class(session, training_class.id)
    newest_one = listing.newest_for(session, study.code, session.get(Person, by.person_id) if by.person_id else None)
    hours = [one.key for one in hours_of(session, training_class)]
    requirement = study.requirement if study.requirement is not None else (hours[0] if len(hours) == 1 else "")
    problems = []
    if newest_one is None:
        problems.append(FieldProblem("course", _("%(code)s is not known", code=study.code)))
    elif newest_one.course.archived_at is not None:
        problems.append(FieldProblem("course", _("%(code)s is archived, so no further class can begin it", code=study.code)))
    if study.requirement is None and len(hours) > 1:
        problems.append(FieldProblem("requirement", _("say toward which its hours count (%(known)s)", known=", ".join(hours))))
    if newest_one is None or problems:
        raise InvalidInput(_("The course was not added."), problems)
    setup.bind_course(session, training_class, newest_one, requirement, compulsory=study.compulsory)
    changes.note(session, training_class.id, changes.made("course", by, after=study.code))
    windows.follow(session, training_class, by.at)
    return newest_one


def hours_of(session: Session, training_class: TrainingClass) -> list[Requirement]:
    """Return the requirements of hours of a class's teachers; many programmes have none."""
    document, tracks = _document_and_tracks(session, training_class)
    return setup.hours_asked(document, tracks)


def fitting_requirement(session: Session, training_class: TrainingClass, code: str) -> str | None:
    """Return the requirement of hours that a course fits by its subjects; None if none does, or several."""
    course = session.scalar(select(Course.id).where(Course.code == code)) if len(code) <= LONGEST_SLUG else None
    subjects = labels.of_course(session, course).get(labels.SUBJECT, []) if course is not None else []
    document, tracks = _document_and_tracks(session, training_class)
    return fitting(document, setup.hours_asked(document, tracks), tracks, subjects)


def _document_and_tracks(session: Session, training_class: TrainingClass) -> tuple[ProgrammeDocument, list[str]]:
    document = document_of(setup.programme_version_of(session, training_class))
    return document, [key for key in training_class.tracks.split(",") if key]


def course_in(session: Session, class_id: int, code: str) -> ClassCourse:
    """Return the binding of a course to a class.

    Raises:
        InvalidInput: the class does not study it.
    """
    found = course_changes.studied(session, class_id, code)
    if found is None:
        raise InvalidInput(_("Nothing was changed."), [FieldProblem("course", _("The class does not study %(code)s", code=code))])
    return found


def version_of(session: Session, code: str, number: int | None) -> CourseVersion:
    """Return a version of a course; without a number, the newest.

    Raises:
        InvalidInput: there is no such version.
    """
    found = next((one for one in versions_of(session, code) if number in {None, one.number}), None)
    if found is None:
        raise InvalidInput(
            _("Nothing was changed."), [FieldProblem("version", _("Course %(code)s has no version %(n)s", code=code, n=number))]
        )
    return found


def move_course(session: Session, class_id: int, code: str, number: int | None, by: By) -> CourseVersion | None:
    """Let a class study another version of a course; return it, or None if the class studies it already. Hours follow.

    Raises:
        InvalidInput: with one line for each problem.
    """
    training_class = setup.locked_class(session, class_id)
    to = version_of(session, code, number)
    if not course_changes.move(session, training_class, course_in(session, class_id, code), to, by):
        return None
    windows.follow(session, training_class, by.at)
    return to


def remove_course(session: Session, class_id: int, code: str, by: By) -> None:
    """Take a course off a class. Its credited hours are taken back. The evidence stays and earns again if the course comes back.

    Raises:
        InvalidInput: with one line for each problem.
    """
    training_class = setup.locked_class(session, class_id)
    course_changes.remove(session, training_class, course_in(session, class_id, code), by)
    windows.follow(session, training_class, by.at)


def change_class(session: Session, class_id: int, run: ClassDetails, by: By, *, agreed: bool = False) -> bool:
    """Change a class's details; return whether anything is new. New days that may change somebody's hours must be confirmed (`agreed`).

    Raises:
        InvalidInput: with one line for each problem.
    """
    training_class = setup.locked_class(session, class_id)
    before = _when_counted(training_class)
    changed = lifecycle.change(session, training_class, run, by)
    after, whose = _when_counted(training_class), len(windows.others(session, training_class))
    if whose and before != after and not agreed:
        raise InvalidInput(_("Nothing was changed."), [FieldProblem("agreed", _question(before, after, whose))])
    windows.follow(session, training_class, by.at)
    return changed


def _when_counted(training_class: TrainingClass) -> str:
    if not training_class.counts_within:
        return _("whenever somebody studies")
    first, last = (write_day(day) for day in (training_class.starts_on, training_class.ends_on))
    return _("only from %(first)s to %(last)s", first=first, last=last)


def _question(before: str, after: str, whose: int) -> str:
    return ngettext(
        "Nothing is saved yet. Time is credited %(before)s now, and %(after)s after saving: the hours of %(num)s teacher are recalculated,"
        " and may become fewer. Tick this if that is meant, and save again.",
        "Nothing is saved yet. Time is credited %(before)s now, and %(after)s after saving: the hours of %(num)s teachers are recalculated,"
        " and may become fewer. Tick this if that is meant, and save again.",
        whose,
        before=before,
        after=after,
    )


def close_class(session: Session, class_id: int, by: By) -> bool:
    """Close a class, and end its teachers' open activities; return whether it was open."""
    training_class = setup.locked_class(session, class_id)
    closed = lifecycle.close(session, training_class, by)
    windows.follow(session, training_class, by.at)
    membership.end_study(session, select(Enrolment.id).where(Enrolment.class_id == class_id))  # launches are locked after enrolments
    return closed


def reopen_class(session: Session, class_id: int, by: By) -> bool:
    """Reopen a closed class; return whether it was closed."""
    training_class = setup.locked_class(session, class_id)
    reopened = lifecycle.reopen(session, training_class, by)
    windows.follow(session, training_class, by.at)
    return reopened


def go_on(session: Session, class_id: int, by: By) -> int:
    """Recompute the hours of the next people of a changed class; return how many still wait, 0 if recomputing has stopped."""
    training_class = setup.locked_class(session, class_id)
    if training_class.following_after is not None:
        windows.go_on(session, training_class, by.at)
    left = windows.following(session, training_class)
    return left.waiting if left.working else 0


def enrolments_named(session: Session, class_id: int, usernames: Sequence[str]) -> list[Enrolment]:
    """Return the enrolments of people by their user names, in the order of their ids.

    Raises:
        InvalidInput: with one line for each person who is not in the class.
    """
    wanted = {name.lower(): name for name in usernames}
    lowered: ColumnElement[str] = func.lower(Person.username)
    query = select(lowered, Enrolment).join(Person, Person.id == Enrolment.person_id)
    rows = session.execute(query.where(Enrolment.class_id == class_id, lowered.in_(wanted)).order_by(Enrolment.id)).all()
    missing = [name for key, name in wanted.items() if key not in {row[0] for row in rows}]
    if missing:
        raise InvalidInput(
            _("Nothing was changed."), [FieldProblem("username", _("%(name)s is not in this class", name=name)) for name in missing]
        )
    return [row[1] for row in rows]


def withdraw(session: Session, enrolments: Sequence[Enrolment], by: By) -> int:
    """Withdraw people from their class; return how many were in it."""
    return sum(membership.withdraw(session, membership.locked(session, one.id), by) for one in enrolments)


def providers(session: Session, path: str) -> Sequence[Organisation]:
    """Return the training providers below `path`, in the order of their names."""
    return session.scalars(select(Organisation).where(Organisation.kind == PROVIDER, below(path)).order_by(Organisation.name)).all()
