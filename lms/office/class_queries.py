"""The classes that an office may see, and everybody's progress in one of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from lms.accounts.models import Organisation, Person
from lms.accounts.offices import below, office_path
from lms.classes.membership import WITHDRAWN
from lms.classes.models import STATUSES, Enrolment, TrainingClass
from lms.crediting.standing import Standing, of_enrolments
from lms.jobs.kinds import Params
from lms.programmes.models import ProgrammeVersion

PAGE = 50
LONGEST_WORDS = 100


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class in the list, with the number of its people."""

    training_class: TrainingClass
    people: int


@dataclass(frozen=True, slots=True)
class ClassPage:
    """One page of a list; `next` is the cursor of the next page."""

    lines: Sequence[ClassLine]
    total: int
    next: int | None


NOTHING = ClassPage((), 0, None)


def classes(session: Session, scope: str, words: str, after: int | None) -> ClassPage:
    """Return classes of providers below `scope` (path prefix), newest first, whose name or code contains `words`."""
    wanted = _wanted(scope, words)
    total = session.scalar(select(func.count(TrainingClass.id)).join(TrainingClass.provider).where(*wanted)) or 0
    people = select(func.count()).where(Enrolment.class_id == TrainingClass.id, Enrolment.status != WITHDRAWN).scalar_subquery()
    query = select(TrainingClass, people).join(TrainingClass.provider).where(*wanted)
    if after is not None:
        query = query.where(TrainingClass.id < after)
    whole = (joinedload(TrainingClass.programme_version), contains_eager(TrainingClass.provider))
    rows = session.execute(query.options(*whole).order_by(TrainingClass.id.desc()).limit(PAGE + 1)).all()
    lines = [ClassLine(*row) for row in rows[:PAGE]]
    return ClassPage(lines, total, lines[-1].training_class.id if len(rows) > PAGE else None)


def _wanted(scope: str, words: str) -> list[ColumnElement[bool]]:
    wanted = [below(scope)]
    if words:
        wanted.append(or_(TrainingClass.name.contains(words, autoescape=True), TrainingClass.code.contains(words, autoescape=True)))
    return wanted


_WHOLE = (joinedload(TrainingClass.programme_version).joinedload(ProgrammeVersion.programme), joinedload(TrainingClass.provider))


def class_within(session: Session, scope: str, class_id: int) -> TrainingClass | None:
    """Return a class if its provider is below `scope`."""
    query = select(TrainingClass).join(Organisation, Organisation.id == TrainingClass.provider_id).options(*_WHOLE)
    return session.scalar(query.where(TrainingClass.id == class_id, below(scope)))


def may_have_file(session: Session, person: Person, params: Params) -> bool:
    """Say whether a person may still download the result of a job about a class: the class is one of their office now."""
    own = office_path(session, person)
    return own is not None and class_within(session, own, params["class_id"]) is not None


def ids_within(session: Session, scope: str, class_ids: Collection[int]) -> set[int]:
    """Return those of some classes whose provider is below `scope`."""
    query = select(TrainingClass.id).join(Organisation, Organisation.id == TrainingClass.provider_id)
    return set(session.scalars(query.where(TrainingClass.id.in_(class_ids), below(scope))))


def class_by_id(session: Session, class_id: int) -> TrainingClass:
    """Return a class without checking access; the caller has checked it."""
    return session.scalars(select(TrainingClass).where(TrainingClass.id == class_id).options(*_WHOLE)).one()


def everybody(session: Session, class_id: int) -> list[Standing]:
    """Return the standings of everybody in a class, ordered by name. A class has about 50 people, so all are read."""
    ids = session.scalars(select(Enrolment.id).where(Enrolment.class_id == class_id))
    return sorted(of_enrolments(session, ids), key=lambda one: (_by_sound(one.enrolment.person.name), one.enrolment.id))


def _by_sound(name: str) -> bytes:
    """Order common Chinese characters by pinyin, the usual order of name lists; GB 2312 has that order."""
    return name.encode("gb18030", "replace")


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """The filter and the order of a list of a class's people.

    `reached` is 'done', 'short' or '' for both; `state` a state of enrolments, 'proposed' (a rule proposes another state), or
    ''; `sort` 'name' or 'hours', with '-' before it the other way round.
    """

    words: str = ""
    reached: str = ""
    state: str = ""
    sort: str = ""


PROPOSED = "proposed"


def asked(query: Mapping[str, str]) -> PeopleFilter:
    """Read a filter from an address or a form; unknown values are ignored."""
    reached, state = query.get("status", ""), query.get("state_is", "")
    return PeopleFilter(
        query.get("q", "").strip()[:LONGEST_WORDS],
        reached if reached in {"done", "short"} else "",
        state if state in (*STATUSES, PROPOSED) else "",
        query.get("sort", ""),
    )


def chosen(standings: Sequence[Standing], people: PeopleFilter, proposals: Mapping[int, object]) -> list[Standing]:
    """Return the standings that match a filter; `proposals` are the next states that the rules propose, by enrolment."""
    found = [one for one in standings if people.words.lower() in f"{one.enrolment.person.name} {one.enrolment.person.username}".lower()]
    if people.reached:
        found = [one for one in found if one.done == (people.reached == "done")]
    if people.state == PROPOSED:
        found = [one for one in found if one.enrolment.id in proposals]
    elif people.state:
        found = [one for one in found if one.enrolment.status == people.state]
    if people.sort.lstrip("-") == "hours":
        found.sort(key=lambda one: sum(line.earned for line in one.requirements if line.kind == "hours"))
    return found[::-1] if people.sort.startswith("-") else found
