"""Rename, move and merge organisations, and preview the effect.

Pages and commands both use these functions. Each change is recorded with its author (`lms.accounts.account_changes`). Ledgers record a
new provider's name by themselves (`lms.crediting.input_changes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.accounts.account_changes import By, note_organisation
from lms.accounts.models import Organisation, Person
from lms.accounts.offices import WHOLE_SITE, below, hold_tree, is_below
from lms.accounts.people import ORGANISATION_NAME_MAX
from lms.catalogue.models import Course, H5PLibrary
from lms.classes.models import TrainingClass
from lms.errors import FieldProblem, InvalidInput
from lms.printing import letterheads
from lms.printing.wording import Wordings

PAGE = 50
OFFERED = 300
LONGEST_WORDS = 100
PATH_MAX = 500
RENAME, MOVE, MERGE = "rename", "move", "merge"
ABOVE = ("office", "provider")  # kinds that may have organisations below them


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """An organisation in a list, the one above it, and the number of its people."""

    organisation: Organisation
    above: str | None
    people: int


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """One page of organisations, ordered by name; `next` is the id from which to continue."""

    lines: Sequence[OrganisationLine]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True)
class OrganisationChange:
    """A wanted change of an organisation: a new `name`, or a `target` to move below or to merge into (None: the top)."""

    what: str
    organisation: Organisation
    name: str = ""
    target: Organisation | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """The numbers of people, classes, courses and organisations that a change concerns."""

    people: int
    classes: int
    courses: int
    organisations: int


def page_of(session: Session, path: str, words: str, after: int | None) -> OrganisationPage:
    """Return one page of the organisations below `path` ('/' is the whole site) whose name or code contains `words`."""
    above = select(Organisation.id, Organisation.name).subquery()
    people = select(func.count()).where(Person.organisation_id == Organisation.id).correlate(Organisation).scalar_subquery()
    wanted = select(Organisation, above.c.name, people).outerjoin(above, above.c.id == Organisation.parent_id)
    wanted = wanted.where(below(path))
    if words:
        wanted = wanted.where(or_(*(one.icontains(words, autoescape=True) for one in (Organisation.name, Organisation.code))))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    if after is not None and (last := session.get(Organisation, after)) is not None:
        wanted = wanted.where(or_(Organisation.name > last.name, (Organisation.name == last.name) & (Organisation.id > last.id)))
    rows = session.execute(wanted.order_by(Organisation.name, Organisation.id).limit(PAGE + 1)).all()
    lines = [OrganisationLine(*row) for row in rows[:PAGE]]
    return OrganisationPage(lines, total, lines[-1].organisation.id if len(rows) > PAGE else None)


def changeable(session: Session, path: str, organisation_id: int) -> Organisation | None:
    """Return an organisation that an office may change: one below its own. Administrators ('/') may change every one."""
    found = session.get(Organisation, organisation_id)
    return found if found is not None and is_below(path, found.path) and found.path != path else None


def offered(session: Session, path: str, organisation: Organisation, what: str) -> Sequence[Organisation]:
    """Return the organisations to which one can be moved, or into which it can be merged, ordered by name."""
    wanted = select(Organisation).where(below(path))
    wanted = wanted.where(~below(organisation.path))
    kinds = (organisation.kind,) if what == MERGE else ABOVE
    return session.scalars(wanted.where(Organisation.kind.in_(kinds)).order_by(Organisation.name).limit(OFFERED)).all()


def named(session: Session, path: str, said: str) -> Organisation | None:
    """Return the organisation below `path` that a user named by its code, as 'name (code)', or by a name that only one has."""
    code = said.rpartition("(")[2].rstrip(")") if said.endswith(")") else said
    inside = below(path)
    found = session.scalars(select(Organisation).where(inside, Organisation.code == code)).first()
    if found is not None:
        return found
    same = session.scalars(select(Organisation).where(inside, Organisation.name == said).limit(2)).all()
    return same[0] if len(same) == 1 else None


def effect_of(session: Session, change: OrganisationChange) -> Effect:
    """Count the data that a change affects: everything below the organisation for a move, its own data for a merger or a new name."""
    path = change.organisation.path
    own = below(path) if change.what == MOVE else Organisation.id == change.organisation.id
    ids = select(Organisation.id).where(own)

    def count(column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> int:
        return session.scalar(select(func.count(column)).where(column.in_(ids))) or 0

    children = below(path), Organisation.id != change.organisation.id
    inside = session.scalar(select(func.count()).select_from(Organisation).where(*children)) or 0
    return Effect(count(Person.organisation_id), count(TrainingClass.provider_id), count(Course.organisation_id), inside)


def problems_of(change: OrganisationChange) -> list[FieldProblem]:
    """Return the reasons why a change is not possible, each after the name of its field."""
    whom, target = change.organisation, change.target
    if change.what == RENAME:
        return _problems_of_name(change)
    if target is not None and is_below(whom.path, target.path):
        return [FieldProblem("target", _("It cannot come below itself or below one of its own."))]
    if change.what == MOVE and target is not None and target.kind not in ABOVE:
        return [FieldProblem("target", _("Nothing stands below a school. Choose an office or a training provider."))]
    if change.what == MOVE and whom.parent_id == (target.id if target else None):
        return [FieldProblem("target", _("It is there already."))]
    if change.what == MERGE and (target is None or target.kind != whom.kind):
        return [FieldProblem("target", _("Only organisations of one kind become one: a school and a school, for example."))]
    return []


def _problems_of_name(change: OrganisationChange) -> list[FieldProblem]:
    name = change.name.strip()
    if not name or len(name) > ORGANISATION_NAME_MAX or not name.isprintable():
        return [FieldProblem("name", _("1 to %(most)s characters, in one line", most=ORGANISATION_NAME_MAX))]
    return [FieldProblem("name", _("This is its name already."))] if name == change.organisation.name else []


def apply(session: Session, change: OrganisationChange, by: By) -> None:
    """Change an organisation and record the author.

    Raises:
        InvalidInput: with one line for each problem.
    """
    ids = sorted({one.id for one in (change.organisation, change.target) if one is not None})
    hold_tree(session, changing=True)
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id).with_for_update()).all()
    if [one.id for one in rows] != ids:
        raise InvalidInput(
            _("Nothing was changed."), [FieldProblem("target", _("Somebody has just merged one of the two. Look at the list again."))]
        )
    if problems := problems_of(change):
        raise InvalidInput(_("Nothing was changed."), problems)
    if change.what == RENAME:
        _rename(session, change, by)
    elif change.what == MOVE:
        _move(session, change.organisation, change.target, by)
    else:
        _merge(session, change, by)
    session.flush()


def _rename(session: Session, change: OrganisationChange, by: By) -> None:
    name = change.name.strip()
    note_organisation(session, by, "renamed", change.organisation, change.organisation.name, name)
    change.organisation.name = name


def _move(session: Session, whom: Organisation, target: Organisation | None, by: By) -> None:
    """Move an organisation with everything below it. The offices that see its people change at once, because access follows paths."""
    before = session.get(Organisation, whom.parent_id) if whom.parent_id else None
    _hang(session, whom, target)
    note_organisation(session, by, "moved", whom, before.name if before else "", target.name if target else "")


def _hang(session: Session, whom: Organisation, target: Organisation | None) -> None:
    old, new = whom.path, f"{target.path if target else WHOLE_SITE}{whom.id}/"
    inside = below(old)
    longest = session.scalar(select(func.max(func.length(Organisation.path))).where(inside)) or 0
    if longest - len(old) + len(new) > PATH_MAX:
        raise InvalidInput(
            _("Nothing was changed."), [FieldProblem("target", _("Too many organisations would stand one below the other."))]
        )
    moved = update(Organisation).where(inside, Organisation.id != whom.id)
    session.execute(moved.values(path=new + func.substr(Organisation.path, len(old) + 1)).execution_options(synchronize_session=False))
    whom.parent_id, whom.path = target.id if target else None, new
    session.flush()
    session.expire_all()


def _merge(session: Session, change: OrganisationChange, by: By) -> None:
    """Give everything of an organisation to the other one and delete it; its name stays in the history of both."""
    source, target = change.organisation, change.target
    if target is None:
        raise TypeError("a merger has a target")
    for child in session.scalars(select(Organisation).where(Organisation.parent_id == source.id).order_by(Organisation.id)).all():
        _hang(session, child, target)
    own = {"organisation_id": target.id}
    for model in (Person, Course, H5PLibrary):
        moved = update(model).where(model.organisation_id == source.id).values(own)
        session.execute(moved.execution_options(synchronize_session=False))
    for run in session.scalars(select(TrainingClass).where(TrainingClass.provider_id == source.id).order_by(TrainingClass.id)):
        run.provider_id = target.id  # one by one, so that ledgers notice it
    named_both = (f"{source.name} ({source.code})", f"{target.name} ({target.code})")
    letterheads.put(session, source, Wordings(), "", by)  # a later organisation may get its id
    note_organisation(session, by, "merged-into", source, *named_both)
    note_organisation(session, by, "merged", target, *named_both)
    session.flush()
    session.delete(source)
