"""Preview the verdicts of a programme's classes under another programme document, before it is imported. Nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation
from lms.accounts.offices import below
from lms.classes.models import LEARNING, Enrolment, TrainingClass
from lms.crediting import ledger
from lms.crediting.attestations import with_noted_sessions
from lms.crediting.policy import EnrolmentPolicy, policies_under
from lms.crediting.units import MET, SHORT, earnings_of
from lms.hours import judge
from lms.programmes.models import Programme, ProgrammeVersion

CLASSES_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class ChangedVerdict:
    """One person whose verdict would be another. `missing`: keys of the requirements that would not be met."""

    class_id: int
    enrolment_id: int
    person_id: int
    before: str
    after: str
    missing: tuple[str, ...]


def people_of(session: Session, code: str, year: int, scope: str = "") -> int:
    """Return how many people take part in the classes of a programme below `scope` (path prefix of organisations)."""
    query = select(func.count(Enrolment.id)).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    query = query.join(Organisation, Organisation.id == TrainingClass.provider_id)
    query = query.join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id).join(ProgrammeVersion.programme)
    wanted = (Programme.code == code, Programme.year == year, below(scope))
    return session.scalar(query.where(*wanted, Enrolment.status.in_(LEARNING))) or 0


def changed_verdicts(session: Session, version: ProgrammeVersion, code: str, year: int, scope: str = "") -> Iterator[ChangedVerdict]:
    """Yield everybody who takes part and would have another verdict if `version` held for their class.

    `version` need not be stored. The present accounts are judged: hours stay the same, only the requirements differ.
    """
    query = select(TrainingClass.id).join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
    query = query.join(ProgrammeVersion.programme).join(Organisation, Organisation.id == TrainingClass.provider_id)
    wanted = (Programme.code == code, Programme.year == year, below(scope))
    classes = session.scalars(query.where(*wanted).order_by(TrainingClass.id)).all()
    for start in range(0, len(classes), CLASSES_AT_ONCE):
        yield from _of_classes(session, version, classes[start : start + CLASSES_AT_ONCE])


def _of_classes(session: Session, version: ProgrammeVersion, class_ids: Sequence[int]) -> Iterator[ChangedVerdict]:
    columns = (Enrolment.id, Enrolment.class_id, Enrolment.person_id, Enrolment.verdict)
    wanted = (Enrolment.class_id.in_(class_ids), Enrolment.status.in_(LEARNING))
    people = session.execute(select(*columns).where(*wanted).order_by(Enrolment.id)).all()
    numbers = [one.id for one in people]
    accounts, policies = ledger.sums(session, numbers), policies_under(session, version, numbers)
    for one in people:
        missing = _missing(policies[one.id], accounts[one.id])
        before, after = one.verdict or SHORT, SHORT if missing else MET
        if before != after:
            yield ChangedVerdict(one.class_id, one.id, one.person_id, before, after, missing)


def _missing(policy: EnrolmentPolicy, account: ledger.Sums) -> tuple[str, ...]:
    own = policy.track
    if own is None:
        return ("track",)
    earnings = earnings_of(account)
    named = with_noted_sessions(own.rules, [one.name for one in earnings])
    judged = judge(named, policy.class_policy.policy, own.activities, earnings)
    return tuple(key for key, result in judged.items() if not result.met)
